import type { Storage } from '../storage';
import type { EtcdOptions } from './etcd-storage';

/** Storage on etcd. Its client reads protos when it is loaded: who keeps data elsewhere does not wait for that. */
export async function openEtcdStorage(options: EtcdOptions): Promise<Storage> {
  const { EtcdStorage } = await import('./etcd-storage');
  return new EtcdStorage(options);
}
