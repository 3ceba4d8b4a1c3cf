import { resources } from '@typernetes/api';
import { eventually, startSimulatedCluster, type SimulatedCluster } from '../testing/simulated-cluster';

let cluster: SimulatedCluster;

beforeAll(async () => {
  cluster = await startSimulatedCluster(1);
}, 60_000);
afterAll(() => cluster.stop(), 60_000);

test('every node says how long its kubelet may trust what it has read, longer in a greater cluster', async () => {
  const nodes = cluster.client.resource(resources.nodes);
  const ttls = async (): Promise<string> => [...new Set((await nodes.list()).items.map(({ metadata }) => metadata?.annotations?.['node.alpha.kubernetes.io/ttl']))].join();
  await eventually('a small cluster', async () => (await ttls()) === '0');
  const more = Array.from({ length: 100 }, (_, index) => `more-${index}`);
  await Promise.all(more.map((name) => nodes.create({ metadata: { name } })));
  await eventually('a greater one', async () => (await ttls()) === '15');
  await Promise.all(more.slice(50).map((name) => nodes.delete(name)));
  await eventually('a small one again', async () => (await ttls()) === '0');
}, 90_000);
