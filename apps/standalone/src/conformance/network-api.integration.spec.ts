/** What conformance of Kubernetes 1.36 demands of the network's APIs and of events: their whole life as objects. */
import { resources, type EndpointSlice, type Service } from '@typernetes/api';
import type { ApiClient } from '@typernetes/client';
import { hasReason } from '@typernetes/machinery';
import { eventually, startTestCluster, type TestCluster } from '../testing/test-cluster';
import { apiLifeCycle, deleteCollection, discovered, statusLifeCycle, watched } from './life-cycle';

let cluster: TestCluster;
let client: ApiClient;

beforeAll(async () => {
  cluster = await startTestCluster(0);
  client = cluster.client;
}, 60_000);
afterAll(() => cluster.stop(), 60_000);

const merge = { type: 'application/merge-patch+json' } as const;
const backend = { service: { name: 'web', port: { number: 80 } } };
const condition = (reason: string) => ({ type: 'StatusPatched', status: 'True', reason, message: 'Set from a test', lastTransitionTime: '2030-01-01T00:00:00Z' });

describe('[sig-network] APIs', () => {
  test('Ingress: discovery, all verbs, status', async () => {
    const namespace = await cluster.newNamespace('ingress-api');
    const spec = { defaultBackend: backend, rules: [{ host: 'a.example.com', http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }] };
    await apiLifeCycle(cluster, { type: resources.ingresses, names: ['a', 'b', 'c'], make: () => ({ spec }), namespace });
    expect((await discovered(cluster, resources.ingresses)).subresources).toEqual(['ingresses/status']);
    await client.resource(resources.ingresses).create({ metadata: { name: 'one', namespace }, spec });
    const ingress = (ip: string) => ({ loadBalancer: { ingress: [{ ip }] } });
    await statusLifeCycle(cluster, { type: resources.ingresses, name: 'one', namespace, statuses: [ingress('169.1.1.1'), ingress('169.1.1.2')] });
  }, 60_000);

  test('IngressClass: discovery, all verbs', () =>
    apiLifeCycle(cluster, { type: resources.ingressClasses, names: ['a', 'b', 'c'], make: () => ({ spec: { controller: 'example.com/controller' } }) }), 60_000);

  test('EndpointSlice: discovery, all verbs', async () => {
    const namespace = await cluster.newNamespace('slice-api');
    const slice = (): EndpointSlice => ({ addressType: 'IPv4', endpoints: [{ addresses: ['1.2.3.4', '5.6.7.8'] }, { addresses: ['2.2.3.4'] }], ports: [{ name: 'http', port: 80, protocol: 'TCP' }] });
    await apiLifeCycle(cluster, { type: resources.endpointSlices, names: ['a', 'b', 'c'], make: slice, namespace });
  }, 60_000);

  test('ServiceCIDR: discovery, all verbs, status', async () => {
    const api = client.resource(resources.serviceCIDRs);
    await apiLifeCycle(cluster, { type: resources.serviceCIDRs, names: ['a', 'b', 'c'], make: (i) => ({ spec: { cidrs: [`10.2${i}.0.0/24`] } }) });
    expect((await discovered(cluster, resources.serviceCIDRs)).subresources).toEqual(['servicecidrs/status']);
    await api.create({ metadata: { name: 'one' }, spec: { cidrs: ['10.30.0.0/24'] } });
    const ready = await eventually('ready', async () => (await api.get('one')).status?.conditions?.find(({ type, status }) => type === 'Ready' && status === 'True'));
    // Beside the controller's own word, which it would else say again.
    await statusLifeCycle(cluster, { type: resources.serviceCIDRs, name: 'one', statuses: [{ conditions: [ready, condition('a')] }, { conditions: [ready, condition('b')] }] });
  }, 90_000);

  test('IPAddress: discovery, all verbs', () =>
    apiLifeCycle(cluster, { type: resources.ipAddresses, names: ['192.168.7.1', '192.168.7.2', '192.168.7.3'], make: () => ({ spec: { parentRef: { group: 'example.com', resource: 'things', namespace: 'default', name: 'one' } } }) }), 60_000);

  test('Endpoints: created, updated, patched, deleted by label, and a watch hears of it', async () => {
    const namespace = await cluster.newNamespace('endpoints-api');
    const api = client.resource(resources.endpoints);
    const labels = { 'test-endpoint-static': 'true' };
    const signal = AbortSignal.timeout(60_000);
    const heard = watched(api.watch({ namespace, labelSelector: 'test-endpoint-static=true', signal }), (seen) => seen.includes('DELETED one'));
    const made = await api.create({ metadata: { name: 'one', namespace, labels }, subsets: [{ addresses: [{ ip: '10.0.0.24' }], ports: [{ name: 'http', port: 80, protocol: 'TCP' }] }] });
    await api.update({ ...made, metadata: { ...made.metadata, labels: { ...labels, 'test-service': 'updated' } } });
    expect((await client.resource(resources.endpoints).list({ labelSelector: 'test-service=updated' })).items).toHaveLength(1);
    const subsets = [{ addresses: [{ ip: '10.0.0.25' }], ports: [{ name: 'http-test', port: 8080, protocol: 'TCP' }] }];
    await api.patch('one', { metadata: { labels: { 'test-service': 'patched' } }, subsets }, { namespace, ...merge });
    expect(await api.get('one', { namespace })).toMatchObject({ metadata: { labels: { 'test-service': 'patched' } }, subsets });
    await deleteCollection(cluster, resources.endpoints, { selector: 'test-endpoint-static=true', namespace });
    expect(await heard).toEqual(['ADDED one', 'MODIFIED one', 'MODIFIED one', 'DELETED one']);
  }, 60_000);

  test('the kubernetes Service is there, with the endpoints of the apiserver in both forms', async () => {
    const { items } = await client.resource(resources.services).list();
    expect(items.filter(({ metadata }) => metadata?.name === 'kubernetes').map(({ metadata }) => metadata?.namespace)).toEqual(['default']);
    const endpoints = await client.resource(resources.endpoints).get('kubernetes', { namespace: 'default' });
    const [subset] = endpoints.subsets ?? [];
    const port = subset?.ports?.[0]?.port;
    expect(subset).toMatchObject({ addresses: [{ ip: expect.stringMatching(/^\d+\.\d+\.\d+\.\d+$/) as string }], ports: [{ name: 'https' }] });
    expect(port).toBe(Number(new URL(cluster.server).port));
    const slices = await client.resource(resources.endpointSlices).list({ namespace: 'default', labelSelector: 'kubernetes.io/service-name=kubernetes' });
    expect(slices.items).toMatchObject([{ endpoints: [{ addresses: [subset?.addresses?.[0]?.ip] }], ports: [{ port, name: 'https' }] }]);
  });
});

