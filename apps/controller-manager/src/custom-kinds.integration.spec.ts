import { resources, type CustomResourceDefinition, type ResourceType } from '@typernetes/api';
import { isConditionTrue, type KubernetesObject, type OwnerReference } from '@typernetes/machinery';
import { eventually, startSimulatedCluster, type SimulatedCluster } from './testing/simulated-cluster';

let cluster: SimulatedCluster;

beforeAll(async () => {
  cluster = await startSimulatedCluster(0);
}, 60_000);
afterAll(() => cluster.stop(), 60_000);

interface Named {
  readonly definition: CustomResourceDefinition;
  readonly type: ResourceType;
}

async function install(plural: string, kind: string, subresources: object = {}): Promise<Named> {
  const api = cluster.client.resource(resources.customResourceDefinitions);
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  await api.create({
    metadata: { name: `${plural}.example.com` },
    spec: { group: 'example.com', scope: 'Namespaced', names: { plural, kind }, versions: [{ name: 'v1', served: true, storage: true, schema, subresources }] },
  });
  const definition = await eventually(`${plural} is established`, async () => {
    const found = await api.get(`${plural}.example.com`);
    return isConditionTrue(found.status?.conditions, 'Established') && found;
  });
  return { definition, type: { group: 'example.com', version: 'v1', kind, resource: plural, namespaced: true } };
}

const isGone = (read: Promise<unknown>): Promise<boolean> => read.then(() => false, (error: Error) => error.message.includes('not found'));

test('the garbage collector follows owners of custom kinds, and custom dependents', async () => {
  const namespace = await cluster.newNamespace('collected');
  const { type } = await install('owners', 'Owner');
  const owners = cluster.client.resource(type);
  const owner = await owners.create({ metadata: { name: 'o', namespace } });
  const reference: OwnerReference = { apiVersion: 'example.com/v1', kind: 'Owner', name: 'o', uid: owner.metadata?.uid ?? '', blockOwnerDeletion: true };
  const configMaps = cluster.client.resource(resources.configMaps);
  await configMaps.create({ metadata: { name: 'c', namespace, ownerReferences: [reference] } });
  await owners.create({ metadata: { name: 'child', namespace, ownerReferences: [reference] } });
  await owners.delete('o', { namespace, propagationPolicy: 'Foreground' });
  await eventually('all are gone', async () => (await isGone(owners.get('o', { namespace }))) && (await isGone(owners.get('child', { namespace }))) && isGone(configMaps.get('c', { namespace })));
}, 90_000);

test('what belonged to objects of a kind goes with the kind', async () => {
  const namespace = await cluster.newNamespace('orphaned');
  const { type } = await install('parents', 'Parent');
  const parent = await cluster.client.resource(type).create({ metadata: { name: 'p', namespace } });
  const configMaps = cluster.client.resource(resources.configMaps);
  await configMaps.create({ metadata: { name: 'c', namespace, ownerReferences: [{ apiVersion: 'example.com/v1', kind: 'Parent', name: 'p', uid: parent.metadata?.uid ?? '' }] } });
  await cluster.client.resource(resources.customResourceDefinitions).delete('parents.example.com');
  await eventually('the dependent is gone', () => isGone(configMaps.get('c', { namespace })));
}, 90_000);

test('a namespace takes its custom objects with it', async () => {
  const namespace = await cluster.newNamespace('emptied');
  const { type } = await install('things', 'Thing');
  const things = cluster.client.resource(type);
  await things.create({ metadata: { name: 'held', namespace, finalizers: ['example.com/held'] } });
  await things.create({ metadata: { name: 'free', namespace } });
  const namespaces = cluster.client.resource(resources.namespaces);
  await namespaces.delete(namespace);
  await eventually('the namespace says what holds it', async () => {
    const { status } = await namespaces.get(namespace);
    return status?.conditions?.some(({ message }) => message?.includes('things.example.com has 1 resource instances'));
  });
  expect(await isGone(things.get('free', { namespace }))).toBe(true);
  await things.patch('held', { metadata: { finalizers: null } }, { namespace, type: 'application/merge-patch+json' });
  await eventually('the namespace is gone', () => isGone(namespaces.get(namespace)));
  expect((await things.list()).items).toEqual([]);
}, 90_000);

test('a quota counts objects of custom kinds', async () => {
  const namespace = await cluster.newNamespace('counted');
  const { type } = await install('gadgets', 'Gadget');
  const quotas = cluster.client.resource(resources.resourceQuotas);
  const gadgets = cluster.client.resource<KubernetesObject>(type);
  await gadgets.create({ metadata: { name: 'before', namespace } });
  await quotas.create({ metadata: { name: 'q', namespace }, spec: { hard: { 'count/gadgets.example.com': '2' } } });
  const used = (amount: string): Promise<unknown> => eventually(`${amount} are used`, async () => (await quotas.get('q', { namespace })).status?.used?.['count/gadgets.example.com'] === amount);
  await used('1');
  await gadgets.create({ metadata: { name: 'second', namespace } });
  await expect(gadgets.create({ metadata: { name: 'third', namespace } })).rejects.toThrow(
    'gadgets.example.com "third" is forbidden: exceeded quota: q, requested: count/gadgets.example.com=1, used: count/gadgets.example.com=2, limited: count/gadgets.example.com=2',
  );
  await gadgets.delete('before', { namespace });
  await used('1');
  await gadgets.create({ metadata: { name: 'third', namespace } });
}, 90_000);

test('an autoscaler scales objects of custom kinds', async () => {
  const namespace = await cluster.newNamespace('autoscaled');
  const { type } = await install('fleets', 'Fleet', { scale: { specReplicasPath: '.spec.ships', statusReplicasPath: '.status.ships', labelSelectorPath: '.status.selector' } });
  const fleets = cluster.client.resource<KubernetesObject & { spec?: { ships?: number }; status?: unknown }>(type);
  await fleets.create({ metadata: { name: 'f', namespace }, spec: { ships: 1 }, status: { ships: 1, selector: 'app=f' } });
  await cluster.client.resource(resources.horizontalPodAutoscalers).create({
    metadata: { name: 'h', namespace },
    spec: { scaleTargetRef: { apiVersion: 'example.com/v1', kind: 'Fleet', name: 'f' }, minReplicas: 3, maxReplicas: 5 },
  });
  await eventually('there are three', async () => (await fleets.get('f', { namespace })).spec?.ships === 3);
}, 90_000);
