import type { CSINode, PersistentVolume, PersistentVolumeClaim, Volume } from '@typernetes/api';
import { ClusterCache } from '../cache/cluster-cache';
import type { SchedulerPlugin } from '../framework/plugin';
import { podInfoOf } from '../framework/pod-info';
import type { PodInfo } from '../framework/pod-info';
import { nodeVolumeLimits, type AttachmentView } from './node-volume-limits';
import { volumeRestrictions } from './volume-restrictions';
import { volumeZone } from './volume-zone';

const pod = (uid: string, ...volumes: Partial<Volume>[]): PodInfo =>
  podInfoOf({ metadata: { uid, name: uid, namespace: 'default' }, spec: { containers: [], volumes: volumes.map((volume, index) => ({ name: `v${index}`, ...volume })) } });
const uses = (...claims: string[]): Partial<Volume>[] => claims.map((claimName) => ({ persistentVolumeClaim: { claimName } }));

interface World {
  claims?: Record<string, PersistentVolumeClaim['spec']>;
  volumes?: Record<string, Partial<PersistentVolume>>;
  csiNodes?: Record<string, number>;
  attached?: Record<string, string[]>;
}

function view({ claims = {}, volumes = {}, csiNodes = {}, attached = {} }: World): AttachmentView {
  return {
    claim: (key) => {
      const spec = claims[key.replace('default/', '')];
      return spec && { metadata: { namespace: 'default', name: key.replace('default/', '') }, spec };
    },
    volume: (name) => volumes[name] && { metadata: { name }, ...volumes[name] },
    freeVolumes: () => [],
    storageClass: (name) => (name === 'fast' ? { metadata: { name }, provisioner: 'csi.example' } : undefined),
    csiNode: (name) => {
      const count = csiNodes[name];
      return count === undefined ? undefined : ({ metadata: { name }, spec: { drivers: [{ name: 'csi.example', nodeID: name, allocatable: { count } }] } } satisfies CSINode);
    },
    attachedTo: (name) => attached[name] ?? [],
  };
}

/** Nodes a and b, in zones of these names, and one that says nothing of zones. */
function cluster(placed: [PodInfo, string][] = []): ClusterCache {
  const cache = new ClusterCache();
  for (const name of ['a', 'b']) cache.setNode({ metadata: { name, labels: { 'topology.kubernetes.io/zone': name } } });
  cache.setNode({ metadata: { name: 'bare', labels: {} } });
  for (const [info, node] of placed) cache.assume(info, node);
  return cache;
}

function fits(plugin: SchedulerPlugin, cache: ClusterCache, subject: PodInfo): string {
  const filter = plugin.prepareFilter?.(subject, cache);
  return cache.nodes.filter((node) => !filter?.(node)).map(({ name }) => name).join();
}

describe('VolumeRestrictions', () => {
  const gce = (pdName: string, readOnly = false): Partial<Volume> => ({ gcePersistentDisk: { pdName, readOnly } });
  const aws = (volumeID: string): Partial<Volume> => ({ awsElasticBlockStore: { volumeID, readOnly: true } });
  const rbd = (...monitors: string[]): Partial<Volume> => ({ rbd: { monitors, image: 'i' } });
  test.each<[what: string, used: Partial<Volume>, wanted: Partial<Volume>, nodes: string]>([
    ['the same disk', gce('x'), gce('x'), 'b,bare'],
    ['another disk', gce('x'), gce('y'), 'a,b,bare'],
    ['both only read', gce('x', true), gce('x', true), 'a,b,bare'],
    ['one of them writes', gce('x', true), gce('x'), 'b,bare'],
    ['EBS is never shared', aws('x'), aws('x'), 'b,bare'],
    ['one image by a monitor that both name', rbd('m1', 'm2'), rbd('m2'), 'b,bare'],
    ['the same image of others', rbd('m1'), rbd('m2'), 'a,b,bare'],
  ])('%s', (_, used, wanted, nodes) => expect(fits(volumeRestrictions(view({})), cluster([[pod('x', used), 'a']]), pod('p', wanted))).toBe(nodes));

  test('a claim of one pod is free again when that pod is gone', () => {
    const plugin = volumeRestrictions(view({ claims: { alone: { accessModes: ['ReadWriteOncePod'] }, shared: { accessModes: ['ReadWriteOnce'] } } }));
    const cache = cluster([[pod('x', ...uses('alone', 'shared')), 'a']]);
    expect(fits(plugin, cache, pod('p', ...uses('alone')))).toBe('');
    expect(fits(plugin, cache, pod('p', ...uses('shared')))).toBe('a,b,bare');
    cache.deletePod('x');
    expect(fits(plugin, cache, pod('p', ...uses('alone')))).toBe('a,b,bare');
  });

  test('of pods that leave, only those that share a claim or a disk help', () => {
    const helps = (gone: PodInfo): boolean | undefined => volumeRestrictions(view({})).hints?.AssignedPodDelete?.(pod('p', ...uses('c'), gce('x')), { kind: 'AssignedPodDelete', pod: gone, node: undefined });
    expect([helps(pod('o')), helps(pod('o', ...uses('c'))), helps(pod('o', gce('x')))]).toEqual([false, true, true]);
  });
});

describe('VolumeZone', () => {
  const inZone = (zone: string, label = 'topology.kubernetes.io/zone') => view({ claims: { c: { volumeName: 'v' } }, volumes: { v: { metadata: { name: 'v', labels: { [label]: zone } } } } });
  test.each<[what: string, view: AttachmentView, nodes: string]>([
    ['a volume in a zone', inZone('a'), 'a,bare'],
    ['in two', inZone('a__b'), 'a,b,bare'],
    ['in one that no node is in', inZone('z'), 'bare'],
    ['by the label of old', inZone('b', 'failure-domain.beta.kubernetes.io/zone'), 'b,bare'],
    ['by a label of another kind', inZone('b', 'rack'), 'a,b,bare'],
    ['a claim without a volume', view({ claims: { c: {} } }), 'a,b,bare'],
  ])('%s', (_, seen, nodes) => expect(fits(volumeZone(seen), cluster(), pod('p', ...uses('c')))).toBe(nodes));
});

describe('NodeVolumeLimits', () => {
  const csi = (volumeHandle: string): Partial<PersistentVolume> => ({ spec: { csi: { driver: 'csi.example', volumeHandle } } });
  const claims = { one: { volumeName: 'v1' }, two: { volumeName: 'v2' }, unbound: { storageClassName: 'fast' } };
  const volumes = { v1: csi('h1'), v2: csi('h2'), v3: csi('h3') };
  test.each<[what: string, world: World, wanted: string[], nodes: string]>([
    ['no limits', {}, ['one', 'two'], 'a,b,bare'],
    ['one more than fits', { csiNodes: { a: 1, b: 2 } }, ['one', 'two'], 'b,bare'],
    ['a volume that is there already takes no place', { csiNodes: { a: 1 }, attached: { a: ['csi.example/h1'] } }, ['one'], 'a,b,bare'],
    ['one that is attached without a pod does', { csiNodes: { a: 1 }, attached: { a: ['csi.example/h3'] } }, ['one'], 'b,bare'],
    ['a volume yet to be made counts', { csiNodes: { a: 0 } }, ['unbound'], 'b,bare'],
    ['volumes of pods count', { csiNodes: { b: 1 } }, ['one'], 'a,bare'],
  ])('%s', (_, world, wanted, nodes) => expect(fits(nodeVolumeLimits(view({ claims, volumes, ...world })), cluster([[pod('x', ...uses('two')), 'b']]), pod('p', ...uses(...wanted)))).toBe(nodes));
});
