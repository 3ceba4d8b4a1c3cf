import { resources } from '@typernetes/api';
import type { ApiClient } from '@typernetes/client';
import { eventually as within, startTestCluster, type TestCluster } from './testing/test-cluster';

const namespace = 'default';
let cluster: TestCluster;
let client: ApiClient;

beforeAll(async () => {
  cluster = await startTestCluster(2);
  client = cluster.client;
}, 60_000);
afterAll(() => cluster.stop(), 60_000);

/** Figures are looked at every 15 s. */
const eventually = <T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> => within(what, look, 120);
const kubectl = (...args: string[]): Promise<string> => cluster.kubectl(...args);
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
