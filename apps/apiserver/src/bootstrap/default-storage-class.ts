import { resources, type StorageClass } from '@typernetes/api';
import type { ApiserverInternals } from '../pipeline/internals';
import { ensure } from './ensure';

/** Volumes are directories of the node that the first pod runs on: the controller manager has their provisioner. */
const standard: StorageClass = {
  metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  provisioner: 'typernetes.io/local-path',
  reclaimPolicy: 'Delete',
  volumeBindingMode: 'WaitForFirstConsumer',
  allowVolumeExpansion: true,
};

/** A new cluster has a class that works. Who deletes it does so for good: a cluster with a kube-system is not new. */
export async function ensureDefaultStorageClass(internals: ApiserverInternals): Promise<void> {
  const known = await internals.objects.read(resources.namespaces, 'kube-system');
  if (!known) await ensure(internals, resources.storageClasses, standard);
}
