export * from './certificate';
export * from './cluster-pki';
export * from './kubeconfig';
export { standalonePki, type StandalonePki } from './standalone-pki';
