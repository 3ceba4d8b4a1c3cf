import { SimulatedClock } from '@typernetes/machinery';
import { Scraper } from './scraper';
import { nodeUsage, podUsages, type Scrape, type Summary } from './usage';

const second = 1e9;
const at = (seconds: number, summary: Summary): Scrape => ({ atMs: seconds * 1000, summary });
const pod = (uid: string, ...containers: { name: string; nanos?: number; rate?: number; bytes?: number }[]): NonNullable<Summary['pods']>[number] => ({
  podRef: { namespace: 'ns', name: 'web', uid },
  containers: containers.map(({ name, nanos, rate, bytes = 2048 }) => ({ name, cpu: { usageNanoCores: rate, usageCoreNanoSeconds: nanos }, memory: { workingSetBytes: bytes } })),
});

describe('what a node uses', () => {
  const node = (nanos: number): Summary => ({ node: { cpu: { usageCoreNanoSeconds: nanos }, memory: { workingSetBytes: 4096 } } });
  test('follows from two answers', () =>
    expect(nodeUsage(at(20, node(15 * second)), at(10, node(10 * second)))).toEqual({ timestamp: '1970-01-01T00:00:20Z', window: '10s', usage: { cpu: '500000000n', memory: '4Ki' } }));
  test('is not known from one', () => expect(nodeUsage(at(20, node(15)), undefined)).toBeUndefined());
  test('is not known after a restart', () => expect(nodeUsage(at(20, node(5)), at(10, node(10)))).toBeUndefined());
});

describe('what pods use', () => {
  test('by the rate that the kubelet gives', () =>
    expect(podUsages(at(5, { pods: [pod('u', { name: 'a', rate: 1000 }, { name: 'b', rate: 2000 })] }), undefined)).toMatchObject([
      { namespace: 'ns', name: 'web', uid: 'u', containers: [{ name: 'a', usage: { cpu: '1000n', memory: '2Ki' } }, { name: 'b', usage: { cpu: '2000n' } }] },
    ]));
  test('by two answers', () => {
    const [before, after] = [at(0, { pods: [pod('u', { name: 'a', nanos: 0 })] }), at(2, { pods: [pod('u', { name: 'a', nanos: second })] })];
    expect(podUsages(after, before)).toMatchObject([{ containers: [{ usage: { cpu: '500000000n' } }] }]);
  });
  test('not of a pod with a container that has no figures yet', () =>
    expect(podUsages(at(2, { pods: [pod('u', { name: 'a', rate: 1 }, { name: 'b', nanos: 1 })] }), undefined)).toEqual([]));
});

test('kubelets are asked as long as somebody asks', async () => {
  const clock = new SimulatedClock();
  const asked: string[] = [];
  const read = (node: { metadata?: { name?: string } }): Promise<Summary> => {
    const name = node.metadata?.name ?? '';
    asked.push(name);
    return name === 'dead' ? Promise.reject(new Error('no answer')) : Promise.resolve({});
  };
  const scraper = new Scraper({ nodes: () => [{ metadata: { name: 'n1' } }, { metadata: { name: 'dead' } }], read, clock });
  const ready = scraper.ready();
  await new Promise((resolve) => setImmediate(resolve));
  await clock.advance(1_000);
  await ready;
  expect([scraper.of('n1') !== undefined, scraper.of('dead')]).toEqual([true, undefined]);
  const before = asked.length;
  await clock.advance(60_000);
  expect(asked.length).toBeGreaterThan(before);
  await clock.advance(600_000);
  const idle = asked.length;
  await clock.advance(600_000);
  expect([asked.length, scraper.of('n1')]).toEqual([idle, undefined]);
});
