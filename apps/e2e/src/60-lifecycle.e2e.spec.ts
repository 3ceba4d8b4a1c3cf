import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { cluster, container, environment, getJson, isReady, kubeconfig, kubectl, onNode, pods, t8s, t8sHome, upFlags, workers, type Pod } from './support/cluster';
import { apply, createNamespace, deleteNamespace, nginxController } from './support/namespace';
import { eventually, must } from './support/run';

const namespace = 'lifecycle';

interface Node {
  metadata: { name: string; uid: string };
  spec: { podCIDR: string };
  status: { addresses: { type: string; address: string }[] };
}

/** Name, identity, address and pod range of every node: what pods and Services were built on. */
async function nodes(): Promise<string[]> {
  const { items } = await getJson<{ items: Node[] }>('nodes');
  return items.map(({ metadata, spec, status }) => [metadata.name, metadata.uid, spec.podCIDR, status.addresses.find(({ type }) => type === 'InternalIP')?.address].join(' '));
}

/** Name -> identity of every container of every pod. */
async function containers(): Promise<Record<string, string | undefined>> {
  const { items } = await getJson<{ items: Pod[] }>('pods', '--all-namespaces');
  return Object.fromEntries(items.map(({ metadata, status }) => [metadata.name, status.containerStatuses?.[0]?.containerID]));
}

const web = (): Promise<Pod[]> => pods('app=web', namespace);

async function serviceAnswers(): Promise<void> {
  const { spec } = await getJson<{ spec: { clusterIP: string } }>('service', '-n', namespace, 'web');
  for (const worker of workers) {
    await eventually(`the Service answers on ${worker}`, async () => (await onNode(worker, 'curl', '-s', '--max-time', '3', `http://${spec.clusterIP}`)).includes('Welcome to nginx'));
  }
}

beforeAll(async () => {
  await createNamespace(namespace);
  await apply(nginxController('web', 2), namespace);
  await apply('apiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec: { selector: { app: web }, ports: [{ port: 80 }] }', namespace);
  await eventually('both pods', async () => (await web()).filter(isReady).length === 2);
});
afterAll(() => deleteNamespace(namespace));

it('a second up changes nothing', async () => {
  const ids = (): Promise<string> => must('docker', ['ps', '--quiet', '--no-trunc', '--filter', `label=com.docker.compose.project=${cluster}`]);
  const before = { nodes: await nodes(), containers: await containers(), machines: await ids() };
  await t8s('up', ...upFlags);
  expect({ nodes: await nodes(), containers: await containers(), machines: await ids() }).toEqual(before);
}, 180_000);

it('the host has the published node ports', async () => {
  await apply('apiVersion: v1\nkind: Service\nmetadata: { name: published }\nspec: { type: NodePort, selector: { app: web }, ports: [{ port: 80, nodePort: 30990 }] }', namespace);
  await eventually('an answer', async () => (await (await fetch('http://127.0.0.1:30990/')).text()).includes('Welcome to nginx'));
});

it('takes a worker more, and gives it back with all that was its own', async () => {
  const has = (): Promise<string> => must('docker', ['volume', 'ls', '--quiet', '--filter', `label=com.docker.compose.project=${cluster}`]);
  const before = { nodes: await nodes(), volumes: await has(), containers: await containers() };
  await t8s('up', '--workers', '3');
  expect((await nodes()).length).toBe(3);
  await t8s('up', '--workers', '2');
  expect({ nodes: await nodes(), volumes: await has(), containers: await containers() }).toEqual(before);
  expect(existsSync(path.join(t8sHome, 'clusters', cluster, 'worker-3'))).toBe(false);
}, 300_000);

it('stop and start bring the same cluster back, with its data and its pods', async () => {
  await kubectl(['create', 'configmap', '-n', namespace, 'kept', '--from-literal=key=value']);
  const before = { nodes: await nodes(), pods: (await web()).map(({ metadata }) => metadata.uid).sort() };
  await t8s('stop');
  expect(await must('docker', ['ps', '--quiet', '--filter', `label=com.docker.compose.project=${cluster}`])).toBe('');
  await t8s('start');
  expect(await t8s('status')).toMatch(/worker-1 +Ready[^]*worker-2 +Ready/);
  expect(await kubectl(['get', 'configmap', '-n', namespace, 'kept', '-o', 'jsonpath={.data.key}'])).toBe('value');
  await eventually('the same pods are ready', async () => (await web()).filter(isReady).length === 2, 90_000);
  expect({ nodes: await nodes(), pods: (await web()).map(({ metadata }) => metadata.uid).sort() }).toEqual(before);
  await serviceAnswers();
}, 300_000);

it('comes back by itself when all its machines die at once, as when the host restarts', async () => {
  const names = ['etcd', 'apiserver', 'scheduler', 'controller-manager', ...workers].map(container);
  const started = (): Promise<string> => must('docker', ['inspect', '--format', '{{.State.Pid}} {{.State.StartedAt}}', ...names]);
  const restarts = new Map((await web()).map(({ metadata, status }) => [metadata.name, status.containerStatuses?.[0]?.restartCount ?? 0]));
  const before = await started();
  for (const line of before.trim().split('\n')) process.kill(Number(line.split(' ')[0]), 'SIGKILL');
  await eventually('every machine runs again', async () => {
    const now = (await started()).trim().split('\n');
    return now.every((line) => !line.startsWith('0 ') && !before.includes(line));
  }, 60_000);
  // Idempotent: it waits until everything is well.
  await t8s('start');
  await eventually('the pods run again', async () => {
    const found = await web();
    return found.length === 2 && found.every((pod) => isReady(pod) && (pod.status.containerStatuses?.[0]?.restartCount ?? 0) > (restarts.get(pod.metadata.name) ?? 0));
  }, 90_000);
  await serviceAnswers();
}, 300_000);

it('the context of kubectl is that of the cluster', async () => {
  const merged = await readFile(environment.KUBECONFIG, 'utf8');
  expect(parse(merged)).toMatchObject({ 'current-context': cluster });
  expect(await t8s('kubeconfig')).toBe(await readFile(kubeconfig, 'utf8'));
});
