import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '@typernetes/api';
import { chooseVolumes, reasons, sortClaims, type VolumeView } from './claim-choices';

const onNode = (name: string): NonNullable<PersistentVolume['spec']>['nodeAffinity'] => ({ required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [name] }] }] } });
const node = (name: string, labels: Record<string, string> = {}): { name: string; labels: Record<string, string> } => ({ name, labels: { 'kubernetes.io/hostname': name, ...labels } });
const claim = (name: string, spec: PersistentVolumeClaim['spec'], annotations: Record<string, string> = {}, more: Partial<PersistentVolumeClaim> = {}): PersistentVolumeClaim => ({
  ...more,
  metadata: { name, namespace: 'n', uid: name, annotations, ...more.metadata },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
});
const bound = (name: string, volumeName: string): PersistentVolumeClaim => claim(name, { volumeName }, { 'pv.kubernetes.io/bind-completed': 'yes' });
const volume = (name: string, spec: PersistentVolume['spec'] = {}): PersistentVolume => ({
  metadata: { name },
  spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, ...spec },
  status: { phase: 'Available' },
});
const storageClass = (name: string, provisioner: string, more: Partial<StorageClass> = {}): StorageClass => ({ metadata: { name }, provisioner, volumeBindingMode: 'WaitForFirstConsumer', ...more });

const classes = [
  storageClass('local', 'kubernetes.io/no-provisioner'),
  storageClass('made', 'example.com/p'),
  storageClass('zoned', 'example.com/p', { allowedTopologies: [{ matchLabelExpressions: [{ key: 'zone', values: ['z1'] }] }] }),
  storageClass('at-once', 'example.com/p', { volumeBindingMode: 'Immediate' }),
];

function view(claims: readonly PersistentVolumeClaim[], volumes: readonly PersistentVolume[] = []): VolumeView {
  return {
    claim: (key) => claims.find(({ metadata }) => `n/${metadata?.name}` === key),
    volume: (name) => volumes.find(({ metadata }) => metadata?.name === name),
    freeVolumes: () => volumes,
    storageClass: (name) => classes.find(({ metadata }) => metadata?.name === name),
  };
}

/** The volumes chosen on the node (`made` for one to be made), or why not. */
function decide(claims: readonly PersistentVolumeClaim[], on: ReturnType<typeof node>, volumes: readonly PersistentVolume[] = [], keys = claims.map(({ metadata }) => `n/${metadata?.name}`)): string[] | string {
  const known = view(claims, volumes);
  const sorted = sortClaims(keys, known);
  if (typeof sorted === 'string') return sorted;
  const choices = chooseVolumes(sorted, on, known);
  return typeof choices === 'string' ? choices : choices.map((choice) => choice.volume?.metadata?.name ?? 'made');
}

const wanting = (storageClassName: string): PersistentVolumeClaim => claim('c', { storageClassName });

test.each<[string, ReturnType<typeof decide>, string[] | string]>([
  ['no such claim', decide([], node('a'), [], ['n/c']), 'persistentvolumeclaim "c" not found'],
  ['a claim that goes', decide([claim('c', {}, {}, { metadata: { name: 'c', deletionTimestamp: '2026-01-01T00:00:00Z' } })], node('a')), 'persistentvolumeclaim "c" is being deleted'],
  ['an immediate claim that is not bound yet', decide([wanting('at-once')], node('a')), 'pod has unbound immediate PersistentVolumeClaims'],
  ['a claim without a class that is not bound yet', decide([claim('c', { storageClassName: '' })], node('a')), 'pod has unbound immediate PersistentVolumeClaims'],
  ['a volume of this node', decide([bound('c', 'v')], node('a'), [volume('v', { nodeAffinity: onNode('a') })]), []],
  ['a volume of another node', decide([bound('c', 'v')], node('b'), [volume('v', { nodeAffinity: onNode('a') })]), reasons.affinity],
  ['a volume of all nodes', decide([bound('c', 'v')], node('b'), [volume('v')]), []],
  ['a volume that is no more', decide([bound('c', 'v')], node('a')), reasons.lost],
  ['one that will be made', decide([wanting('made')], node('a')), ['made']],
  ['one that will be made, but not here', decide([wanting('zoned')], node('a')), reasons.noVolume],
  ['one that will be made here', decide([wanting('zoned')], node('a', { zone: 'z1' })), ['made']],
  ['a free one of this node', decide([wanting('local')], node('a'), [volume('v', { storageClassName: 'local', nodeAffinity: onNode('a') })]), ['v']],
  ['none free on this node', decide([wanting('local')], node('b'), [volume('v', { storageClassName: 'local', nodeAffinity: onNode('a') })]), reasons.noVolume],
  ['one for two claims', decide([claim('c', { storageClassName: 'local' }), claim('d', { storageClassName: 'local' })], node('a'), [volume('v', { storageClassName: 'local' })]), reasons.noVolume],
  ['two for two claims', decide([claim('c', { storageClassName: 'local' }), claim('d', { storageClassName: 'local' })], node('a'), [volume('v', { storageClassName: 'local' }), volume('w', { storageClassName: 'local' })]), ['v', 'w']],
  ['the node of an earlier attempt', decide([claim('c', { storageClassName: 'made' }, { 'volume.kubernetes.io/selected-node': 'a' })], node('a')), ['made']],
  ['not the node of an earlier attempt', decide([claim('c', { storageClassName: 'made' }, { 'volume.kubernetes.io/selected-node': 'a' })], node('b')), reasons.affinity],
])('%s', (_name, decided, expected) => {
  expect(decided).toEqual(expected);
});
