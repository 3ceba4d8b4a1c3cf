import type { PersistentVolume, PersistentVolumeClaim } from '@typernetes/api';
import { compareQuantities, parseQuantity } from '@typernetes/machinery';

/** The size that a bound claim asks for, when that is more than it has; undefined when there is nothing to do. */
export function expansionOf({ metadata, spec, status }: PersistentVolumeClaim, volume: PersistentVolume): string | undefined {
  const { claimRef } = volume.spec ?? {};
  if (status?.phase !== 'Bound' || metadata?.deletionTimestamp || claimRef?.uid !== metadata?.uid) return undefined;
  const [wanted, has] = [spec?.resources?.requests?.['storage'], status.capacity?.['storage']];
  return wanted !== undefined && has !== undefined && compareQuantities(parseQuantity(wanted), parseQuantity(has)) > 0 ? wanted : undefined;
}
