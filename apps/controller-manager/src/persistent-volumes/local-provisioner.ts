import type { Node, PersistentVolume, PersistentVolumeClaim, StorageClass } from '@typernetes/api';
import { volumeAnnotations } from '@typernetes/api';

/** Name of the built-in provisioner: volumes are directories of the node that the first pod runs on. */
export const localProvisioner = 'typernetes.io/local-path';

/** The directory of each volume is below this on its node; the kubelet there makes it, and removes it with the volume. */
export const localVolumesDirectory = '/var/lib/kubelet/local-volumes';

const supportedModes = ['ReadWriteOnce', 'ReadWriteOncePod'];

export const volumeNameFor = ({ metadata }: PersistentVolumeClaim): string => `pvc-${metadata?.uid}`;

/** Why the provisioner can't make a volume for the claim; undefined when it can. */
export function refusal({ spec }: PersistentVolumeClaim): string | undefined {
  const mode = (spec?.accessModes ?? []).find((each) => !supportedModes.includes(each));
  if (mode) return `NodePath only supports ReadWriteOnce and ReadWriteOncePod access modes, not ${mode}`;
  if (spec?.volumeMode === 'Block') return 'volumeMode Block is not supported';
  return spec?.selector ? 'claim.spec.selector is not supported' : undefined;
}

/** Where a volume goes that need not wait for a pod: spread over the nodes by the claim's uid. */
export function chooseNode({ metadata }: PersistentVolumeClaim, nodes: readonly Node[]): Node | undefined {
  const ready = nodes.filter(({ spec, status }) => !spec?.unschedulable && status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'));
  const sorted = ready.sort((a, b) => ((a.metadata?.name ?? '') < (b.metadata?.name ?? '') ? -1 : 1));
  const digits = Number.parseInt((metadata?.uid ?? '').replace(/\W/g, '').slice(0, 8), 16) || 0;
  return sorted[digits % sorted.length];
}

/** The volume of a claim on a node. It is bound to the claim from its start. */
export function localVolume(claim: PersistentVolumeClaim, storageClass: StorageClass, node: Node): PersistentVolume {
  const name = volumeNameFor(claim);
  const { namespace, uid, resourceVersion } = claim.metadata ?? {};
  const hostname = node.metadata?.labels?.['kubernetes.io/hostname'] ?? node.metadata?.name ?? '';
  return {
    metadata: { name, annotations: { [volumeAnnotations.provisionedBy]: localProvisioner, [volumeAnnotations.boundByController]: 'yes' } },
    spec: {
      accessModes: claim.spec?.accessModes,
      capacity: { storage: claim.spec?.resources?.requests?.storage ?? '0' },
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name: claim.metadata?.name, uid, resourceVersion },
      local: { path: `${localVolumesDirectory}/${name}` },
      mountOptions: storageClass.mountOptions,
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [hostname] }] }] } },
      persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? 'Delete',
      storageClassName: storageClass.metadata?.name,
      volumeMode: claim.spec?.volumeMode,
    },
  };
}
