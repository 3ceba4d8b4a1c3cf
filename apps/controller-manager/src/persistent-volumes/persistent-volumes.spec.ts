import type { Node, PersistentVolume, PersistentVolumeClaim, StorageClass } from '@typernetes/api';
import { chosenStorageClass } from '@typernetes/api';
import { boundClaim, boundStatus, reservedVolume, wantedExpansion } from './binding';
import { planClaim } from './claim-plan';
import { chooseNode, localVolume, refusal } from './local-provisioner';
import { planVolume } from './volume-plan';

interface ClaimShape {
  size?: string;
  className?: string;
  modes?: string[];
  volumeName?: string;
  annotations?: Record<string, string>;
  selector?: Record<string, string>;
  volumeMode?: string;
  deletionTimestamp?: string;
}
const claim = ({ size = '1Gi', className, modes = ['ReadWriteOnce'], volumeName, annotations, selector, volumeMode, deletionTimestamp }: ClaimShape = {}): PersistentVolumeClaim => ({
  metadata: { name: 'c', namespace: 'ns', uid: 'c-uid', annotations, deletionTimestamp },
  spec: { accessModes: modes, resources: { requests: { storage: size } }, storageClassName: className, volumeName, volumeMode, ...(selector ? { selector: { matchLabels: selector } } : {}) },
  status: { phase: 'Pending' },
});
interface VolumeShape {
  size?: string;
  className?: string;
  modes?: string[];
  claimRef?: { name: string; uid?: string };
  phase?: string;
  labels?: Record<string, string>;
  volumeMode?: string;
  policy?: string;
  annotations?: Record<string, string>;
}
const volume = (name: string, { size = '1Gi', className, modes = ['ReadWriteOnce', 'ReadOnlyMany'], claimRef, phase = 'Available', labels, volumeMode, policy, annotations }: VolumeShape = {}): PersistentVolume => ({
  metadata: { name, labels, annotations },
  spec: { accessModes: modes, capacity: { storage: size }, storageClassName: className, volumeMode, persistentVolumeReclaimPolicy: policy, ...(claimRef ? { claimRef: { namespace: 'ns', ...claimRef } } : {}) },
  status: { phase },
});
const storageClass = (name: string, extra: Partial<StorageClass> = {}): StorageClass => ({ metadata: { name }, provisioner: 'p', volumeBindingMode: 'Immediate', ...extra });
const isDefault = { 'storageclass.kubernetes.io/is-default-class': 'true' };

function shown(given: PersistentVolumeClaim, volumes: PersistentVolume[], classes: StorageClass[] = [], waitingPod?: string): string {
  const step = planClaim({ claim: given, volumes, classes, waitingPod });
  switch (step.do) {
    case 'bind':
      return `bind ${step.volume.metadata?.name}`;
    case 'wait':
      return `wait ${step.event?.reason ?? ''}`.trim();
    case 'lose':
      return `lose ${step.event.reason}`;
    case 'provision':
      return `provision ${step.storageClass.metadata?.name}`;
    case 'set-class':
      return `class ${step.className}`;
    case 'nothing':
      return 'nothing';
  }
}

