import { builtInKinds, type PersistentVolumeClaim, type StorageClass } from '@typernetes/api';
import type { AdmissionContext, AdmissionPlugin } from '../pipeline/admission';
import type { ObjectReader } from '../pipeline/object-reader';
import { defaultStorageClass, persistentVolumeClaimResize, storageObjectInUseProtection } from './storage-classes';

const classes: StorageClass[] = [
  { metadata: { name: 'slow' }, provisioner: 'p' },
  { metadata: { name: 'old', creationTimestamp: '2026-01-01T00:00:00Z', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } }, provisioner: 'p' },
  { metadata: { name: 'new', creationTimestamp: '2026-01-02T00:00:00Z', annotations: { 'storageclass.beta.kubernetes.io/is-default-class': 'true' } }, provisioner: 'p', allowVolumeExpansion: true },
];
const objects = { list: () => classes, get: (_type: unknown, name: string) => classes.find(({ metadata }) => metadata?.name === name) } as unknown as ObjectReader;
const kind = builtInKinds.find(({ resource }) => resource === 'persistentvolumeclaims');
const claim = (className: string | undefined, size = '1Gi', phase = 'Bound'): PersistentVolumeClaim => ({ metadata: { name: 'c' }, spec: { storageClassName: className, resources: { requests: { storage: size } } }, status: { phase } });

function write(operation: 'CREATE' | 'UPDATE', object: PersistentVolumeClaim, previous?: PersistentVolumeClaim): AdmissionContext {
  if (!kind) throw new Error('no such kind');
  return { operation, kind, subresource: '', namespace: 'ns', name: 'c', user: { name: 'u', groups: [] }, dryRun: false, object, previous, warn: () => undefined } as unknown as AdmissionContext;
}

describe('the class of a new claim', () => {
  const admitted = (object: PersistentVolumeClaim): string | undefined => {
    void defaultStorageClass(objects).admit?.(write('CREATE', object));
    return object.spec?.storageClassName;
  };
  test('is the youngest default', () => expect(admitted(claim(undefined))).toBe('new'));
  test('is what it names', () => expect(admitted(claim('slow'))).toBe('slow'));
  test('is none when it says so', () => expect(admitted(claim(''))).toBe(''));
  test('is the annotated one', () => expect(admitted({ ...claim(undefined), metadata: { annotations: { 'volume.beta.kubernetes.io/storage-class': 'x' } } })).toBeUndefined());
});

describe('a claim grows', () => {
  const grow = (plugin: AdmissionPlugin, from: PersistentVolumeClaim, to: string) => () => plugin.validate?.(write('UPDATE', claim(from.spec?.storageClassName, to), from));
  const plugin = persistentVolumeClaimResize(objects);
  test('where its class allows it', () => expect(grow(plugin, claim('new'), '2Gi')).not.toThrow());
  test('not elsewhere', () => expect(grow(plugin, claim('slow'), '2Gi')).toThrow('must support resize'));
  test('not before it is bound', () => expect(grow(plugin, claim('new', '1Gi', 'Pending'), '2Gi')).toThrow('Only bound persistent volume claims can be expanded'));
  test('unchanged claims are not asked', () => expect(grow(plugin, claim('slow'), '1Gi')).not.toThrow());
});

test('new claims are protected', () => {
  const object = claim('slow');
  void storageObjectInUseProtection.admit?.(write('CREATE', object));
  void storageObjectInUseProtection.admit?.(write('CREATE', object));
  expect(object.metadata?.finalizers).toEqual(['kubernetes.io/pvc-protection']);
});
