/** Controllers that follow others' objects, killed at every step and disturbed from outside: they come to the same end. Side by side, each in a namespace of its own. */
import { resources, type EndpointSlice, type Pod, type ResourceV1ResourceClaim } from '@typernetes/api';
import type { ApiClient } from '@typernetes/client';
import { controllerOf, hasReason, systemClock } from '@typernetes/machinery';
import { startTestApi, type TestApi } from '../../apiserver/src/testing/start-test-api';
import { liveAndDie, startControllers } from './testing/mortal-manager';
import { eventually } from './testing/simulated-cluster';

let api: TestApi;
let client: ApiClient;

beforeAll(async () => {
  api = await startTestApi();
  client = api.running.clientFor({ name: 'test', groups: ['system:masters'] });
}, 60_000);
afterAll(() => api.stop(), 30_000);

const timeoutMs = 240_000;
const merge = { type: 'application/merge-patch+json' } as const;
const ignore = (error: unknown): void => {
  if (!hasReason(error, 'NotFound', 'Conflict', 'AlreadyExists')) throw error;
};
const newNamespace = async (name: string): Promise<string> => {
  await client.resource(resources.namespaces).create({ metadata: { name } });
  await client.resource(resources.serviceAccounts).create({ metadata: { name: 'default', namespace: name } });
  return name;
};
/** Some at a time. */
async function times(count: number, act: (index: number) => Promise<unknown>): Promise<void> {
  for (let i = 0; i < count; i += 25) await Promise.all(Array.from({ length: Math.min(25, count - i) }, (_, j) => act(i + j)));
}

/** A pod that runs, as its kubelet would say, with an address of its own. */
async function runningPod(namespace: string, index: number): Promise<void> {
  const pods = client.resource(resources.pods);
  const made = await pods.create({ metadata: { name: `p-${index}`, namespace, labels: { app: 'web' } }, spec: { nodeName: 'n', containers: [{ name: 'c', image: 'i' }] } });
  const podIP = `10.244.${Math.floor(index / 250)}.${(index % 250) + 1}`;
  await pods.updateStatus({ ...made, status: { phase: 'Running', podIP, podIPs: [{ ip: podIP }], conditions: [{ type: 'Ready', status: 'True' }] } });
}

const slicesOf = async (namespace: string): Promise<EndpointSlice[]> => (await client.resource(resources.endpointSlices).list({ namespace, labelSelector: 'kubernetes.io/service-name=web' })).items;

/** Each pod once, in slices of a hundred at most, and in the Endpoints. */
async function isServed(namespace: string, count: number): Promise<boolean> {
  const slices = await slicesOf(namespace);
  const addresses = slices.flatMap(({ endpoints }) => (endpoints ?? []).flatMap((endpoint) => endpoint.addresses));
  const old = await client.resource(resources.endpoints).get('web', { namespace }).catch(() => undefined);
  const isRight = addresses.length === count && new Set(addresses).size === count && slices.every(({ endpoints }) => (endpoints?.length ?? 0) <= 100);
  return isRight && old?.subsets?.flatMap((subset) => subset.addresses ?? []).length === count;
}

const endpointControllers = ['endpoints-controller', 'endpointslice-controller'];

test.concurrent('a Service is served by all of its pods', async () => {
  const namespace = await newNamespace('served');
  await client.resource(resources.services).create({ metadata: { name: 'web', namespace }, spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } });
  await times(120, (index) => runningPod(namespace, index));
  await liveAndDie(client, endpointControllers, () => isServed(namespace, 120));
  const running = await startControllers(client, endpointControllers);
  // Hostile hands: slices go and are emptied, pods come and go meanwhile.
  for (let i = 0; i < 12; i++) {
    const name = (await slicesOf(namespace))[i % 2]?.metadata?.name ?? '';
    if (i % 3 === 0) await client.resource(resources.endpointSlices).delete(name, { namespace }).catch(ignore);
    if (i % 3 === 1) await client.resource(resources.endpointSlices).patch(name, { endpoints: [] }, { namespace, ...merge }).catch(ignore);
    if (i % 3 === 2) await client.resource(resources.endpoints).delete('web', { namespace }).catch(ignore);
    await client.resource(resources.pods).delete(`p-${i}`, { namespace, gracePeriodSeconds: 0 });
  }
  await eventually('served by those that are left', () => isServed(namespace, 108));
  await times(892, (index) => runningPod(namespace, 120 + index));
  await eventually('a thousand', () => isServed(namespace, 1_000), 120);
  await running.stop();
}, timeoutMs);

