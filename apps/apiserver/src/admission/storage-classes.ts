import { resources, type PersistentVolumeClaim, type StorageClass } from '@typernetes/api';
import { quantityToNumber } from '@typernetes/machinery';
import type { AdmissionPlugin } from '../pipeline/admission';
import type { ObjectReader } from '../pipeline/object-reader';
import { forbid, isCore } from './forbid';

const betaClassAnnotation = 'volume.beta.kubernetes.io/storage-class';
const defaultAnnotations = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'];

const isDefault = ({ metadata }: StorageClass): boolean => defaultAnnotations.some((name) => metadata?.annotations?.[name] === 'true');

/** Of several default classes the youngest counts, then the first by name. */
export function defaultStorageClassOf(classes: readonly StorageClass[]): StorageClass | undefined {
  const rank = ({ metadata }: StorageClass): [string, string] => [metadata?.creationTimestamp ?? '', metadata?.name ?? ''];
  const order = (a: StorageClass, b: StorageClass): number => {
    const [[madeA, nameA], [madeB, nameB]] = [rank(a), rank(b)];
    return madeA === madeB ? (nameA < nameB ? -1 : 1) : madeA > madeB ? -1 : 1;
  };
  return classes.filter(isDefault).sort(order)[0];
}

/** Claims that name no class get the default one. An empty name is a choice, and stays. */
export const defaultStorageClass = (objects: ObjectReader): AdmissionPlugin => ({
  name: 'DefaultStorageClass',
  operations: ['CREATE'],
  admit: (context) => {
    const claim: PersistentVolumeClaim | undefined = context.object;
    if (!isCore(context, 'persistentvolumeclaims') || !claim?.spec) return;
    if (claim.spec.storageClassName !== undefined || claim.metadata?.annotations?.[betaClassAnnotation] !== undefined) return;
    const chosen = defaultStorageClassOf(objects.list(resources.storageClasses));
    if (chosen?.metadata?.name) claim.spec.storageClassName = chosen.metadata.name;
  },
});

const sizeOf = ({ spec }: PersistentVolumeClaim): number => quantityToNumber(spec?.resources?.requests?.storage ?? '0', 'one');

/** A claim may ask for more only where its class allows it. */
export const persistentVolumeClaimResize = (objects: ObjectReader): AdmissionPlugin => ({
  name: 'PersistentVolumeClaimResize',
  operations: ['UPDATE'],
  validate: (context) => {
    const claim: PersistentVolumeClaim | undefined = context.object;
    const previous: PersistentVolumeClaim | undefined = context.previous;
    if (!isCore(context, 'persistentvolumeclaims') || !claim || !previous || sizeOf(claim) <= sizeOf(previous)) return;
    if (previous.status?.phase !== 'Bound') throw forbid(context, 'Only bound persistent volume claims can be expanded');
    const name = previous.metadata?.annotations?.[betaClassAnnotation] ?? previous.spec?.storageClassName ?? '';
    if (!objects.get(resources.storageClasses, name)?.allowVolumeExpansion) {
      throw forbid(context, 'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize');
    }
  },
});

const protections: Readonly<Record<string, string>> = {
  persistentvolumeclaims: 'kubernetes.io/pvc-protection',
  persistentvolumes: 'kubernetes.io/pv-protection',
};

/** Claims and volumes are protected from their first moment; the controllers take the finalizers away. */
export const storageObjectInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  operations: ['CREATE'],
  admit: ({ kind, subresource, object }) => {
    const finalizer = kind.group === '' && subresource === '' ? protections[kind.resource] : undefined;
    if (!finalizer || !object || object.metadata?.finalizers?.includes(finalizer)) return;
    object.metadata = { ...object.metadata, finalizers: [...(object.metadata?.finalizers ?? []), finalizer] };
  },
};
