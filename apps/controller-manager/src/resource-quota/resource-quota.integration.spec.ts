import { resources, type Pod, type ResourceQuota, type ResourceQuotaSpec } from '@typernetes/api';
import { eventually, startSimulatedCluster, type SimulatedCluster } from '../testing/simulated-cluster';

let cluster: SimulatedCluster;

beforeAll(async () => {
  cluster = await startSimulatedCluster(1);
}, 60_000);
afterAll(() => cluster.stop(), 60_000);

const quotas = () => cluster.client.resource(resources.resourceQuotas);
const pods = () => cluster.client.resource(resources.pods);

function usedOf(namespace: string, name: string, expected: Record<string, string>): Promise<ResourceQuota> {
  return eventually(`${name} of ${namespace} uses ${JSON.stringify(expected)}`, async () => {
    const quota = await quotas().get(name, { namespace });
    return Object.entries(expected).every(([resource, amount]) => quota.status?.used?.[resource] === amount) && quota;
  });
}

async function newQuota(namespace: string, name: string, spec: ResourceQuotaSpec): Promise<ResourceQuota> {
  await quotas().create({ metadata: { name, namespace }, spec });
  return eventually(`quota ${name} is counted`, async () => {
    const quota = await quotas().get(name, { namespace });
    return Object.keys(quota.status?.used ?? {}).length === Object.keys(spec.hard ?? {}).length && quota;
  });
}

const podOf = (namespace: string, name: string, { cpu = '100m', simulate = {}, ...spec }: { cpu?: string; simulate?: Record<string, string>; activeDeadlineSeconds?: number } = {}): Pod => ({
  metadata: { name, namespace, annotations: Object.fromEntries(Object.entries(simulate).map(([what, value]) => [`simulate.typernetes.io/${what}`, value])) },
  spec: { restartPolicy: 'Never', terminationGracePeriodSeconds: 0, containers: [{ name: 'c', image: 'i', ...(cpu ? { resources: { requests: { cpu, memory: '10Mi' } } } : {}) }], ...spec },
});

const refusal = (write: Promise<unknown>): Promise<string> => write.then(() => 'was allowed', (error: Error) => error.message);

test('follows the life of pods', async () => {
  const namespace = await cluster.newNamespace('pods');
  await newQuota(namespace, 'q', { hard: { pods: '2', 'requests.cpu': '500m' } });
  await pods().create(podOf(namespace, 'a', { cpu: '300m' }));
  await usedOf(namespace, 'q', { pods: '1', 'requests.cpu': '300m' });
  expect(await refusal(pods().create(podOf(namespace, 'b', { cpu: '300m' })))).toBe(
    'pods "b" is forbidden: exceeded quota: q, requested: requests.cpu=300m, used: requests.cpu=300m, limited: requests.cpu=500m',
  );
  expect(await refusal(pods().create(podOf(namespace, 'b', { cpu: '' })))).toBe('pods "b" is forbidden: failed quota: q: must specify requests.cpu for: c');
  await pods().create(podOf(namespace, 'b', { simulate: { 'run-for': '100ms' } }));
  // It ends, and no longer counts.
  await usedOf(namespace, 'q', { pods: '1', 'requests.cpu': '300m' });
  await pods().delete('a', { namespace });
  await usedOf(namespace, 'q', { pods: '0', 'requests.cpu': '0' });
}, 90_000);

test('of many at once as many get in as fit', async () => {
  const namespace = await cluster.newNamespace('crowd');
  await newQuota(namespace, 'q', { hard: { configmaps: '11', 'count/configmaps': '11' } });
  // The root certificate is one of them.
  await usedOf(namespace, 'q', { configmaps: '1' });
  const outcomes = await Promise.all(Array.from({ length: 40 }, (_, i) => refusal(cluster.client.resource(resources.configMaps).create({ metadata: { name: `c${i}`, namespace } }))));
  expect(outcomes.filter((outcome) => outcome === 'was allowed')).toHaveLength(10);
  expect(outcomes.find((outcome) => outcome !== 'was allowed')).toContain('exceeded quota: q, requested: configmaps=1,count/configmaps=1, used: ');
  await usedOf(namespace, 'q', { configmaps: '11' });
}, 90_000);

