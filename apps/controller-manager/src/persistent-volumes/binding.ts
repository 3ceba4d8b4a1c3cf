import type { PersistentVolume, PersistentVolumeClaim, PersistentVolumeClaimStatus } from '@typernetes/api';
import { hasVolumeAnnotation, volumeAnnotations } from '@typernetes/api';
import { quantityToNumber } from '@typernetes/machinery';

/** The volume with its claim written in; undefined when it is so already. */
export function reservedVolume(volume: PersistentVolume, { metadata }: PersistentVolumeClaim): PersistentVolume | undefined {
  const { claimRef } = volume.spec ?? {};
  if (claimRef?.uid === metadata?.uid) return undefined;
  const { namespace, name, uid, resourceVersion } = metadata ?? {};
  return {
    ...volume,
    metadata: { ...volume.metadata, annotations: { ...volume.metadata?.annotations, ...(claimRef ? {} : { [volumeAnnotations.boundByController]: 'yes' }) } },
    spec: { ...volume.spec, claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid, resourceVersion } },
  };
}

/** The claim with its volume written in; undefined when it is so already. */
export function boundClaim(claim: PersistentVolumeClaim, volume: PersistentVolume): PersistentVolumeClaim | undefined {
  const isNamed = claim.spec?.volumeName === volume.metadata?.name;
  if (isNamed && hasVolumeAnnotation(claim, volumeAnnotations.bindCompleted)) return undefined;
  const added = { [volumeAnnotations.bindCompleted]: 'yes', ...(isNamed ? {} : { [volumeAnnotations.boundByController]: 'yes' }) };
  return {
    ...claim,
    metadata: { ...claim.metadata, annotations: { ...claim.metadata?.annotations, ...added } },
    spec: { ...claim.spec, volumeName: volume.metadata?.name },
  };
}

/** What the status of a bound claim says; the size of a claim that is being expanded is not the volume's business. */
export function boundStatus({ status }: PersistentVolumeClaim, volume: PersistentVolume): PersistentVolumeClaimStatus {
  const isBound = status?.phase === 'Bound' && status.capacity?.storage !== undefined;
  return { ...status, phase: 'Bound', accessModes: volume.spec?.accessModes, capacity: isBound ? status.capacity : volume.spec?.capacity };
}

/** The size that a bound claim asks for and has not got; undefined when it has. */
export function wantedExpansion({ spec, status }: PersistentVolumeClaim): string | undefined {
  const [wanted, has] = [spec?.resources?.requests?.storage, status?.capacity?.storage];
  if (status?.phase !== 'Bound' || wanted === undefined || has === undefined) return undefined;
  return quantityToNumber(wanted, 'one') > quantityToNumber(has, 'one') ? wanted : undefined;
}
