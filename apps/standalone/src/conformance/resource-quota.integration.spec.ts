/** What conformance of Kubernetes 1.36 demands of ResourceQuota: what is used is counted when it comes and released when it goes. */
import { resources, type ResourceType } from '@typernetes/api';
import type { ApiClient } from '@typernetes/client';
import { hasReason, type KubernetesObject } from '@typernetes/machinery';
import { eventually, startTestCluster, type TestCluster } from '../testing/test-cluster';

let cluster: TestCluster;
let client: ApiClient;

beforeAll(async () => {
  cluster = await startTestCluster(1);
  client = cluster.client;
}, 60_000);
afterAll(() => cluster.stop(), 60_000);

const newQuota = (namespace: string, name: string, hard: Record<string, string>, scopes: string[] = []) => client.resource(resources.resourceQuotas).create({ metadata: { name, namespace }, spec: { hard, scopes } });

/** Waits until the quota says that so much is used. */
const used = (namespace: string, name: string, expected: Record<string, string>): Promise<unknown> =>
  eventually(`${name} in ${namespace}: ${JSON.stringify(expected)}`, async () => {
    const { status } = await client.resource(resources.resourceQuotas).get(name, { namespace });
    return Object.entries(expected).every(([key, value]) => status?.used?.[key] === value);
  });

const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'app:1' }] } };
const counted: [what: string, type: ResourceType, key: string, spec: object][] = [
  ['config maps', resources.configMaps, 'count/configmaps', {}],
  ['secrets', resources.secrets, 'secrets', {}],
  ['services', resources.services, 'services', { spec: { ports: [{ port: 80 }] } }],
  ['replica sets', resources.replicaSets, 'count/replicasets.apps', { spec: { replicas: 0, selector: { matchLabels: { app: 'a' } }, template } }],
  ['replication controllers', resources.replicationControllers, 'replicationcontrollers', { spec: { replicas: 0, selector: { app: 'a' }, template } }],
];

const podOf = (name: string, namespace: string, container: object, spec: object = {}) => ({ metadata: { name, namespace }, spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'c', image: 'app:1', ...container }], ...spec } });

test.each(counted)('the life of %s is counted', async (_, type, key, body) => {
  const namespace = await cluster.newNamespace(`quota-${type.resource}`);
  const before = type === resources.configMaps ? 1 : 0;
  // The root certificates' ConfigMap is in every namespace, at some time after its start.
  if (before) await eventually('the root certificates', () => client.resource(resources.configMaps).get('kube-root-ca.crt', { namespace }));
  await newQuota(namespace, 'quota', { [key]: String(before + 1) });
  await used(namespace, 'quota', { [key]: String(before) });
  const api = client.resource(type as ResourceType<KubernetesObject>);
  await api.create({ ...body, metadata: { name: 'one', namespace } });
  await used(namespace, 'quota', { [key]: String(before + 1) });
  const refused = await api.create({ ...body, metadata: { name: 'two', namespace } }).then(() => false, (error: unknown) => hasReason(error, 'Forbidden') && String(error).includes('exceeded quota'));
  expect(refused).toBe(true);
  await api.delete('one', { namespace });
  await used(namespace, 'quota', { [key]: String(before) });
}, 120_000);

test('the life of a pod is counted, with what it asks for', async () => {
  const namespace = await cluster.newNamespace('quota-pod');
  await newQuota(namespace, 'quota', { pods: '5', 'requests.cpu': '1', 'requests.memory': '500Mi' });
  await used(namespace, 'quota', { pods: '0', 'requests.cpu': '0', 'requests.memory': '0' });
  const pods = client.resource(resources.pods);
  const ask = (cpu: string, memory: string) => ({ resources: { requests: { cpu, memory }, limits: { cpu, memory } } });
  await pods.create(podOf('fits', namespace, ask('500m', '252Mi')));
  await used(namespace, 'quota', { pods: '1', 'requests.cpu': '500m', 'requests.memory': '252Mi' });
  await expect(pods.create(podOf('too-much', namespace, ask('600m', '100Mi')))).rejects.toThrow('exceeded quota');
  await expect(pods.create(podOf('says-nothing', namespace, {}))).rejects.toThrow('must specify');
  await pods.delete('fits', { namespace });
  await used(namespace, 'quota', { pods: '0', 'requests.cpu': '0', 'requests.memory': '0' });
}, 120_000);

test('pods of best effort, and others, count in the quota of their scope alone', async () => {
  const namespace = await cluster.newNamespace('quota-effort');
  await newQuota(namespace, 'best', { pods: '5' }, ['BestEffort']);
  await newQuota(namespace, 'other', { pods: '5' }, ['NotBestEffort']);
  const count = (best: string, other: string) => Promise.all([used(namespace, 'best', { pods: best }), used(namespace, 'other', { pods: other })]);
  const pods = client.resource(resources.pods);
  await count('0', '0');
  await pods.create(podOf('best', namespace, {}));
  await count('1', '0');
  await pods.create(podOf('other', namespace, { resources: { requests: { cpu: '10m' } } }));
  await count('1', '1');
  await pods.delete('best', { namespace });
  await count('0', '1');
}, 120_000);

test('pods with a deadline, and others, count in the quota of their scope alone', async () => {
  const namespace = await cluster.newNamespace('quota-deadline');
  await newQuota(namespace, 'ending', { pods: '5' }, ['Terminating']);
  await newQuota(namespace, 'lasting', { pods: '5' }, ['NotTerminating']);
  const count = (ending: string, lasting: string) => Promise.all([used(namespace, 'ending', { pods: ending }), used(namespace, 'lasting', { pods: lasting })]);
  const pods = client.resource(resources.pods);
  await count('0', '0');
  await pods.create(podOf('lasting', namespace, {}));
  await count('0', '1');
  await pods.create(podOf('ending', namespace, {}, { activeDeadlineSeconds: 3600 }));
  await count('1', '1');
  await pods.delete('lasting', { namespace });
  await count('1', '0');
}, 120_000);

test('quotas change and go', async () => {
  const namespace = await cluster.newNamespace('quota-changes');
  const quotas = client.resource(resources.resourceQuotas);
  await newQuota(namespace, 'quota', { pods: '1' });
  await quotas.patch('quota', { spec: { hard: { pods: '3' } } }, { namespace, type: 'application/merge-patch+json' });
  await eventually('the status follows', async () => (await quotas.get('quota', { namespace })).status?.hard?.['pods'] === '3');
  await quotas.delete('quota', { namespace });
  await eventually('it is gone', () => quotas.get('quota', { namespace }).then(() => false, (error: unknown) => hasReason(error, 'NotFound')));
}, 120_000);