describe('[sig-network] Service', () => {
  const service = (name: string, labels: Record<string, string> = {}): Service => ({ metadata: { name, labels }, spec: { ports: [{ name: 'http', port: 80, protocol: 'TCP' }] } });
  const make = (object: Service, namespace: string): Promise<Service> => client.resource(resources.services).create({ ...object, metadata: { ...object.metadata, namespace } });

  test('the status of a Service is read, patched and updated, the Service patched', async () => {
    const namespace = await cluster.newNamespace('service-status');
    await make(service('one', { 'test-service-static': 'true' }), namespace);
    const api = client.resource(resources.services);
    expect((await api.get('one', { namespace, subresource: 'status' })).status?.loadBalancer).toEqual({});
    const status = (ip: string) => ({ loadBalancer: { ingress: [{ ip }] } });
    // Only a Service that has a load balancer may say where it is.
    await api.patch('one', { spec: { type: 'LoadBalancer', loadBalancerClass: 'example.com/lb' } }, { namespace, ...merge });
    await statusLifeCycle(cluster, { type: resources.services, name: 'one', namespace, statuses: [status('203.0.113.1'), { ...status('203.0.113.2'), conditions: [condition('E2E')] }] });
    const patched = await api.patch('one', { metadata: { labels: { 'test-service': 'patched' } } }, { namespace, ...merge });
    expect(patched).toMatchObject({ metadata: { labels: { 'test-service': 'patched' } }, status: status('203.0.113.2') });
    await api.delete('one', { namespace });
    expect((await api.list({ namespace, labelSelector: 'test-service-static=true' })).items).toEqual([]);
  }, 60_000);

  test('a collection of Services is deleted by their label, others stay', async () => {
    const namespace = await cluster.newNamespace('service-collection');
    await Promise.all([make(service('a', { e2e: 'yes' }), namespace), make(service('b', { e2e: 'yes' }), namespace), make(service('c', { e2e: 'no' }), namespace)]);
    const api = client.resource(resources.services);
    expect((await api.list({ namespace })).items).toHaveLength(3);
    await deleteCollection(cluster, resources.services, { selector: 'e2e=yes', namespace });
    expect((await api.list({ namespace })).items.map(({ metadata }) => metadata?.name)).toEqual(['c']);
  }, 60_000);
});