test('objects of any kind, services, claims', async () => {
  const namespace = await cluster.newNamespace('kinds');
  await newQuota(namespace, 'q', {
    hard: { services: '2', 'services.nodeports': '1', 'services.loadbalancers': '0', 'count/deployments.apps': '1', 'count/jobs.batch': '0', persistentvolumeclaims: '1', 'requests.storage': '1Gi' },
  });
  const service = (name: string, type: string): Promise<string> => refusal(cluster.client.resource(resources.services).create({ metadata: { name, namespace }, spec: { type, ports: [{ port: 80 }] } }));
  expect(await service('np', 'NodePort')).toBe('was allowed');
  expect(await service('np2', 'NodePort')).toContain('exceeded quota: q, requested: services.nodeports=1, used: services.nodeports=1, limited: services.nodeports=1');
  expect(await service('lb', 'LoadBalancer')).toContain('services.loadbalancers=1');
  expect(await service('plain', 'ClusterIP')).toBe('was allowed');
  await usedOf(namespace, 'q', { services: '2', 'services.nodeports': '1' });
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
  const deployment = (name: string): Promise<string> =>
    refusal(cluster.client.resource(resources.deployments).create({ metadata: { name, namespace }, spec: { replicas: 0, selector: { matchLabels: { a: 'b' } }, template } }));
  expect([await deployment('one'), await deployment('two')]).toEqual([
    'was allowed',
    'deployments.apps "two" is forbidden: exceeded quota: q, requested: count/deployments.apps=1, used: count/deployments.apps=1, limited: count/deployments.apps=1',
  ]);
  const claim = (name: string, storage: string): Promise<string> =>
    refusal(cluster.client.resource(resources.persistentVolumeClaims).create({ metadata: { name, namespace }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } } }));
  expect(await claim('big', '2Gi')).toContain('exceeded quota: q, requested: requests.storage=2Gi, used: requests.storage=0, limited: requests.storage=1Gi');
  expect(await claim('small', '1Gi')).toBe('was allowed');
  await cluster.client.resource(resources.services).delete('np', { namespace });
  await usedOf(namespace, 'q', { services: '1', 'services.nodeports': '0', persistentvolumeclaims: '1', 'requests.storage': '1Gi' });
}, 90_000);

test('scopes', async () => {
  const namespace = await cluster.newNamespace('scopes');
  await newQuota(namespace, 'terminating', { hard: { pods: '5' }, scopes: ['Terminating'] });
  await newQuota(namespace, 'not-terminating', { hard: { pods: '5' }, scopes: ['NotTerminating'] });
  await newQuota(namespace, 'best-effort', { hard: { pods: '5' }, scopes: ['BestEffort'] });
  await newQuota(namespace, 'not-best-effort', { hard: { pods: '5' }, scopes: ['NotBestEffort'] });
  await pods().create(podOf(namespace, 'long'));
  await pods().create(podOf(namespace, 'short', { cpu: '', activeDeadlineSeconds: 3600 }));
  for (const name of ['terminating', 'not-terminating', 'best-effort', 'not-best-effort']) await usedOf(namespace, name, { pods: '1' });
}, 90_000);

test('kubectl makes, shows, changes and deletes quotas', async () => {
  const namespace = await cluster.newNamespace('cli');
  expect(await cluster.kubectl(['create', 'quota', 'q', '--hard=pods=3,secrets=2', '-n', namespace])).toMatchObject({ code: 0, stdout: 'resourcequota/q created\n' });
  await usedOf(namespace, 'q', { pods: '0', secrets: '0' });
  await quotas().patch('q', { spec: { hard: { pods: '4' } } }, { namespace, type: 'application/merge-patch+json' });
  await eventually('the new limit holds', async () => (await quotas().get('q', { namespace })).status?.hard?.['pods'] === '4');
  expect((await cluster.kubectl(['describe', 'quota', 'q', '-n', namespace])).stdout).toMatch(/pods\s+0\s+4\n\s*secrets\s+0\s+2/);
  expect((await cluster.kubectl(['delete', 'quota', 'q', '-n', namespace])).code).toBe(0);
}, 90_000);

test('a LimitRange gives defaults and refuses', async () => {
  const namespace = await cluster.newNamespace('limits');
  await cluster.client.resource(resources.limitRanges).create({
    metadata: { name: 'limits', namespace },
    spec: { limits: [{ type: 'Container', min: { cpu: '50m' }, max: { cpu: '500m' }, default: { cpu: '500m' }, defaultRequest: { cpu: '100m' } }] },
  });
  const pod = await pods().create(podOf(namespace, 'silent', { cpu: '' }));
  expect(pod.spec?.containers[0]?.resources).toEqual({ requests: { cpu: '100m' }, limits: { cpu: '500m' } });
  expect(pod.metadata?.annotations?.['kubernetes.io/limit-ranger']).toBe('LimitRanger plugin set: cpu request for container c; cpu limit for container c');
  expect(await refusal(pods().create(podOf(namespace, 'small', { cpu: '10m' })))).toBe('pods "small" is forbidden: minimum cpu usage per Container is 50m, but request is 10m');
}, 90_000);
