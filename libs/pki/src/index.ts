export * from './certificate';
export * from './cluster-pki';
export * from './kubeconfig';
export * from './sign-request';
export { standalonePki, type StandalonePki } from './standalone-pki';
