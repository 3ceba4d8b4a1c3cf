import { deepCopy, formatFieldError, type FieldError } from '@typernetes/machinery';
import { persistentVolume } from '../core/persistent-volume';
import * as defaults from '../defaults';
import type { LimitRangeItem, PersistentVolume, PersistentVolumeClaim, PersistentVolumeClaimSpec, PersistentVolumeSpec, PriorityClass, ResourceQuotaSpec, StorageClass } from '../generated/types';
import * as validation from './index';

const texts = (errors: FieldError[]): string[] => errors.map(formatFieldError);
const immutable = 'field is immutable';

function volumeOf(spec: Partial<PersistentVolumeSpec>): PersistentVolume {
  const volume: PersistentVolume = { spec: deepCopy({ accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, hostPath: { path: '/a' }, ...spec }) };
  defaults.defaultPersistentVolume(volume);
  return volume;
}

test.each<[string, Partial<PersistentVolumeSpec>, string[]]>([
  ['fine', {}, []],
  ['a mode', { accessModes: ['X'] }, ['spec.accessModes: Unsupported value: "X": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"']],
  ['any mode', { accessModes: [] }, ['spec.accessModes: Required value']],
  ['one pod alone', { accessModes: ['ReadWriteOncePod', 'ReadOnlyMany'] }, ['spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes']],
  ['a size', { capacity: {} }, ['spec.capacity: Required value']],
  ['more than nothing', { capacity: { storage: '0' } }, ['spec.capacity[storage]: Invalid value: "0": must be greater than zero']],
  ['a source', { hostPath: undefined }, ['spec: Required value: must specify a volume type']],
  ['one source', { nfs: { server: 's', path: '/' } }, ['spec.nfs: Forbidden: may not specify more than 1 volume type']],
  ['a local volume is somewhere', { hostPath: undefined, local: { path: '/a' } }, ['spec.nodeAffinity: Required value: Local volume requires node affinity']],
  ['the root', { hostPath: { path: '/' }, persistentVolumeReclaimPolicy: 'Recycle' }, ["spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount of '/'"]],
])('volume: %s', (_name, spec, expected) => expect(texts(validation.validatePersistentVolumeCreate(volumeOf(spec)))).toEqual(expected));

test('the storage of a volume is for life', () => {
  expect(volumeOf({})).toMatchObject({ spec: { volumeMode: 'Filesystem', persistentVolumeReclaimPolicy: 'Retain', hostPath: { path: '/a', type: '' } }, status: { phase: 'Pending' } });
  expect(texts(validation.validatePersistentVolumeUpdate(volumeOf({ hostPath: { path: '/b' } }), volumeOf({})))).toEqual([
    'spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation',
  ]);
});

test('a volume knows since when it is in its phase', () => {
  const next = { ...volumeOf({}), status: { phase: 'Bound', lastPhaseTransitionTime: 'before' } };
  persistentVolume.statusStrategy?.prepareForUpdate?.(next, { ...volumeOf({}), ...{ status: { phase: 'Available', lastPhaseTransitionTime: 'before' } } }, { now: 'now', user: { name: 'test', groups: [] } });
  expect(next.status.lastPhaseTransitionTime).toBe('now');
});

function claimOf(spec: Partial<PersistentVolumeClaimSpec>, phase = 'Pending'): PersistentVolumeClaim {
  const claim: PersistentVolumeClaim = { spec: deepCopy({ accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '2Gi' } }, ...spec }), status: { phase } };
  defaults.defaultPersistentVolumeClaim(claim);
  return claim;
}

const requests = (storage: string): Partial<PersistentVolumeClaimSpec> => ({ resources: { requests: { storage } } });