describe('a claim', () => {
  const late = storageClass('late', { volumeBindingMode: 'WaitForFirstConsumer' });
  const bound = { 'pv.kubernetes.io/bind-completed': 'yes' };
  const selected = { 'volume.kubernetes.io/selected-node': 'n1' };
  test.each<[string, string, PersistentVolumeClaim, PersistentVolume[], StorageClass[]?, string?]>([
    ['nothing there', 'wait FailedBinding', claim(), []],
    ['the smallest that is large enough', 'bind b', claim({ size: '2Gi' }), [volume('a'), volume('c', { size: '9Gi' }), volume('b', { size: '3Gi' })]],
    ['too small', 'wait FailedBinding', claim({ size: '2Gi' }), [volume('a')]],
    ['access modes', 'wait FailedBinding', claim({ modes: ['ReadWriteMany'] }), [volume('a')]],
    ['another class', 'wait ProvisioningFailed', claim({ className: 'gold' }), [volume('a')]],
    ['the same class', 'bind a', claim({ className: 'gold' }), [volume('a', { className: 'gold' })]],
    ['labels', 'bind b', claim({ selector: { disk: 'ssd' } }), [volume('a'), volume('b', { size: '5Gi', labels: { disk: 'ssd' } })]],
    ['a block device', 'wait FailedBinding', claim({ volumeMode: 'Block' }), [volume('a')]],
    ['taken', 'wait FailedBinding', claim(), [volume('a', { claimRef: { name: 'other', uid: 'x' }, phase: 'Bound' })]],
    ['released ones are not free', 'wait FailedBinding', claim(), [volume('a', { claimRef: { name: 'c', uid: 'old' }, phase: 'Released' })]],
    ['reserved by name', 'bind b', claim(), [volume('a'), volume('b', { size: '9Gi', claimRef: { name: 'c' } })]],
    ['asked for by name', 'bind b', claim({ volumeName: 'b' }), [volume('a'), volume('b', { size: '9Gi' })]],
    ['asked for, but not there', 'wait', claim({ volumeName: 'z' }), []],
    ['asked for, but too small', 'wait VolumeMismatch', claim({ volumeName: 'a', size: '2Gi' }), [volume('a')]],
    ['asked for, but taken', 'wait FailedBinding', claim({ volumeName: 'a' }), [volume('a', { claimRef: { name: 'other' } })]],
    ['the default class comes in', 'class d', claim(), [volume('a')], [storageClass('d', { metadata: { name: 'd', annotations: isDefault } })]],
    ['no class on purpose', 'bind a', claim({ className: '' }), [volume('a')], [storageClass('d', { metadata: { name: 'd', annotations: isDefault } })]],
    ['to be made', 'provision gold', claim({ className: 'gold' }), [], [storageClass('gold')]],
    ['no such class', 'wait ProvisioningFailed', claim({ className: 'gold' }), []],
    ['waits for a pod', 'wait WaitForFirstConsumer', claim({ className: 'late' }), [volume('a', { className: 'late' })], [late]],
    ['waits for the pod', 'wait WaitForPodScheduled', claim({ className: 'late' }), [], [late], 'web'],
    ['the pod has a node', 'provision late', claim({ className: 'late', annotations: selected }), [], [late]],
    ['the scheduler chose a volume', 'bind a', claim({ className: 'late' }), [volume('a', { className: 'late', claimRef: { name: 'c', uid: 'c-uid' } })], [late]],
    ['bound', 'bind a', claim({ volumeName: 'a', annotations: bound }), [volume('a', { claimRef: { name: 'c', uid: 'c-uid' } })]],
    ['lost', 'lose ClaimLost', claim({ volumeName: 'a', annotations: bound }), []],
    ['misbound', 'lose ClaimMisbound', claim({ volumeName: 'a', annotations: bound }), [volume('a', { claimRef: { name: 'other', uid: 'x' } })]],
    ['on its way out', 'nothing', claim({ deletionTimestamp: 'now' }), [volume('a')]],
  ])('%s', (_name, expected, given, volumes, ...rest) => expect(shown(given, volumes, ...rest)).toBe(expected));
});

test('a pod that is on its node already waits no longer', () => {
  const late = storageClass('late', { volumeBindingMode: 'WaitForFirstConsumer' });
  expect(planClaim({ claim: claim({ className: 'late' }), volumes: [], classes: [late], waitingPod: undefined, consumerNode: 'n1' })).toEqual({ do: 'provision', storageClass: late });
});

describe('a volume', () => {
  const ours = { 'pv.kubernetes.io/bound-by-controller': 'yes' };
  const mine = { name: 'c', uid: 'c-uid' };
  test.each<[string, object, PersistentVolume, PersistentVolumeClaim?]>([
    ['free', { do: 'phase', phase: 'Available' }, volume('v')],
    ['reserved', { do: 'phase', phase: 'Available' }, volume('v', { claimRef: { name: 'c' } })],
    ['bound', { do: 'phase', phase: 'Bound' }, volume('v', { claimRef: mine }), claim({ volumeName: 'v' })],
    ['half bound', { do: 'wait' }, volume('v', { claimRef: mine }), claim()],
    ['its claim has gone', { do: 'release', policy: 'Retain' }, volume('v', { claimRef: mine })],
    ['its claim has gone for good', { do: 'release', policy: 'Delete' }, volume('v', { claimRef: mine, policy: 'Delete' })],
    ['another claim of that name', { do: 'release', policy: 'Retain' }, volume('v', { claimRef: { name: 'c', uid: 'old' } }), claim()],
    ['its claim has another volume', { do: 'unbind', claimRef: undefined }, volume('v', { claimRef: mine, annotations: ours }), claim({ volumeName: 'w' })],
    ['the user bound it', { do: 'unbind', claimRef: { name: 'c', namespace: 'ns' } }, volume('v', { claimRef: mine }), claim({ volumeName: 'w' })],
  ])('%s', (_name, expected, given, ...its) => expect(planVolume(given, its[0])).toEqual(expected));
});

