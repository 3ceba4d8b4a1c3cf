import type { Pod } from '@typernetes/api';
import { container, pod } from '../testing/builders';
import { evictionMessage } from './messages';
import { PressureKeeper } from './pressure-keeper';
import type { PodUsage } from './ranking';
import { rank } from './ranking';
import type { Signals } from './signals';
import { metThresholds, parseThresholds } from './thresholds';

const mebi = 1 << 20;
const plenty: Signals = {
  'memory.available': { available: 2_048 * mebi, capacity: 4_096 * mebi },
  'nodefs.available': { available: 50 * mebi, capacity: 100 * mebi },
  'nodefs.inodesFree': { available: 500, capacity: 1_000 },
  'pid.available': { available: 30_000, capacity: 32_768 },
};
const thresholds = parseThresholds('memory.available<100Mi, nodefs.available<10%,nodefs.inodesFree<5%');

test.each(['memory.available', 'memory<1', 'memory.available<much'])('%s is no threshold', (text) => expect(() => parseThresholds(text)).toThrow('must have the form'));

test.each<[name: string, signals: Partial<Signals>, expected: object[]]>([
  ['nothing', {}, []],
  ['memory', { 'memory.available': { available: 50 * mebi, capacity: 4_096 * mebi } }, [{ signal: 'memory.available', threshold: '100Mi', available: '51200Ki' }]],
  ['a part of the disk', { 'nodefs.available': { available: 9 * mebi, capacity: 100 * mebi } }, [{ signal: 'nodefs.available', threshold: '10240Ki', available: '9216Ki' }]],
  ['inodes', { 'nodefs.inodesFree': { available: 49, capacity: 1_000 } }, [{ signal: 'nodefs.inodesFree', threshold: '50', available: '49' }]],
  ['a disk without inodes is not short of them', { 'nodefs.inodesFree': { available: 0, capacity: 0 } }, []],
  ['what has no threshold', { 'pid.available': { available: 0, capacity: 32_768 } }, []],
])('short of %s', (_name, signals, expected) => expect(metThresholds(thresholds, { ...plenty, ...signals })).toEqual(expected));

test('a condition stays for a while', () => {
  let nowMs = 0;
  const clock = { monotonic: () => nowMs } as ConstructorParameters<typeof PressureKeeper>[2];
  const keeper = new PressureKeeper(thresholds, 300_000, clock);
  keeper.observe({ ...plenty, 'memory.available': { available: 0, capacity: 1 } });
  expect(keeper.pressure()).toEqual({ memory: true, disk: false, pid: false });
  nowMs = 299_999;
  expect(keeper.observe(plenty)).toEqual([]);
  expect(keeper.pressure().memory).toBe(true);
  nowMs = 300_000;
  expect(keeper.pressure().memory).toBe(false);
});

const named = (name: string, memory: string | undefined, more: Partial<NonNullable<Pod['spec']>> = {}, annotations = {}): Pod =>
  pod({ containers: [container('main', memory ? { resources: { requests: { memory } } } : {})], ...more }, { metadata: { name, uid: name, annotations } });
const uses = (memoryBytes: number): PodUsage => ({ memoryBytes, storageBytes: 0, processes: 1, containers: new Map([['main', { memoryBytes, storageBytes: 0, processes: 0 }]]) });

test('who uses more than asked for goes first, then the less important, then the largest', () => {
  const pods = [
    named('modest', '100Mi'), named('greedy', '10Mi'), named('greedier', undefined), named('important', undefined, { priority: 100 }),
    named('critical', undefined, { priority: 2_000_001_000 }), named('static', undefined, {}, { 'kubernetes.io/config.source': 'file' }),
  ];
  const usages = new Map(pods.map(({ metadata }) => [metadata?.uid ?? '', uses((metadata?.name === 'greedier' ? 60 : 50) * mebi)]));
  expect(rank(pods, usages, 'memory.available').map(({ metadata }) => metadata?.name)).toEqual(['greedier', 'greedy', 'important', 'modest']);
});

test('the pod is told what the node was short of, and who used it', () => {
  const met = { signal: 'memory.available', threshold: '100Mi', available: '51200Ki' } as const;
  expect(evictionMessage(named('greedy', '10Mi'), met, uses(50 * mebi))).toBe(
    'The node was low on resource: memory. Threshold quantity: 100Mi, available: 51200Ki. Container main was using 51200Ki, request is 10Mi, has larger consumption of memory. ',
  );
  expect(evictionMessage(named('modest', '1Gi'), met, undefined)).toBe('The node was low on resource: memory. Threshold quantity: 100Mi, available: 51200Ki. ');
});