test.each<[string, Partial<PersistentVolumeClaimSpec>, string[]]>([
  ['fine', {}, []],
  ['any mode', { accessModes: [] }, ['spec.accessModes: Required value: at least 1 access mode is required']],
  ['a size', { resources: {} }, ['spec.resources[storage]: Required value']],
  ['more than nothing', requests('0'), ['spec.resources[storage]: Invalid value: "0": must be greater than zero']],
  ['a source', { dataSource: { kind: 'Pod', name: 'p' } }, ['spec.dataSource: Invalid value: "Pod": must be \'PersistentVolumeClaim\' when referencing the default apiGroup']],
])('claim: %s', (_name, spec, expected) => expect(texts(validation.validatePersistentVolumeClaimCreate(claimOf(spec)))).toEqual(expected));

const fixed = 'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';

test.each<[string, PersistentVolumeClaim, PersistentVolumeClaim, string[]]>([
  ['a volume is found', claimOf({ volumeName: 'v' }), claimOf({}), []],
  ['a class comes late', claimOf({ storageClassName: 's' }), claimOf({}), []],
  ['another class', claimOf({ storageClassName: 's' }), claimOf({ storageClassName: 't' }), [fixed]],
  ['growth while bound', claimOf(requests('3Gi'), 'Bound'), claimOf({}, 'Bound'), []],
  ['growth before', claimOf(requests('3Gi')), claimOf({}), [fixed]],
  ['shrinking', claimOf(requests('1Gi'), 'Bound'), claimOf({}, 'Bound'), ['spec.resources.requests.storage: Forbidden: field can not be less than status.capacity']],
])('change of a claim: %s', (_name, next, previous, expected) => expect(texts(validation.validatePersistentVolumeClaimUpdate(next, previous))).toEqual(expected));

