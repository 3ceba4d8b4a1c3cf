import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { resources, type Pod } from '@typernetes/api';
import { silentLogger } from '@typernetes/component';
import { configDefaults } from './config';
import { startStandalone, type RunningStandalone } from './start';

const admin = { name: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] };
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 't8s-standalone-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const start = (dataDirectory?: string): Promise<RunningStandalone> =>
  startStandalone({
    ...configDefaults,
    port: 0,
    nodes: 2,
    pkiDirectory: path.join(directory, 'pki'),
    ...(dataDirectory ? { dataDirectory, nodesDirectory: path.join(directory, 'nodes') } : {}),
    loggerFor: () => silentLogger,
  });

async function eventually<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  for (let i = 0; i < 600; i++) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`not within 30 s: ${what}`);
}

const controller = (replicas: number, annotations: Record<string, string> = {}): object => ({
  apiVersion: 'v1',
  kind: 'ReplicationController',
  metadata: { name: 'web', namespace: 'default' },
  spec: { replicas, template: { metadata: { labels: { app: 'web' }, annotations }, spec: { containers: [{ name: 'web', image: 'nginx:1' }] } } },
});

async function runningPods(cluster: RunningStandalone, count: number): Promise<Pod[]> {
  const pods = cluster.clientFor(admin).resource(resources.pods);
  return eventually(`${count} running pods`, async () => {
    const { items } = await pods.list({ namespace: 'default' });
    return items.length === count && items.every(({ status }) => status?.phase === 'Running') && items;
  });
}

async function kubectl(cluster: RunningStandalone, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const file = path.join(directory, 'kubeconfig');
  await writeFile(file, cluster.kubeconfig);
  return new Promise((resolve) => {
    execFile('kubectl', [`--kubeconfig=${file}`, `--cache-dir=${directory}/cache`, ...args], { timeout: 30_000 }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr }),
    );
  });
}

it('runs pods on simulated nodes, and kubectl sees their logs and commands', async () => {
  const cluster = await start();
  try {
    const annotations = { 'simulate.typernetes.io/logs': 'one\ntwo', 'simulate.typernetes.io/exec-output': 'canned', 'simulate.typernetes.io/exec-exit-code': '3' };
    await cluster.clientFor(admin).resource(resources.replicationControllers).create(controller(4, annotations));
    const pods = await runningPods(cluster, 4);
    expect(new Set(pods.map(({ spec }) => spec?.nodeName))).toEqual(new Set(['node-1', 'node-2']));
    expect(new Set(pods.map(({ status }) => status?.podIP)).size).toBe(4);
    const name = pods[0]?.metadata?.name ?? '';
    expect(await kubectl(cluster, 'logs', name)).toMatchObject({ code: 0, stdout: 'one\ntwo\n' });
    expect(await kubectl(cluster, 'exec', name, '--', 'anything')).toEqual({ code: 3, stdout: 'canned\n', stderr: 'command terminated with exit code 3\n' });
    expect((await kubectl(cluster, 'delete', 'rc', 'web')).code).toBe(0);
    await eventually('no pods', async () => (await cluster.clientFor(admin).resource(resources.pods).list()).items.length === 0);
  } finally {
    await cluster.stop();
  }
}, 60_000);

it('goes on with its data when it is started again', async () => {
  const data = path.join(directory, 'store');
  const first = await start(data);
  await first.clientFor(admin).resource(resources.replicationControllers).create(controller(2));
  const before = (await runningPods(first, 2)).map(({ metadata }) => metadata?.uid).sort();
  await first.stop();
  const second = await start(data);
  try {
    const after = (await runningPods(second, 2)).map(({ metadata }) => metadata?.uid).sort();
    expect(after).toEqual(before);
  } finally {
    await second.stop();
  }
}, 60_000);

it('says why a container that crashes does not run', async () => {
  const cluster = await start();
  try {
    await cluster.clientFor(admin).resource(resources.replicationControllers).create(controller(1, { 'simulate.typernetes.io/run-for': '50ms', 'simulate.typernetes.io/exit-code': '7' }));
    const status = await eventually('a crash loop', async () => {
      const [pod] = (await cluster.clientFor(admin).resource(resources.pods).list({ namespace: 'default' })).items;
      const [container] = pod?.status?.containerStatuses ?? [];
      return container?.state?.waiting?.reason === 'CrashLoopBackOff' && container;
    });
    expect(status.lastState?.terminated).toMatchObject({ exitCode: 7, reason: 'Error' });
  } finally {
    await cluster.stop();
  }
}, 60_000);

it('goes on when its apiserver restarts: the same port, the same clients', async () => {
  const cluster = await start();
  try {
    const controllers = cluster.clientFor(admin).resource(resources.replicationControllers);
    await controllers.create(controller(1));
    await runningPods(cluster, 1);
    const restarting = cluster.restartApiserver();
    await expect(controllers.get('web', { namespace: 'default' })).rejects.toMatchObject({ status: { reason: 'ServiceUnavailable' } });
    await restarting;
    await controllers.patch('web', { spec: { replicas: 3 } }, { namespace: 'default', type: 'application/merge-patch+json' });
    await runningPods(cluster, 3);
    expect(await kubectl(cluster, 'get', 'rc', 'web', '-o', 'jsonpath={.spec.replicas}')).toMatchObject({ code: 0, stdout: '3' });
  } finally {
    await cluster.stop();
  }
}, 60_000);

it('ends though a client has connected and says nothing', async () => {
  const cluster = await start();
  const socket = net.connect(cluster.port, '127.0.0.1');
  const isClosed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('connect', resolve));
  await cluster.stop();
  await isClosed;
}, 60_000);
