import { getJson, isReady, kubectl, pods, type Pod } from './support/cluster';
import { apply, createNamespace, deleteNamespace } from './support/namespace';
import { eventually, sleep } from './support/run';

const namespace = 'taints';
const key = 'e2e.test/evict';
const taint = `${key}=now:NoExecute`;

/** A pod with the given part of a spec, in YAML. */
const pod = (name: string, spec: string): string => `
apiVersion: v1
kind: Pod
metadata: { name: ${name}, labels: { app: ${name} } }
spec:
  terminationGracePeriodSeconds: 1
  ${spec}
  containers:
  - { name: c, image: 'radial/busyboxplus:curl', imagePullPolicy: IfNotPresent, command: [sleep, '36000'] }
---
`;
const tolerating = (seconds?: number): string =>
  `nodeSelector: { kubernetes.io/hostname: worker-2 }\n  tolerations: [{ key: ${key}, operator: Exists, effect: NoExecute${seconds === undefined ? '' : `, tolerationSeconds: ${seconds}`} }]`;
const left = async (): Promise<string[]> => {
  const { items } = await getJson<{ items: Pod[] }>('pods', '-n', namespace);
  return items.filter(({ metadata }) => !metadata.deletionTimestamp).map(({ metadata }) => metadata.name);
};
const eventsOf = (name: string): Promise<string> => kubectl(['get', 'events', '-n', namespace, `--field-selector=involvedObject.name=${name}`]);
const untaint = (): Promise<string> => kubectl(['taint', 'node', 'worker-2', `${taint}-`]);

beforeAll(() => createNamespace(namespace));
afterAll(async () => {
  await deleteNamespace(namespace);
  await spreadDns();
});

/** The taint drove kube-dns from its node; the suites after this one find it on both again. */
async function spreadDns(): Promise<void> {
  const dns = (): Promise<Pod[]> => pods('k8s-app=kube-dns', 'kube-system');
  await eventually('kube-dns on both nodes', async () => {
    const found = (await dns()).filter(isReady);
    if (found.length < 2) return false;
    if (new Set(found.map(({ spec }) => spec.nodeName)).size > 1) return true;
    await kubectl(['delete', 'pod', '-n', 'kube-system', found[0]?.metadata.name ?? '']);
    return false;
  });
}

it('a NoExecute taint drives pods away when their time is up, unless it goes before', async () => {
  await apply(pod('not-at-all', 'nodeName: worker-2') + pod('a-while', tolerating(3)) + pod('long', tolerating(60)) + pod('for-good', tolerating()), namespace);
  await kubectl(['wait', '-n', namespace, '--for=condition=Ready', 'pod', '--all', '--timeout=60s']);
  await kubectl(['taint', 'node', 'worker-2', taint]);
  try {
    await eventually('at once', async () => !(await left()).includes('not-at-all'));
    await eventually('after a while', async () => (await left()).sort().join() === 'for-good,long');
    await eventually('the event', async () => (await eventsOf('a-while')).includes('Marking for deletion Pod taints/a-while'));
  } finally {
    await untaint();
  }
  await eventually('cancelled', async () => (await eventsOf('long')).includes('Cancelling deletion of Pod taints/long'));
  // A pod that may stay for some seconds outlives a taint of fewer.
  await apply(pod('saved', tolerating(8)), namespace);
  await kubectl(['wait', '-n', namespace, '--for=condition=Ready', 'pod', 'saved', '--timeout=60s']);
  await kubectl(['taint', 'node', 'worker-2', taint]);
  await untaint();
  await eventually('cancelled', async () => (await eventsOf('saved')).includes('Cancelling deletion of Pod taints/saved'));
  await sleep(9_000);
  expect((await left()).sort()).toEqual(['for-good', 'long', 'saved']);
});

it.each([
  ['no-node', 'nodeSelector: { e2e.test/label: "42" }', "2 node(s) didn't match Pod's node affinity/selector"],
  ['too-much', 'resources: { requests: { cpu: "1000" } }', '2 Insufficient cpu'],
  ['gated', 'schedulingGates: [{ name: e2e.test/gate }]', ''],
])('a pod that no node can take waits and says why: %s', async (name, spec, reason) => {
  await apply(pod(name, spec), namespace);
  interface Status {
    status: { phase: string; conditions: { type: string; status: string; reason: string; message: string }[] };
  }
  const scheduled = await eventually('a condition', async () => {
    const { status } = await getJson<Status>('pod', '-n', namespace, name);
    return status.phase === 'Pending' && status.conditions?.find(({ type, status: value }) => type === 'PodScheduled' && value === 'False');
  });
  expect(scheduled.reason).toBe(reason ? 'Unschedulable' : 'SchedulingGated');
  expect(scheduled.message).toContain(reason);
  if (reason) await eventually('the event', async () => /FailedScheduling .*0\/2 nodes are available/.test(await eventsOf(name)));
});

it('a label that comes lets the pod run where it is', async () => {
  await kubectl(['label', 'node', 'worker-1', 'e2e.test/label=42']);
  try {
    await kubectl(['wait', '-n', namespace, '--for=condition=Ready', 'pod', 'no-node', '--timeout=60s']);
    expect((await getJson<Pod>('pod', '-n', namespace, 'no-node')).spec.nodeName).toBe('worker-1');
  } finally {
    await kubectl(['label', 'node', 'worker-1', 'e2e.test/label-']);
  }
});
