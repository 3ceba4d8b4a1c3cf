/** What conformance.yaml of Kubernetes 1.36 demands of the scheduler, each as a test of ours, on an apiserver and simulated nodes of 8 cores. */
import { resources, type Pod, type PriorityClass } from '@typernetes/api';
import type { ApiClient } from '@typernetes/client';
import { findCondition, hasReason, isPodReady } from '@typernetes/machinery';
import { eventually, startTestCluster, type TestCluster } from './testing/test-cluster';

let cluster: TestCluster;
let client: ApiClient;
let namespace: string;
let turn = 0;

beforeAll(async () => {
  cluster = await startTestCluster(1);
  client = cluster.client;
  for (const [name, value] of [['p1', 1], ['p2', 2], ['p3', 3], ['p4', 4]] as const) await client.resource(resources.priorityClasses).create({ metadata: { name }, value });
}, 90_000);
afterAll(() => cluster.stop(), 60_000);
beforeEach(async () => {
  namespace = await cluster.newNamespace(`scheduling-${turn++}`);
});
afterEach(async () => {
  await client.resource(resources.namespaces).delete(namespace);
  await eventually('namespace gone', () => client.resource(resources.namespaces).get(namespace).then(() => false, (error: unknown) => hasReason(error, 'NotFound')));
}, 90_000);

const template = (cpu: string, spec: Partial<NonNullable<Pod['spec']>> = {}) => ({
  terminationGracePeriodSeconds: 0,
  containers: [{ name: 'c', image: 'app:1', resources: { requests: { cpu }, limits: { cpu } } }],
  ...spec,
});
const create = (name: string, cpu: string, more: { spec?: Partial<NonNullable<Pod['spec']>>; metadata?: Pod['metadata'] } = {}): Promise<Pod> =>
  client.resource(resources.pods).create({ metadata: { name, namespace, ...more.metadata }, spec: template(cpu, more.spec) });
const read = (name: string): Promise<Pod> => client.resource(resources.pods).get(name, { namespace });
const running = (name: string): Promise<Pod> => eventually(`${name} runs`, async () => {
  const pod = await read(name);
  return isPodReady(pod) && pod;
});
const refused = (name: string): Promise<string> => eventually(`${name} has no node`, async () => {
  const condition = findCondition((await read(name)).status?.conditions, 'PodScheduled');
  return condition?.reason === 'Unschedulable' && condition.message;
});
const isGone = (uid: string | undefined, name: string): Promise<boolean> =>
  eventually(`${name} is gone`, () => read(name).then(({ metadata }) => metadata?.uid !== uid, (error: unknown) => hasReason(error, 'NotFound')));
const eventsOf = async (name: string, reason: string): Promise<string[]> =>
  (await client.resource(resources.events).list({ namespace })).items.filter((event) => event.involvedObject.name === name && event.reason === reason).map(({ message = '' }) => message);

describe('[sig-scheduling] SchedulerPredicates', () => {
  test('validates resource limits of pods that are allowed to run', async () => {
    await create('most', '6');
    await running('most');
    await create('more', '3');
    expect(await refused('more')).toBe('0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.');
    await eventually('the event', async () => (await eventsOf('more', 'FailedScheduling')).length);
  }, 120_000);

  test('validates that NodeSelector is respected, if matching and if not', async () => {
    const [node] = (await client.resource(resources.nodes).list()).items;
    const wanted = { spec: { nodeSelector: { 'example.com/label': '42' } } };
    await create('selective', '1', wanted);
    expect(await refused('selective')).toBe(
      "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.",
    );
    await client.resource(resources.nodes).patch(node?.metadata?.name ?? '', { metadata: { labels: { 'example.com/label': '42' } } }, { type: 'application/merge-patch+json' });
    expect((await running('selective')).spec?.nodeName).toBe(node?.metadata?.name);
  }, 120_000);

  test('validates that there exists conflict between pods with same hostPort and protocol but one using 0.0.0.0 hostIP', async () => {
    const ports = (hostIP?: string): Partial<NonNullable<Pod['spec']>> => ({ containers: [{ name: 'c', image: 'app:1', ports: [{ containerPort: 8080, hostPort: 54322, hostIP, protocol: 'TCP' }] }] });
    await create('all', '1', { spec: ports() });
    await running('all');
    await create('one', '1', { spec: ports('127.0.0.1') });
    expect(await refused('one')).toContain("1 node(s) didn't have free ports for the requested pod ports");
  }, 120_000);
});

