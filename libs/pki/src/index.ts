export * from './certificate';
export * from './cluster-pki';
export * from './kubeconfig';
export * from './sign-request';
export { frontProxyName, standalonePki, type StandalonePki } from './standalone-pki';
