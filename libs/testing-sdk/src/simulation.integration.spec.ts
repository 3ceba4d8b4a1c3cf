import { execFile } from 'node:child_process';
import { startCluster } from './start-cluster';
import type { ApiObject, Simulation, TestCluster } from './types';

/** What a simulation says, as real kubectl and the objects' states show it. */
jest.setTimeout(180_000);

const simulation: Simulation = {
  pods: [
    { behaviour: { logs: ['started'] } },
    { selector: 'app=shaky', behaviour: { crashes: 2, 'exit-code': 7 } },
    { selector: 'app=tool', behaviour: { exec: [{ command: 'cat /etc/version', output: '1.2.3' }, { command: 'false', 'exit-code': 1 }], 'exec-output': 'what?', 'exec-exit-code': 127, cpu: '500m', memory: '64Mi' } },
    { selector: 'app=tool', container: 'side', behaviour: { logs: ['from the side'] } },
  ],
  nodes: [{ name: 'node-2', cpu: 2, memory: '4Gi', labels: { 'example.com/rack': 'b' } }],
};

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startCluster({ nodes: 2, simulation });
});
afterEach(() => cluster.stop());

const kubectl = (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
  new Promise((resolve) => {
    execFile('kubectl', [`--kubeconfig=${cluster.kubeconfigPath}`, ...args], { timeout: 90_000 }, (error, stdout, stderr) => resolve({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr }));
  });

/** Figures are looked at every now and then: waits until they are there. */
async function kubectlSays(wanted: RegExp, ...args: string[]): Promise<void> {
  let said = await kubectl(...args);
  for (let i = 0; i < 120 && !wanted.test(said.stdout); i++) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    said = await kubectl(...args);
  }
  expect(said).toMatchObject({ code: 0, stdout: expect.stringMatching(wanted) });
}

const podNamed = (name: string): { apiVersion: string; kind: string; metadata: { name: string } } => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name } });
const pod = (app: string, spec: object): ApiObject => ({ ...podNamed(app), metadata: { name: app, namespace: 'default', labels: { app } }, spec: { terminationGracePeriodSeconds: 0, ...spec } });
const container = (name: string): object => ({ name, image: 'any' });
const nodeNamed = (name: string): { apiVersion: string; kind: string; metadata: { name: string } } => ({ apiVersion: 'v1', kind: 'Node', metadata: { name } });

interface Node extends ApiObject {
  spec: { unschedulable?: boolean; taints?: { key: string; effect: string }[] };
  status: { capacity: Record<string, string>; conditions: { type: string; status: string }[] };
}
const readyIs = (wanted: string) => ({ status }: Node): boolean => status.conditions.some(({ type, status: is }) => type === 'Ready' && is === wanted);

it('nodes have what it says', async () => {
  const node = await cluster.objects.get<Node>(nodeNamed('node-2'));
  expect(node.status.capacity).toMatchObject({ cpu: '2', memory: '4Gi' });
  expect(node.metadata?.labels).toMatchObject({ 'example.com/rack': 'b' });
});

it('containers crash as often as it says, then run on', async () => {
  await cluster.objects.create(pod('shaky', { containers: [container('c')] }));
  interface Shaky extends ApiObject {
    status: { containerStatuses?: { restartCount: number; state: { running?: object }; lastState: { terminated?: { exitCode: number } } }[] };
  }
  const state = ({ status }: Shaky) => status.containerStatuses?.[0];
  await cluster.waitFor<Shaky>(podNamed('shaky'), (seen) => (state(seen)?.restartCount ?? 0) >= 1);
  await cluster.clock.advance('1m');
  const found = await cluster.waitFor<Shaky>(podNamed('shaky'), (seen) => state(seen)?.restartCount === 2 && state(seen)?.state.running !== undefined);
  expect(state(found)?.lastState.terminated?.exitCode).toBe(7);
});