describe('[sig-scheduling] SchedulerPreemption', () => {
  test('validates basic preemption works', async () => {
    const low = await create('low', '5', { spec: { priorityClassName: 'p1' } });
    await create('middle', '2', { spec: { priorityClassName: 'p2' } });
    await Promise.all([running('low'), running('middle')]);
    await create('high', '5', { spec: { priorityClassName: 'p4' } });
    await running('high');
    await isGone(low.metadata?.uid, 'low');
    await running('middle');
    await eventually('the event', async () => (await eventsOf('low', 'Preempted')).length);
  }, 120_000);

  test('validates lower priority pod preemption by critical pod', async () => {
    const low = await create('low', '7', { spec: { priorityClassName: 'p1' } });
    await running('low');
    const critical = await client.resource(resources.pods).create({ metadata: { name: 'critical', namespace: 'kube-system' }, spec: template('7', { priorityClassName: 'system-cluster-critical' }) });
    await isGone(low.metadata?.uid, 'low');
    const at = { namespace: 'kube-system' };
    await eventually('critical runs', async () => isPodReady(await client.resource(resources.pods).get('critical', at)));
    await client.resource(resources.pods).delete('critical', at);
    await eventually('critical is gone', () => client.resource(resources.pods).get('critical', at).then(({ metadata }) => metadata?.uid !== critical.metadata?.uid, (error: unknown) => hasReason(error, 'NotFound')));
  }, 120_000);

  test('validates pod disruption condition is added to the preempted pod', async () => {
    const low = await create('victim', '7', { spec: { priorityClassName: 'p1' }, metadata: { finalizers: ['example.com/keep'] } });
    await running('victim');
    const preemptor = await create('preemptor', '7', { spec: { priorityClassName: 'p3' } });
    const victim = await eventually<Pod>('the victim is told', async () => {
      const pod = await read('victim');
      return findCondition(pod.status?.conditions, 'DisruptionTarget') !== undefined && pod.metadata?.deletionTimestamp !== undefined && pod;
    });
    expect(findCondition(victim.status?.conditions, 'DisruptionTarget')).toMatchObject({
      status: 'True',
      reason: 'PreemptionByScheduler',
      message: 'default-scheduler: preempting to accommodate a higher priority pod',
    });
    await eventually('nominated', async () => (await read('preemptor')).status?.nominatedNodeName === low.spec?.nodeName || (await read('preemptor')).spec?.nodeName !== undefined);
    await client.resource(resources.pods).patch('victim', { metadata: { finalizers: null } }, { namespace, type: 'application/merge-patch+json' });
    await running('preemptor');
    expect(await eventsOf('victim', 'Preempted')).toEqual([`Preempted by pod ${preemptor.metadata?.uid} on node ${(await read('preemptor')).spec?.nodeName}`]);
  }, 120_000);

  test('PreemptionExecutionPath runs ReplicaSets to verify preemption running path', async () => {
    const api = client.resource(resources.replicaSets);
    const set = (name: string, replicas: number, priorityClassName: string) =>
      api.create({ metadata: { name, namespace }, spec: { replicas, selector: { matchLabels: { name } }, template: { metadata: { labels: { name } }, spec: template('1', { priorityClassName }) } } });
    const ready = (name: string, replicas: number): Promise<boolean> => eventually(`${replicas} of ${name}`, async () => (await api.get(name, { namespace })).status?.readyReplicas === replicas);
    // 6 of 8 cores; the system's own pods take none.
    await set('rs-1', 3, 'p1');
    await set('rs-2', 2, 'p2');
    await set('rs-3', 1, 'p3');
    await Promise.all([ready('rs-1', 3), ready('rs-2', 2), ready('rs-3', 1)]);
    await set('rs-4', 4, 'p4');
    await ready('rs-4', 4);
    await Promise.all([ready('rs-2', 2), ready('rs-3', 1)]);
    expect((await api.get('rs-1', { namespace })).status?.readyReplicas ?? 0).toBeLessThanOrEqual(1);
  }, 120_000);

  test('PriorityClass endpoints can be operated with different HTTP methods', async () => {
    const api = client.resource(resources.priorityClasses);
    const made = await api.create({ metadata: { name: 'e2e' }, value: 100 });
    const merge = { type: 'application/merge-patch+json' } as const;
    expect((await api.list()).items.map(({ metadata }) => metadata?.name)).toEqual(expect.arrayContaining(['e2e', 'system-node-critical', 'system-cluster-critical']));
    expect((await api.patch('e2e', { description: 'patched', globalDefault: false }, merge)).description).toBe('patched');
    const current: PriorityClass = await api.get('e2e');
    expect((await api.update({ ...current, description: 'updated' })).description).toBe('updated');
    await expect(api.patch('e2e', { value: 101 }, merge)).rejects.toMatchObject({ status: { reason: 'Invalid' } });
    expect((await api.get('e2e')).value).toBe(made.value);
    await api.delete('e2e');
    await expect(api.get('e2e')).rejects.toMatchObject({ status: { reason: 'NotFound' } });
  });
});

describe('[sig-node] RuntimeClass', () => {
  const classOf = (name: string, more: object = {}): Promise<unknown> => client.resource(resources.runtimeClasses).create({ metadata: { name }, handler: 'vm', ...more });

  test('a pod of a class without overhead is scheduled', async () => {
    await classOf('light');
    const pod = await create('light', '1', { spec: { runtimeClassName: 'light' } });
    expect(pod.spec?.overhead).toBeUndefined();
    await running('light');
  }, 120_000);

  test('a pod is given the overhead of its class, which takes room too', async () => {
    await classOf('heavy', { overhead: { podFixed: { cpu: '2', memory: '1Mi' } } });
    const pod = await create('heavy', '5', { spec: { runtimeClassName: 'heavy' } });
    expect(pod.spec?.overhead).toEqual({ cpu: '2', memory: '1Mi' });
    await running('heavy');
    await create('late', '2');
    expect(await refused('late')).toMatch(/^0\/1 nodes are available: 1 Insufficient cpu\./);
  }, 120_000);
});
