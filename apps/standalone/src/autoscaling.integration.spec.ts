import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { resources } from '@typernetes/api';
import type { ApiClient } from '@typernetes/client';
import { silentLogger } from '@typernetes/component';
import { isPodReady } from '@typernetes/machinery';
import { configDefaults } from './config';
import { startStandalone, type RunningStandalone } from './start';

const namespace = 'default';
let directory: string;
let cluster: RunningStandalone;
let client: ApiClient;

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 't8s-scaling-'));
  cluster = await startStandalone({ ...configDefaults, port: 0, nodes: 2, pkiDirectory: path.join(directory, 'pki'), loggerFor: () => silentLogger });
  client = cluster.clientFor({ name: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] });
  await writeFile(path.join(directory, 'kubeconfig'), cluster.kubeconfig);
  await eventually('two nodes', async () => (await client.resource(resources.nodes).list()).items.filter(isPodReady).length === 2);
}, 60_000);
afterAll(async () => {
  await cluster.stop();
  await rm(directory, { recursive: true, force: true, maxRetries: 10 });
}, 60_000);

async function eventually<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  let failure: unknown;
  for (let i = 0; i < 600; i++) {
    try {
      const found = await look();
      if (found) return found;
    } catch (error) {
      failure = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`not within 2 min: ${what}`, { cause: failure });
}

function kubectl(...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('kubectl', [`--kubeconfig=${directory}/kubeconfig`, `--cache-dir=${directory}/cache`, ...args], { timeout: 60_000 }, (error, stdout, stderr) =>
      error ? reject(new Error(`kubectl ${args.join(' ')}: ${stdout}${stderr}`, { cause: error })) : resolve(stdout),
    );
  });
}

test('an autoscaler scales up by what its pods use, as kubectl top shows it', async () => {
  await client.resource(resources.replicationControllers).create({
    metadata: { name: 'busy', namespace },
    spec: {
      replicas: 1,
      selector: { app: 'busy' },
      template: {
        metadata: { labels: { app: 'busy' }, annotations: { 'simulate.typernetes.io/cpu': '500m', 'simulate.typernetes.io/memory': '64Mi' } },
        spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '250m' } } }] },
      },
    },
  });
  expect(await eventually('figures', () => kubectl('top', 'pods', '--no-headers').then((text) => /^busy-\S+ +500m +64Mi/m.exec(text)?.[0]))).toBeDefined();
  expect(await kubectl('top', 'nodes', '--no-headers')).toMatch(/^node-1 +\d+m +\d+% +\d+Mi +\d+%/m);
  const [found] = (await kubectl('get', '--raw', '/apis/metrics.k8s.io/v1beta1/namespaces/default/pods?labelSelector=app%3Dnone').then((text) => JSON.parse(text))).items;
  expect(found).toBeUndefined();
  await kubectl('autoscale', 'rc', 'busy', '--min=1', '--max=5', '--cpu-percent=100');
  const autoscalers = client.resource(resources.horizontalPodAutoscalers);
  const scaled = await eventually('scaled up', async () => {
    const autoscaler = await autoscalers.get('busy', { namespace });
    return (autoscaler.status?.desiredReplicas ?? 0) > 1 && autoscaler;
  });
  expect(scaled.status).toMatchObject({ currentMetrics: [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 200, averageValue: '500m' } } }] });
  expect(scaled.status?.conditions?.map(({ type, status, reason }) => `${type}=${status} ${reason}`)).toEqual(['AbleToScale=True SucceededRescale', 'ScalingActive=True ValidMetricFound', expect.stringMatching('ScalingLimited=')]);
  const reasons = await eventually('event', async () => {
    const { items } = await client.resource(resources.events).list({ namespace });
    return items.find(({ reason }) => reason === 'SuccessfulRescale');
  });
  expect(reasons.message).toMatch(/^New size: \d; reason: cpu resource utilization \(percentage of request\) above target$/);
  expect((await client.resource(resources.replicationControllers).get('busy', { namespace })).spec?.replicas).toBeGreaterThan(1);
}, 240_000);
