/** A second scheduler with profiles of its own and an extender, beside the default one, on simulated nodes. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { resources, type Pod } from '@typernetes/api';
import { readConfiguration, startScheduler, type RunningScheduler } from '@typernetes/app-scheduler';
import type { ApiClient } from '@typernetes/client';
import { silentLogger } from '@typernetes/component';
import { findCondition, systemClock } from '@typernetes/machinery';
import { eventually, startTestCluster, type TestCluster } from './testing/test-cluster';
import { users } from './users';

let cluster: TestCluster;
let client: ApiClient;
let scheduler: RunningScheduler;
let extender: http.Server;
let refusing = true;
const namespace = 'profiles';

/** Lets pods that ask for its resource on the second node alone, as long as it does not refuse them all. */
function answer(request: http.IncomingMessage, response: http.ServerResponse): void {
  let body = '';
  request.on('data', (chunk) => (body += chunk));
  request.on('end', () => {
    const { NodeNames = [] } = JSON.parse(body) as { NodeNames?: string[] };
    const [second] = [...NodeNames].sort().slice(1);
    const passed = !refusing && second ? [second] : [];
    const FailedNodes = Object.fromEntries(NodeNames.filter((name) => !passed.includes(name)).map((name) => [name, 'node(s) were refused by the extender']));
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ NodeNames: passed, FailedNodes }));
  });
}

const configuration = (port: number): string => `
apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
podInitialBackoffSeconds: 1
podMaxBackoffSeconds: 2
profiles:
- schedulerName: packing
  pluginConfig:
  - name: NodeResourcesFit
    args: {scoringStrategy: {type: MostAllocated, resources: [{name: cpu, weight: 1}]}}
  plugins:
    score: {disabled: [{name: "*"}], enabled: [{name: NodeResourcesFit}]}
- schedulerName: careless
  plugins: {multiPoint: {disabled: [{name: NodeUnschedulable}, {name: TaintToleration}]}}
extenders:
- urlPrefix: http://127.0.0.1:${port}/scheduler
  filterVerb: filter
  nodeCacheCapable: true
  managedResources: [{name: example.com/widget, ignoredByScheduler: true}]
`;

beforeAll(async () => {
  cluster = await startTestCluster(2);
  client = cluster.client;
  await cluster.newNamespace(namespace);
  extender = http.createServer(answer);
  await new Promise<void>((resolve) => extender.listen(0, '127.0.0.1', resolve));
  scheduler = await startScheduler(
    {
      api: cluster.clientFor(users.scheduler),
      leaderElect: false,
      configuration: readConfiguration(configuration((extender.address() as AddressInfo).port)),
      health: { host: '127.0.0.1', port: 0 },
    },
    { logger: silentLogger, clock: systemClock, onLost: () => undefined },
  );
}, 90_000);
afterAll(async () => {
  await scheduler?.stop();
  extender?.closeAllConnections();
  extender?.close();
  await cluster?.stop();
}, 60_000);

const create = (name: string, schedulerName: string, requests: Record<string, string> = { cpu: '100m' }): Promise<Pod> =>
  client.resource(resources.pods).create({
    metadata: { name, namespace },
    spec: { schedulerName, terminationGracePeriodSeconds: 0, containers: [{ name: 'c', image: 'app:1', resources: { requests, limits: requests } }] },
  });
const read = (name: string): Promise<Pod> => client.resource(resources.pods).get(name, { namespace });
const nodeOf = (name: string): Promise<string> => eventually(`${name} has a node`, async () => (await read(name)).spec?.nodeName);
const metric = async (name: string, ...labels: string[]): Promise<number> => {
  const text = await (await fetch(`http://127.0.0.1:${scheduler.healthPort}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(`${name}{`) && labels.every((label) => one.includes(label)));
  return Number(line?.split(' ').at(-1) ?? Number.NaN);
};

test('pods of a packing profile share one node', async () => {
  const names = ['p0', 'p1', 'p2', 'p3'];
  const nodes: string[] = [];
  for (const name of names) {
    await create(name, 'packing');
    nodes.push(await nodeOf(name));
  }
  expect(new Set(nodes).size).toBe(1);
  expect(await eventually('counted', async () => (await metric('scheduler_schedule_attempts_total', 'result="scheduled"', 'profile="packing"')) >= 4)).toBe(true);
}, 120_000);

test('a profile without NodeUnschedulable and TaintToleration uses cordoned nodes, the default one does not', async () => {
  const { items } = await client.resource(resources.nodes).list();
  const cordon = (unschedulable: boolean | null) =>
    Promise.all(items.map(({ metadata }) => client.resource(resources.nodes).patch(metadata?.name ?? '', { spec: { unschedulable } }, { type: 'application/merge-patch+json' })));
  await cordon(true);
  try {
    await create('careful', 'default-scheduler');
    await eventually('refused', async () => findCondition((await read('careful')).status?.conditions, 'PodScheduled')?.reason === 'Unschedulable');
    await create('bold', 'careless');
    await nodeOf('bold');
  } finally {
    await cordon(null);
  }
  await nodeOf('careful');
}, 120_000);

test('an extender has its say about the resource that it manages, and what it refuses is tried again', async () => {
  // No node has any: that is the extender's business.
  const names = (await client.resource(resources.nodes).list()).items.map(({ metadata }) => metadata?.name ?? '').sort();
  await create('widget', 'packing', { 'example.com/widget': '1' });
  const message = await eventually('refused', async () => {
    const condition = findCondition((await read('widget')).status?.conditions, 'PodScheduled');
    return condition?.status === 'False' && condition.message?.includes('extender') && condition.message;
  });
  expect(message).toContain('0/2 nodes are available: 2 node(s) were refused by the extender.');
  refusing = false;
  // Any event makes the scheduler ask again.
  await create('other', 'packing');
  expect(await nodeOf('widget')).toBe(names[1]);
}, 120_000);
