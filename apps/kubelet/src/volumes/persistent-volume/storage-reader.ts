import { resources, type PersistentVolume, type PersistentVolumeClaim } from '@typernetes/api';
import type { ApiClient } from '@typernetes/client';

/** What volumes of claims need of API and node. */
export interface StorageReader {
  /** @throws ApiError NotFound */
  claim(namespace: string, name: string): Promise<PersistentVolumeClaim>;
  volume(name: string): Promise<PersistentVolume>;
  /** Name and labels of this node. */
  node(): { name: string; labels: Readonly<Record<string, string>> };
  /** Where the directories of the built-in provisioner are on this node. */
  readonly localVolumesDir: string;
}

/** Each look is a question to the API: a claim is read once for each start of a pod, and every now and then later. */
export function storageReader(client: ApiClient, node: StorageReader['node'], localVolumesDir: string): StorageReader {
  return {
    claim: (namespace, name) => client.resource(resources.persistentVolumeClaims).get(name, { namespace }),
    volume: (name) => client.resource(resources.persistentVolumes).get(name),
    node,
    localVolumesDir,
  };
}
