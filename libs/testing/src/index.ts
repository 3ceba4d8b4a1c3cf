export * from './etcd';
export * from './etcd-binary';
export * from './free-port';
