import type { PersistentVolume, PersistentVolumeClaim } from '../generated/types';
import { quantityToNumber, selectorFromObject } from '@typernetes/machinery';
import { storageClassNameOf, isVolumeReservedFor } from './volume-names';

const sizeOf = ({ spec }: PersistentVolume): number => quantityToNumber(spec?.capacity?.storage ?? '0', 'one');
const requestOf = ({ spec }: PersistentVolumeClaim): number => quantityToNumber(spec?.resources?.requests?.storage ?? '0', 'one');

const modeOf = (spec: { volumeMode?: string } | undefined): string => spec?.volumeMode ?? 'Filesystem';

/** Why a volume that is asked for by name can't serve the claim; undefined when it can. */
export function volumeMismatch(volume: PersistentVolume, claim: PersistentVolumeClaim): string | undefined {
  if (sizeOf(volume) < requestOf(claim)) return 'requested PV is too small';
  if ((storageClassNameOf(volume) ?? '') !== (storageClassNameOf(claim) ?? '')) return 'storageClassName does not match';
  if (modeOf(volume.spec) !== modeOf(claim.spec)) return 'incompatible volumeMode';
  if (!hasModes(volume, claim)) return 'incompatible accessMode';
  return undefined;
}

function hasModes({ spec }: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  return (claim.spec?.accessModes ?? []).every((mode) => spec?.accessModes?.includes(mode));
}

/**
 * The volume that a claim without one gets: the one that is reserved for it, else the smallest free one that is large
 * enough. Where binding waits for a consumer only a reservation counts: the scheduler looks for the rest.
 */
export function findVolumeFor(claim: PersistentVolumeClaim, volumes: readonly PersistentVolume[], waitsForConsumer: boolean): PersistentVolume | undefined {
  const usable = volumes.filter((volume) => !volume.metadata?.deletionTimestamp && hasModes(volume, claim) && modeOf(volume.spec) === modeOf(claim.spec) && sizeOf(volume) >= requestOf(claim));
  const reserved = usable.find((volume) => isVolumeReservedFor(volume, claim));
  if (reserved || waitsForConsumer) return reserved;
  const selector = claim.spec?.selector ? selectorFromObject(claim.spec.selector) : undefined;
  const wantedClass = storageClassNameOf(claim) ?? '';
  const free = usable.filter(
    (volume) =>
      !volume.spec?.claimRef &&
      volume.status?.phase === 'Available' &&
      (storageClassNameOf(volume) ?? '') === wantedClass &&
      (volume.spec?.volumeAttributesClassName ?? '') === (claim.spec?.volumeAttributesClassName ?? '') &&
      (!selector || selector.matches(volume.metadata?.labels)),
  );
  const byName = (a: PersistentVolume, b: PersistentVolume): number => ((a.metadata?.name ?? '') < (b.metadata?.name ?? '') ? -1 : 1);
  return free.sort((a, b) => sizeOf(a) - sizeOf(b) || byName(a, b))[0];
}
