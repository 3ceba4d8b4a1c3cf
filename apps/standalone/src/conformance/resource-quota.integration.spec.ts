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
  const other = 'example.com/dongle';
  await newQuota(namespace, 'quota', { pods: '5', 'requests.cpu': '1', 'requests.memory': '500Mi', 'requests.ephemeral-storage': '50Gi', [`requests.${other}`]: '3' });
  await used(namespace, 'quota', { pods: '0', 'requests.cpu': '0', 'requests.memory': '0', 'requests.ephemeral-storage': '0', [`requests.${other}`]: '0' });
  const pods = client.resource(resources.pods);
  const ask = (cpu: string, memory: string) => ({ resources: { requests: { cpu, memory, 'ephemeral-storage': '30Gi', [other]: '2' }, limits: { cpu, memory, 'ephemeral-storage': '30Gi', [other]: '2' } } });
  await pods.create(podOf('fits', namespace, ask('500m', '252Mi')));
  await used(namespace, 'quota', { pods: '1', 'requests.cpu': '500m', 'requests.memory': '252Mi', 'requests.ephemeral-storage': '30Gi', [`requests.${other}`]: '2' });
  const more = { spec: { containers: [{ name: 'c', resources: { requests: { cpu: '600m' } } }] } };
  await expect(pods.patch('fits', more, { namespace, type: 'application/strategic-merge-patch+json' })).rejects.toThrow('pod updates may not change fields');
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

test('a quota has a status soon after it is made', async () => {
  const namespace = await cluster.newNamespace('quota-status');
  await newQuota(namespace, 'quota', { resourcequotas: '1', services: '2', 'count/replicasets.apps': '5' });
  await used(namespace, 'quota', { resourcequotas: '1', services: '0', 'count/replicasets.apps': '0' });
  expect((await client.resource(resources.resourceQuotas).get('quota', { namespace })).status?.hard).toEqual({ resourcequotas: '1', services: '2', 'count/replicasets.apps': '5' });
}, 60_000);

test('quotas are found by label in all namespaces, patched, and deleted as a collection', async () => {
  const namespace = await cluster.newNamespace('quota-life');
  const quotas = client.resource(resources.resourceQuotas);
  await quotas.create({ metadata: { name: 'quota', namespace, labels: { e2e: 'life' } }, spec: { hard: { cpu: '1', memory: '500Mi' } } });
  expect((await quotas.list({ labelSelector: 'e2e=life' })).items.map(({ metadata }) => metadata?.name)).toEqual(['quota']);
  const patched = await quotas.patch('quota', { metadata: { labels: { quota: 'patched' } }, spec: { hard: { memory: '750Mi' } } }, { namespace, type: 'application/merge-patch+json' });
  expect([patched.metadata?.labels, patched.spec?.hard]).toEqual([{ e2e: 'life', quota: 'patched' }, { cpu: '1', memory: '750Mi' }]);
  await cluster.kubectl('delete', '--raw', `/api/v1/namespaces/${namespace}/resourcequotas?labelSelector=quota%3Dpatched`);
  expect((await quotas.list({ labelSelector: 'e2e=life' })).items).toEqual([]);
}, 60_000);

test('the status of a quota is written by its own path, and follows the spec', async () => {
  const namespace = await cluster.newNamespace('quota-written');
  const quotas = client.resource(resources.resourceQuotas);
  await newQuota(namespace, 'quota', { cpu: '500m', memory: '500Mi' });
  const hard = (): Promise<[unknown, unknown]> => quotas.get('quota', { namespace }).then(({ spec, status }) => [spec?.hard, status?.hard]);
  const follows = (expected: object): Promise<unknown> => eventually('the status follows', async () => JSON.stringify((await hard())[1]) === JSON.stringify(expected));
  await follows({ cpu: '500m', memory: '500Mi' });
  const path = `/api/v1/namespaces/${namespace}/resourcequotas/quota/status`;
  const patchStatus = (limits: object): Promise<string> => cluster.kubectl('patch', 'resourcequota', 'quota', '-n', namespace, '--subresource=status', '--type=merge', '-p', JSON.stringify({ spec: { hard: { cpu: '9' } }, status: { hard: limits } }), '-o', 'jsonpath={.status.hard.cpu} {.spec.hard.cpu}');
  expect(await patchStatus({ cpu: '600m' })).toBe('600m 500m');
  await follows({ cpu: '500m', memory: '500Mi' });
  await quotas.patch('quota', { spec: { hard: { cpu: '700m', memory: '700Mi' } } }, { namespace, type: 'application/merge-patch+json' });
  await follows({ cpu: '700m', memory: '700Mi' });
  expect(await patchStatus({ cpu: '800m', memory: '800Mi' })).toBe('800m 700m');
  await follows({ cpu: '700m', memory: '700Mi' });
  expect(JSON.parse(await cluster.kubectl('get', '--raw', path))).toMatchObject({ spec: { hard: { cpu: '700m' } }, status: { hard: { cpu: '700m', memory: '700Mi' } } });
}, 60_000);

test('every namespace has the root certificates, again when they are deleted or changed', async () => {
  const namespace = await cluster.newNamespace('root-certificates');
  const maps = client.resource(resources.configMaps);
  const certificates = (): Promise<string | undefined> => maps.get('kube-root-ca.crt', { namespace }).then(({ data }) => data?.['ca.crt']);
  const first = await eventually('they are there', certificates);
  await maps.delete('kube-root-ca.crt', { namespace });
  await eventually('they are there again', async () => (await certificates()) === first);
  await maps.patch('kube-root-ca.crt', { data: { 'ca.crt': 'changed' } }, { namespace, type: 'application/merge-patch+json' });
  await eventually('they are what they were', async () => (await certificates()) === first);
}, 120_000);
