import { cluster, container, getJson, isReady, kubectl, onNode, pods, workers, type Pod } from './support/cluster';
import { apply, clientPod, createNamespace, deleteNamespace, nginxController } from './support/namespace';
import { probing } from './support/probe';
import { eventually, must, sleep } from './support/run';
import { Writer } from './support/writer';

const namespace = 'faults';
let writer: Writer;
let before: Map<string, string>;

/** Name -> identity of every container of every pod: a restart changes it. */
async function containers(): Promise<Map<string, string>> {
  const list = await getJson<{ items: Pod[] }>('pods', '--all-namespaces');
  return new Map(
    list.items
      .filter((pod) => !pod.metadata.deletionTimestamp)
      .map((pod) => [pod.metadata.name, (pod.status.containerStatuses ?? []).map((status) => `${status.containerID} ${status.restartCount}`).join()]),
  );
}

async function clusterIP(): Promise<string> {
  return (await getJson<{ spec: { clusterIP: string } }>('service', '-n', namespace, 'web')).spec.clusterIP;
}

/** SIGKILL to the process itself; `docker kill` would also tell Docker not to start it again. */
async function killService(service: string): Promise<void> {
  const pid = Number(await must('docker', ['inspect', '--format', '{{.State.Pid}}', container(service)]));
  process.kill(pid, 'SIGKILL');
  await eventually(`${service} runs again`, async () => {
    const now = Number(await must('docker', ['inspect', '--format', '{{.State.Pid}}', container(service)]));
    return now !== 0 && now !== pid;
  });
}

async function killOnNode(node: string, process: string): Promise<void> {
  const pid = await onNode(node, 'cat', `/run/t8s-${process}.pid`);
  await onNode(node, 'kill', '-9', pid.trim());
  await eventually(`${process} runs again`, async () => (await onNode(node, 'cat', `/run/t8s-${process}.pid`)) !== pid);
}

const allReady = (): Promise<boolean> =>
  eventually('the API and all nodes', async () => {
    const nodes = await getJson<{ items: { status: { conditions: { type: string; status: string }[] } }[] }>('nodes');
    return nodes.items.length === workers.length && nodes.items.every((node) => node.status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True'));
  }, 120_000);

beforeAll(async () => {
  await createNamespace(namespace);
  await apply(nginxController('web', 2), namespace);
  await apply(`apiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec: { selector: { app: web }, ports: [{ port: 80 }] }`, namespace);
  await apply(clientPod('client', 'worker-1'), namespace);
  await eventually('every pod of the cluster is ready', async () => {
    const { items } = await getJson<{ items: Pod[] }>('pods', '--all-namespaces');
    return (await pods('app=web', namespace)).length === 2 && items.every(isReady);
  });
  writer = new Writer(namespace);
  before = await containers();
});
afterAll(async () => {
  await writer.stop();
  await must('docker', ['start', container('worker-2')]);
  await allReady();
  await deleteNamespace(namespace);
});

describe.each<[string, () => Promise<void>]>([
  ['etcd', () => killService('etcd')],
  ['apiserver', () => killService('apiserver')],
  ['scheduler', () => killService('scheduler')],
  ['controller-manager', () => killService('controller-manager')],
  ['kubelet', () => killOnNode('worker-1', 'kubelet')],
  ['cri-docker', () => killOnNode('worker-1', 'cri-docker')],
  ['proxy', () => killOnNode('worker-1', 'proxy')],
  ['dockerd of a node', () => killOnNode('worker-1', 'dockerd')],
])('SIGKILL of %s', (_name, kill) => {
  it('loses no write, restarts no pod, and the Service keeps answering', async () => {
    const written = writer.acknowledged.length;
    const { calls, failures } = await probing('worker-1', await clusterIP(), async () => {
      await kill();
      await allReady();
      await eventually('new writes', async () => writer.acknowledged.length > written + 5);
      // Whatever reacts to the fault late shows within this time.
      await sleep(3_000);
    });
    expect(calls).toBeGreaterThan(10);
    expect(failures).toBe(0);
    expect(await writer.lost()).toEqual([]);
    expect(await containers()).toEqual(before);
  });
});

it('keeps everything over a restart of etcd', async () => {
  const { failures } = await probing('worker-1', await clusterIP(), async () => {
    await must('docker', ['restart', container('etcd')]);
    await allReady();
  });
  expect(failures).toBe(0);
  expect(await writer.lost()).toEqual([]);
  expect(await containers()).toEqual(before);
});

it('replaces the pods of a node that dies, and takes the node back', async () => {
  const evictedSoon = `
    tolerations:
    - { key: node.kubernetes.io/not-ready, operator: Exists, effect: NoExecute, tolerationSeconds: 5 }
    - { key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: 5 }`;
  await apply(nginxController('mortal', 2).replace('terminationGracePeriodSeconds: 1', `terminationGracePeriodSeconds: 1${evictedSoon.replaceAll('\n', '\n  ')}`), namespace);
  await eventually('both ready', async () => {
    const found = await pods('app=mortal', namespace);
    return found.length === 2 && found.every(isReady);
  });
  await must('docker', ['kill', `${cluster}-worker-2`]);
  // 40 s until the node counts as unreachable, 5 s of toleration, and the time to start a pod.
  await eventually('both on the node that is left', async () => {
    const found = (await pods('app=mortal', namespace)).filter(isReady);
    return found.length === 2 && found.every((pod) => pod.spec.nodeName === 'worker-1');
  }, 90_000);
  const address = await clusterIP();
  for (let index = 0; index < 10; index++) expect(await onNode('worker-1', 'curl', '-s', '--max-time', '3', `http://${address}`)).toContain('Welcome to nginx');
  await must('docker', ['start', `${cluster}-worker-2`]);
  await allReady();
  expect(await writer.lost()).toEqual([]);
  await kubectl(['wait', '-n', namespace, '--for=condition=Ready', 'pod', '-l', 'app=web', '--timeout=90s']);
}, 300_000);
