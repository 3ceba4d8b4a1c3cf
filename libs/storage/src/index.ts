export * from './resource-version';
export * from './storage';
export { EtcdStorage, type EtcdOptions } from './etcd/etcd-storage';
