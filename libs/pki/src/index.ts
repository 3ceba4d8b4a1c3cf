export * from './certificate';
export * from './cluster-pki';
export * from './kubeconfig';