describe('[sig-instrumentation] events', () => {
  const time = '2030-01-01T00:00:00.000000Z';
  const regarding = (namespace: string) => ({ kind: 'Pod', name: 'one', namespace });

  test('an event of events.k8s.io is made, patched, updated with a series, and deleted', async () => {
    const namespace = await cluster.newNamespace('event-new');
    const api = client.resource(resources.eventsV1);
    const event = { action: 'Do', reason: 'Test', type: 'Normal', note: 'This is one', reportingController: 'test-controller', reportingInstance: 'test-node', eventTime: time, regarding: regarding(namespace) };
    await api.create({ ...event, metadata: { name: 'one', namespace, labels: { testevent: 'one' } } });
    expect((await api.list({ fieldSelector: 'reportingController=test-controller' })).items.map(({ metadata }) => metadata?.name)).toEqual(['one']);
    expect((await api.list({ namespace, fieldSelector: 'reportingController=test-controller' })).items).toHaveLength(1);
    // What the demand calls a new note is a new series in upstream's own test: the note of this form may not change.
    await expect(api.patch('one', { note: 'a new note' }, { namespace, ...merge })).rejects.toThrow('field is immutable');
    const seriesOf = (count: number) => ({ count, lastObservedTime: '2030-01-01T00:01:00.000000Z' });
    const patched = await api.patch('one', { series: seriesOf(2) }, { namespace, type: 'application/strategic-merge-patch+json' });
    expect(patched).toMatchObject({ ...event, series: seriesOf(2) });
    await api.update({ ...patched, series: seriesOf(100) });
    expect(await api.get('one', { namespace })).toMatchObject({ ...event, series: seriesOf(100) });
    await api.delete('one', { namespace });
    expect((await api.list({ namespace, labelSelector: 'testevent=one' })).items).toEqual([]);
  }, 60_000);

  test('a list of events of events.k8s.io is made and deleted as a collection', async () => {
    const namespace = await cluster.newNamespace('event-new-list');
    const api = client.resource(resources.eventsV1);
    const event = { action: 'Do', reason: 'Test', type: 'Normal', note: 'n', reportingController: 'c', reportingInstance: 'i', eventTime: time, regarding: regarding(namespace) };
    for (const name of ['a', 'b', 'c']) await api.create({ ...event, metadata: { name, namespace, labels: { 'testevent-set': 'true' } } });
    expect((await api.list({ namespace, labelSelector: 'testevent-set=true' })).items).toHaveLength(3);
    await deleteCollection(cluster, resources.eventsV1, { selector: 'testevent-set=true', namespace });
    expect((await api.list({ labelSelector: 'testevent-set=true' })).items).toEqual([]);
  }, 60_000);

  test('a core event is made, listed everywhere, patched, updated with a series, and deleted', async () => {
    const namespace = await cluster.newNamespace('event-core');
    const api = client.resource(resources.events);
    await api.create({ metadata: { name: 'one', namespace, labels: { 'testevent-constant': 'true' } }, message: 'This is a test event', reason: 'Test', type: 'Normal', count: 1, involvedObject: { namespace } });
    const list = async (selector = 'testevent-constant=true') => (await api.list({ labelSelector: selector })).items;
    expect(await list()).toHaveLength(1);
    await api.patch('one', { message: 'This is a test event - patched' }, { namespace, type: 'application/strategic-merge-patch+json' });
    const patched = await api.get('one', { namespace });
    expect(patched.message).toBe('This is a test event - patched');
    const series = { count: 100, lastObservedTime: '2030-01-01T00:01:00.000000Z' };
    await api.update({ ...patched, series });
    expect((await api.get('one', { namespace })).series).toEqual(series);
    // The other form is the same object.
    expect((await client.resource(resources.eventsV1).get('one', { namespace })).series).toEqual(series);
    await api.delete('one', { namespace });
    expect(await list()).toEqual([]);
    expect(await api.get('one', { namespace }).catch((error: unknown) => hasReason(error, 'NotFound'))).toBe(true);
  }, 60_000);

  test('a set of core events is found by its label and deleted by it', async () => {
    const namespace = await cluster.newNamespace('event-core-list');
    const api = client.resource(resources.events);
    const labels = { 'testevent-core': 'true' };
    for (const name of ['a', 'b', 'c']) await api.create({ metadata: { name, namespace, labels }, message: name, reason: 'Test', type: 'Normal', count: 1, involvedObject: { namespace } });
    expect((await api.list({ namespace, labelSelector: 'testevent-core=true' })).items).toHaveLength(3);
    await deleteCollection(cluster, resources.events, { selector: 'testevent-core=true', namespace });
    expect((await api.list({ namespace, labelSelector: 'testevent-core=true' })).items).toEqual([]);
  }, 60_000);
});