test.concurrent('a namespace goes with all that is in it', async () => {
  const namespace = await newNamespace('leaves');
  await times(150, (index) => client.resource(resources.configMaps).create({ metadata: { name: `c-${index}`, namespace } }));
  await times(150, (index) => client.resource(resources.secrets).create({ metadata: { name: `s-${index}`, namespace } }));
  await client.resource(resources.namespaces).delete(namespace);
  await liveAndDie(client, ['namespace-controller'], () => client.resource(resources.namespaces).get(namespace).then(() => false, (error: unknown) => hasReason(error, 'NotFound')));
}, timeoutMs);

test.concurrent('what a thousand owned objects were for is gone, and so are they', async () => {
  const namespace = await newNamespace('owned');
  const maps = client.resource(resources.configMaps);
  const owner = await maps.create({ metadata: { name: 'owner', namespace } });
  const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner.metadata?.uid ?? '' }];
  await times(1_000, (index) => maps.create({ metadata: { name: `owned-${index}`, namespace, ownerReferences } }));
  await maps.create({ metadata: { name: 'free', namespace } });
  await maps.delete('owner', { namespace, propagationPolicy: 'Background' });
  const left = async (): Promise<number> => (await maps.list({ namespace })).items.length;
  // Deaths at its first steps, and then one life for the crowd.
  for (const writes of [0, 1, 2, 3, 5]) {
    const running = await startControllers(client, ['garbage-collector-controller'], writes);
    await running.died;
    await running.stop();
  }
  const running = await startControllers(client, ['garbage-collector-controller']);
  await eventually('only who had no owner', async () => (await left()) === 1, 120);
  expect((await maps.list({ namespace })).items[0]?.metadata?.name).toBe('free');
  await running.stop();
}, timeoutMs);

test.concurrent('each pod has one claim by its template', async () => {
  const namespace = await newNamespace('claimed');
  await client.resource(resources.resourceClaimTemplates).create({ metadata: { name: 't', namespace }, spec: { spec: { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'c' } }] } } } });
  const resourceClaims = [{ name: 'device', resourceClaimTemplateName: 't' }];
  const pods = client.resource(resources.pods);
  await times(40, (index) => pods.create({ metadata: { name: `p-${index}`, namespace }, spec: { resourceClaims, containers: [{ name: 'c', image: 'i' }] } }));
  const claims = async (): Promise<ResourceV1ResourceClaim[]> => (await client.resource(resources.resourceClaims).list({ namespace })).items;
  const isKnown = async (): Promise<boolean> => {
    const made = new Map((await claims()).map((claim) => [claim.metadata?.name, controllerOf(claim)?.uid]));
    const { items } = await pods.list({ namespace });
    return made.size === items.length && items.every(({ metadata, status }: Pod) => made.get(status?.resourceClaimStatuses?.[0]?.resourceClaimName) === metadata?.uid);
  };
  await liveAndDie(client, ['resourceclaim-controller'], isKnown);
  // Pods end and go in the middle of a life: their claims go too, the others stay.
  const running = await startControllers(client, ['resourceclaim-controller']);
  await times(20, (index) => pods.delete(`p-${index}`, { namespace, gracePeriodSeconds: 0 }));
  await eventually('twenty claims', async () => (await claims()).length === 20 && (await isKnown()));
  await running.stop();
}, timeoutMs);

test.concurrent('autoscalers bring their targets within bounds', async () => {
  const namespace = await newNamespace('scaled');
  const sets = client.resource(resources.replicaSets);
  const names = Array.from({ length: 10 }, (_, i) => `set-${i}`);
  for (const name of names) {
    await sets.create({ metadata: { name, namespace }, spec: { replicas: 1, selector: { matchLabels: { name } }, template: { metadata: { labels: { name } }, spec: { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '1' } } }] } } } });
    const metrics = [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }];
    await client.resource(resources.horizontalPodAutoscalers).create({ metadata: { name, namespace }, spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'ReplicaSet', name }, minReplicas: 3, maxReplicas: 5, metrics } });
  }
  const sizes = async (): Promise<(number | undefined)[]> => (await sets.list({ namespace })).items.map(({ spec }) => spec?.replicas);
  await liveAndDie(client, ['horizontal-pod-autoscaler-controller'], async () => (await sizes()).every((replicas) => replicas === 3));
  const running = await startControllers(client, ['horizontal-pod-autoscaler-controller']);
  for (const name of names.slice(5)) await sets.patch(name, { spec: { replicas: 9 } }, { namespace, ...merge });
  await systemClock.sleep(20);
  await eventually('no more than five', async () => (await sizes()).every((replicas) => replicas === 3 || replicas === 5));
  await running.stop();
}, timeoutMs);