describe('binding', () => {
  test('is written on both sides, once', () => {
    const reserved = reservedVolume(volume('v'), claim());
    expect(reserved).toMatchObject({ metadata: { annotations: { 'pv.kubernetes.io/bound-by-controller': 'yes' } }, spec: { claimRef: { kind: 'PersistentVolumeClaim', name: 'c', uid: 'c-uid' } } });
    expect(reservedVolume(reserved ?? {}, claim())).toBeUndefined();
    expect(reservedVolume(volume('v', { claimRef: { name: 'c' } }), claim())?.metadata?.annotations).toEqual({});
    const bound = boundClaim(claim(), volume('v'));
    expect(bound).toMatchObject({ metadata: { annotations: { 'pv.kubernetes.io/bind-completed': 'yes', 'pv.kubernetes.io/bound-by-controller': 'yes' } }, spec: { volumeName: 'v' } });
    expect(boundClaim(bound ?? {}, volume('v'))).toBeUndefined();
    expect(boundStatus(claim(), volume('v'))).toEqual({ phase: 'Bound', accessModes: ['ReadWriteOnce', 'ReadOnlyMany'], capacity: { storage: '1Gi' } });
  });
  test('a bound claim may grow', () => {
    const grown = { ...claim({ size: '2Gi' }), status: { phase: 'Bound', capacity: { storage: '1Gi' } } };
    expect(wantedExpansion(grown)).toBe('2Gi');
    expect(wantedExpansion({ ...grown, status: { phase: 'Bound', capacity: { storage: '2Gi' } } })).toBeUndefined();
    expect(wantedExpansion(claim({ size: '2Gi' }))).toBeUndefined();
  });
});

describe('volumes on nodes', () => {
  const node = (name: string, ready = 'True'): Node => ({ metadata: { name, labels: { 'kubernetes.io/hostname': `${name}.host` } }, status: { conditions: [{ type: 'Ready', status: ready }] } });
  test('belong to one node', () => {
    expect(localVolume(claim(), storageClass('standard', { reclaimPolicy: 'Delete' }), node('n1'))).toMatchObject({
      metadata: { name: 'pvc-c-uid', annotations: { 'pv.kubernetes.io/provisioned-by': 'typernetes.io/local-path' } },
      spec: {
        local: { path: '/var/lib/kubelet/local-volumes/pvc-c-uid' },
        capacity: { storage: '1Gi' },
        claimRef: { uid: 'c-uid' },
        nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['n1.host'] }] }] } },
        persistentVolumeReclaimPolicy: 'Delete',
        storageClassName: 'standard',
      },
    });
  });
  test('are for one node at a time', () => {
    expect(refusal(claim())).toBeUndefined();
    expect(refusal(claim({ modes: ['ReadWriteMany'] }))).toContain('ReadWriteMany');
    expect(refusal(claim({ volumeMode: 'Block' }))).toContain('Block');
  });
  test('go to a node that is ready', () => {
    expect(chooseNode(claim(), [node('n1', 'False'), node('n2')])?.metadata?.name).toBe('n2');
    expect(chooseNode(claim(), [])).toBeUndefined();
  });
});

test('of several default classes the youngest counts', () => {
  const made = (name: string, creationTimestamp: string): StorageClass => storageClass(name, { metadata: { name, creationTimestamp, annotations: isDefault } });
  expect(chosenStorageClass([made('a', '2026-01-01T00:00:00Z'), made('b', '2026-01-02T00:00:00Z'), storageClass('c')])?.metadata?.name).toBe('b');
  expect(chosenStorageClass([storageClass('c')])).toBeUndefined();
});