const storageClass = (fields: Partial<StorageClass>): StorageClass => ({ provisioner: 'a/b', reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate', ...fields });

test.each<[string, FieldError[], string[]]>([
  ['a class', validation.validateStorageClassCreate(storageClass({})), []],
  ['its provisioner', validation.validateStorageClassCreate(storageClass({ provisioner: '' })), ['provisioner: Required value']],
  ['its policy', validation.validateStorageClassCreate(storageClass({ reclaimPolicy: 'X' })), ['reclaimPolicy: Unsupported value: "X": supported values: "Delete", "Retain"']],
  ['its mode', validation.validateStorageClassCreate(storageClass({ volumeBindingMode: 'X' })), ['volumeBindingMode: Unsupported value: "X": supported values: "Immediate", "WaitForFirstConsumer"']],
  ['its changes', validation.validateStorageClassUpdate(storageClass({ parameters: { a: 'b' }, volumeBindingMode: 'WaitForFirstConsumer' }), storageClass({})), ['parameters: Forbidden: updates to parameters are forbidden.', `volumeBindingMode: Invalid value: "WaitForFirstConsumer": ${immutable}`]],
  ['an attachment', validation.validateVolumeAttachmentCreate({ spec: { attacher: 'a', nodeName: 'n', source: {} } }), ['spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName']],
  ['a driver', validation.validateCSIDriverCreate({ metadata: { name: 'd' }, spec: { fsGroupPolicy: 'X' } }), ['spec.fsGroupPolicy: Unsupported value: "X": supported values: "File", "None", "ReadWriteOnceWithFSType"']],
  ['a node', validation.validateCSINodeCreate({ spec: { drivers: [{ name: 'd', nodeID: 'i' }, { name: 'd', nodeID: '' }] } }), ['spec.drivers[1].nodeID: Required value', 'spec.drivers[1].name: Duplicate value: "d"']],
  ['a capacity', validation.validateCSIStorageCapacityUpdate({ storageClassName: 'a' }, { storageClassName: 'b' }), [`storageClassName: Invalid value: "a": ${immutable}`]],
  ['attributes', validation.validateVolumeAttributesClassCreate({ driverName: 'd' }), ['parameters: Required value: must contain at least one key/value pair']],
])('storage: %s', (_name, errors, expected) => expect(texts(errors)).toEqual(expected));

const priority = (fields: Partial<PriorityClass>): PriorityClass => ({ metadata: { name: 'p' }, value: 1, preemptionPolicy: 'Never', ...fields });

test.each<[string, FieldError[], string[]]>([
  ['a priority', validation.validatePriorityClassCreate(priority({})), []],
  ['too high', validation.validatePriorityClassCreate(priority({ value: 1_000_000_001 })), ['value: Forbidden: maximum allowed value of a user defined priority is 1000000000']],
  ['the system\'s', validation.validatePriorityClassCreate(priority({ metadata: { name: 'system-node-critical' }, value: 2_000_001_000 })), []],
  ['like the system\'s', validation.validatePriorityClassCreate(priority({ metadata: { name: 'system-x' } })), ["metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: system-x is not a known system priority class"]],
  ['changed', validation.validatePriorityClassUpdate(priority({ value: 2, preemptionPolicy: 'PreemptLowerPriority' }), priority({})), ['value: Forbidden: may not be changed in an update.', `preemptionPolicy: Invalid value: "PreemptLowerPriority": ${immutable}`]],
  ['another runtime', validation.validateRuntimeClassUpdate({ handler: 'a' }, { handler: 'b' }), [`handler: Invalid value: "a": ${immutable}`]],
])('scheduling: %s', (_name, errors, expected) => expect(texts(errors)).toEqual(expected));

const limits = (item: LimitRangeItem): FieldError[] => validation.validateLimitRangeCreate({ spec: { limits: [item] } });

test.each<[string, LimitRangeItem, string[]]>([
  ['fine', { type: 'Container', min: { cpu: '1' }, max: { cpu: '2' } }, []],
  ['a type', { type: 'X' }, ['spec.limits[0].type: Invalid value: "X": must be a standard limit type or fully qualified']],
  ['order', { type: 'Container', min: { cpu: '2' }, max: { cpu: '1' } }, ['spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1']],
  ['defaults in range', { type: 'Container', default: { cpu: '3' }, max: { cpu: '2' } }, ['spec.limits[0].default[cpu]: Invalid value: "3": default value 3 is greater than max value 2']],
  ['pods have no defaults', { type: 'Pod', default: { cpu: '1' } }, ["spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'"]],
  ['storage', { type: 'PersistentVolumeClaim' }, ['spec.limits[0].limits: Required value: either minimum or maximum storage value is required, but neither was provided']],
  ['a ratio', { type: 'Pod', maxLimitRequestRatio: { cpu: '500m' } }, ['spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "500m": ratio 500m is less than 1']],
])('limits: %s', (_name, item, expected) => expect(texts(limits(item))).toEqual(expected));

test('limits fill each other in', () => {
  const range = { spec: { limits: [{ type: 'Container', max: { cpu: '2', memory: '1Gi' }, min: { storage: '1' }, defaultRequest: { cpu: '1' } }] } };
  defaults.defaultLimitRange(range);
  expect(range.spec.limits[0]).toMatchObject({ default: { cpu: '2', memory: '1Gi' }, defaultRequest: { cpu: '1', memory: '1Gi', storage: '1' } });
});

test.each<[string, ResourceQuotaSpec, string[]]>([
  ['fine', { hard: { pods: '4', 'requests.cpu': '500m', 'count/deployments.apps': '2', 'example.com/gpu': '1' } }, []],
  ['a name', { hard: { dogs: '1' } }, ['spec.hard[dogs]: Invalid value: "dogs": must be a standard resource for quota']],
  ['not less than nothing', { hard: { cpu: '-1' } }, ['spec.hard[cpu]: Invalid value: "-1": must be greater than or equal to 0']],
  ['whole pods', { hard: { pods: '1.5' } }, ['spec.hard[pods]: Invalid value: "1.5": must be an integer']],
  ['a scope', { scopes: ['X'] }, ['spec.scopes: Invalid value: ["X"]: unsupported scope']],
  ['scopes against each other', { scopes: ['Terminating', 'NotTerminating'] }, ['spec.scopes: Invalid value: ["Terminating","NotTerminating"]: conflicting scopes']],
  ['a scope of pods', { hard: { services: '1' }, scopes: ['Terminating'] }, ['spec.scopes: Invalid value: ["Terminating"]: unsupported scope applied to resource']],
])('quota: %s', (_name, spec, expected) => expect(texts(validation.validateResourceQuotaCreate({ spec }))).toEqual(expected));
