import { getJson, isReady, kubectl, pods, workers, type Pod } from './support/cluster';
import { apply, createNamespace, deleteNamespace } from './support/namespace';
import { eventually } from './support/run';

const namespace = 'scheduling';
const k = (...args: string[]): Promise<string> => kubectl(['-n', namespace, ...args]);
const container = (resources = ''): string => `[{ name: c, image: 'radial/busyboxplus:curl', imagePullPolicy: IfNotPresent, command: [sleep, '36000']${resources} }]`;

/** A pod with the given part of a spec, in YAML. */
const pod = (name: string, spec: string, resources = ''): string => `apiVersion: v1\nkind: Pod\nmetadata: { name: ${name}, labels: { app: ${name} } }\nspec:\n  terminationGracePeriodSeconds: 0\n  ${spec}\n  containers: ${container(resources)}\n`;

/** A Deployment whose pods have the given part of a spec. */
const deployment = (name: string, replicas: number, spec: string): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: ${name} }\nspec:\n  replicas: ${replicas}\n  selector: { matchLabels: { app: ${name} } }\n  template:\n    metadata: { labels: { app: ${name} } }\n    spec:\n      terminationGracePeriodSeconds: 0\n      ${spec}\n      containers: ${container()}\n`;

const nodesOf = async (app: string): Promise<string[]> => (await pods(`app=${app}`, namespace)).filter(isReady).map(({ spec }) => spec.nodeName ?? '').sort();
const whyPending = async (name: string): Promise<string> => k('get', 'pod', name, '-o', 'jsonpath={.status.conditions[?(@.type=="PodScheduled")].message}');

beforeAll(() => createNamespace(namespace));
afterAll(async () => {
  await deleteNamespace(namespace);
  await kubectl(['delete', 'priorityclass', 'e2e-urgent', '--ignore-not-found']);
});

it('a gated pod waits for its gates', async () => {
  await apply(pod('gated', 'schedulingGates: [{ name: example.com/wait }]'), namespace);
  await eventually('SchedulingGated', async () => (await k('get', 'pod', 'gated')).includes('SchedulingGated'));
  await k('patch', 'pod', 'gated', '--type=merge', '-p', '{"spec":{"schedulingGates":null}}');
  await k('wait', '--for=condition=Ready', 'pod/gated', '--timeout=60s');
});

it('affinity brings pods together, anti-affinity keeps them apart', async () => {
  const apart = (name: string): string => `affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: kubernetes.io/hostname, labelSelector: { matchLabels: { app: ${name} } } }] } }`;
  await apply(deployment('apart', 2, apart('apart')), namespace);
  await eventually('one on each node', async () => (await nodesOf('apart')).join() === workers.join());
  await k('scale', 'deployment', 'apart', '--replicas=3');
  await eventually('the third has no place', async () => {
    const { items } = await getJson<{ items: Pod[] }>('pods', '-n', namespace, '-l', 'app=apart');
    const left = items.find(({ spec }) => !spec.nodeName);
    return left && (await whyPending(left.metadata.name)).startsWith("0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules.");
  });
  await k('delete', 'deployment', 'apart');
  await apply(pod('anchor', 'nodeSelector: { kubernetes.io/hostname: worker-2 }'), namespace);
  await k('wait', '--for=condition=Ready', 'pod/anchor', '--timeout=60s');
  const near = 'affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: kubernetes.io/hostname, labelSelector: { matchLabels: { app: anchor } } }] } }';
  await apply(deployment('near', 3, near), namespace);
  await eventually('all by the anchor', async () => (await nodesOf('near')).join() === 'worker-2,worker-2,worker-2');
}, 150_000);

it('pods spread over the nodes as they say', async () => {
  const spread = 'topologySpreadConstraints: [{ maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: DoNotSchedule, labelSelector: { matchLabels: { app: spread } } }]';
  await apply(deployment('spread', 6, spread), namespace);
  await eventually('three on each', async () => (await nodesOf('spread')).join() === 'worker-1,worker-1,worker-1,worker-2,worker-2,worker-2');
}, 90_000);

it('an urgent pod takes the place of a lesser one', async () => {
  const { status } = await getJson<{ status: { allocatable: { cpu: string } } }>('node', 'worker-2');
  const half = ` , resources: { requests: { cpu: ${Math.floor(Number(status.allocatable.cpu) * 600)}m } }`;
  const there = 'nodeSelector: { kubernetes.io/hostname: worker-2 }';
  await apply(pod('lesser', there, half), namespace);
  await k('wait', '--for=condition=Ready', 'pod/lesser', '--timeout=60s');
  await apply('apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: { name: e2e-urgent }\nvalue: 100000\n');
  await apply(pod('urgent', `${there}\n  priorityClassName: e2e-urgent`, half), namespace);
  await k('wait', '--for=condition=Ready', 'pod/urgent', '--timeout=60s');
  expect((await pods('app=lesser', namespace)).length).toBe(0);
  expect(await k('get', 'events', '--field-selector=involvedObject.name=lesser')).toMatch(/Preempted +pod\/lesser +Preempted by pod \S+ on node worker-2/);
}, 150_000);