it('kubectl sees logs, answers of commands and what is used', async () => {
  await cluster.objects.create(pod('tool', { containers: [container('main'), container('side')] }));
  await cluster.waitFor(podNamed('tool'), 'Ready');
  expect(await kubectl('logs', 'tool', '-c', 'main')).toMatchObject({ code: 0, stdout: 'started\n' });
  expect(await kubectl('logs', 'tool', '-c', 'side')).toMatchObject({ code: 0, stdout: 'from the side\n' });
  expect(await kubectl('exec', 'tool', '-c', 'main', '--', 'cat', '/etc/version')).toMatchObject({ code: 0, stdout: '1.2.3\n' });
  expect(await kubectl('exec', 'tool', '-c', 'main', '--', 'false')).toMatchObject({ code: 1, stdout: '' });
  expect(await kubectl('exec', 'tool', '-c', 'main', '--', 'date')).toMatchObject({ code: 127, stdout: 'what?\n' });
  await cluster.clock.advance('1m');
  // 500m and 64Mi for each of two containers.
  await kubectlSays(/^tool +1000m +128Mi *\n$/, 'top', 'pods', '--no-headers');
  await kubectlSays(/^node-1 +\d+m .*\nnode-2 +\d+m .*\n$/, 'top', 'nodes', '--no-headers');
});

it('kubectl drains a node: its pods go to the other one', async () => {
  const labels = { app: 'web' };
  const web = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default' }, spec: { replicas: 4, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { terminationGracePeriodSeconds: 0, containers: [container('c')] } } } };
  await cluster.apply(web);
  const allReady = ({ status }: ApiObject): boolean => (status as { readyReplicas?: number }).readyReplicas === 4;
  await cluster.waitFor(web, allReady);
  const drained = await kubectl('drain', 'node-2', '--timeout=60s');
  expect(drained).toMatchObject({ code: 0, stdout: expect.stringMatching(/^node\/node-2 cordoned\n(evicting pod default\/web-\S+\n)+(pod\/web-\S+ evicted\n)+node\/node-2 drained\n$/) });
  await cluster.waitFor(web, allReady);
  expect((await cluster.objects.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace: 'default', fieldSelector: 'spec.nodeName=node-2' })).filter(({ metadata }) => !metadata?.deletionTimestamp)).toEqual([]);
});

describe('a node fails', () => {
  const isTainted = ({ spec }: Node): boolean => spec.taints?.some(({ key, effect }) => key === 'node.kubernetes.io/unreachable' && effect === 'NoExecute') ?? false;

  it('by a fault: it is not heard of, what is on it can not be reached, and it comes back', async () => {
    await cluster.objects.create(pod('there', { nodeName: 'node-2', containers: [container('c')] }));
    await cluster.waitFor(podNamed('there'), 'Ready');
    const heal = cluster.faults.failNode('node-2');
    await cluster.clock.advance('2m');
    await cluster.waitFor<Node>(nodeNamed('node-2'), (node) => readyIs('Unknown')(node) && isTainted(node));
    await cluster.waitFor<Node>(nodeNamed('node-1'), readyIs('True'));
    expect(await kubectl('logs', 'there')).toMatchObject({ code: 1, stderr: expect.stringContaining('has failed') });
    heal();
    await cluster.clock.advance('1m');
    await cluster.waitFor<Node>(nodeNamed('node-2'), (node) => readyIs('True')(node) && !isTainted(node));
    expect(await kubectl('logs', 'there')).toMatchObject({ code: 0, stdout: 'started\n' });
  });

  it('by its annotation, until that is gone', async () => {
    expect(await kubectl('annotate', 'node', 'node-1', 'simulate.typernetes.io/failed=true')).toMatchObject({ code: 0 });
    await cluster.clock.advance('2m');
    await cluster.waitFor<Node>(nodeNamed('node-1'), readyIs('Unknown'));
    expect(await kubectl('annotate', 'node', 'node-1', 'simulate.typernetes.io/failed-')).toMatchObject({ code: 0 });
    await cluster.clock.advance('1m');
    await cluster.waitFor<Node>(nodeNamed('node-1'), readyIs('True'));
  });

  it('by plan, and comes back by plan', async () => {
    await cluster.stop();
    cluster = await startCluster({ nodes: 1, simulation: 'nodes:\n- { name: node-1, fail-after: 1h, recover-after: 10m }\n' });
    await cluster.clock.advance('62m');
    await cluster.waitFor<Node>(nodeNamed('node-1'), readyIs('Unknown'));
    await cluster.clock.advance('10m');
    await cluster.waitFor<Node>(nodeNamed('node-1'), readyIs('True'));
  });
});

it('says what is wrong with a simulation', async () => {
  await expect(startCluster({ simulation: 'pods:\n- behaviour: { run-for: soon }\n' })).rejects.toThrow('simulation: pods[0].behaviour.run-for: invalid duration "soon"');
});
