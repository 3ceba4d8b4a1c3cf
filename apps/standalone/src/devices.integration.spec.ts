/** Dynamic resource allocation (KEP-4381) through apiserver, scheduler and controllers, on simulated nodes whose devices the test publishes. */
import { resources, type DeviceRequest, type Pod, type ResourceV1ResourceClaim } from '@typernetes/api';
import type { ApiClient } from '@typernetes/client';
import { findCondition, hasReason, isPodReady } from '@typernetes/machinery';
import { merge } from './testing/conformance-steps';
import { eventually, startTestCluster, type TestCluster } from './testing/test-cluster';

let cluster: TestCluster;
let client: ApiClient;

const driver = 'gpu.example.com';
const timeoutMs = 120_000;

beforeAll(async () => {
  cluster = await startTestCluster(2);
  client = cluster.client;
  await client.resource(resources.deviceClasses).create({ metadata: { name: 'gpu' }, spec: { selectors: [{ cel: { expression: `device.driver == "${driver}"` } }] } });
}, 60_000);
afterAll(() => cluster.stop(), 60_000);

/** Each test has a kind of devices of its own: `model` tells them apart. */
async function publish(model: string, devicesByNode: Record<string, number>): Promise<void> {
  for (const [nodeName, count] of Object.entries(devicesByNode)) {
    const devices = Array.from({ length: count }, (_, i) => ({ name: `gpu-${i}`, attributes: { model: { string: model } } }));
    await client.resource(resources.resourceSlices).create({ metadata: { name: `${model}-${nodeName}` }, spec: { driver, nodeName, pool: { name: `${model}-${nodeName}`, generation: 1, resourceSliceCount: 1 }, devices } });
  }
}

const request = (model: string, more: object = {}): DeviceRequest => ({ name: 'gpu', exactly: { deviceClassName: 'gpu', selectors: [{ cel: { expression: `device.attributes["${driver}"].model == "${model}"` } }], ...more } as DeviceRequest['exactly'] });
const newClaim = (namespace: string, name: string, model: string, more: object = {}): Promise<ResourceV1ResourceClaim> => client.resource(resources.resourceClaims).create({ metadata: { name, namespace }, spec: { devices: { requests: [request(model, more)] } } });
const newTemplate = (namespace: string, model: string): Promise<unknown> =>
  client.resource(resources.resourceClaimTemplates).create({ metadata: { name: 'one', namespace }, spec: { metadata: { labels: { from: 'template' } }, spec: { devices: { requests: [request(model)] } } } });
const newPod = (namespace: string, name: string, claim: { resourceClaimName?: string; resourceClaimTemplateName?: string }, annotations: Record<string, string> = {}): Promise<Pod> =>
  client.resource(resources.pods).create({
    metadata: { name, namespace, annotations },
    spec: { restartPolicy: 'Never', terminationGracePeriodSeconds: 0, resourceClaims: [{ name: 'gpu', ...claim }], containers: [{ name: 'c', image: 'app:1', resources: { claims: [{ name: 'gpu' }] } }] },
  });
const running = (namespace: string, name: string): Promise<Pod> =>
  eventually(`${name} runs`, async () => {
    const pod = await client.resource(resources.pods).get(name, { namespace });
    return isPodReady(pod) && pod;
  });
const refused = (namespace: string, name: string): Promise<string> =>
  eventually(`${name} has no node`, async () => {
    const condition = findCondition((await client.resource(resources.pods).get(name, { namespace })).status?.conditions, 'PodScheduled');
    return condition?.reason === 'Unschedulable' && condition.message;
  });
const claimsIn = async (namespace: string): Promise<ResourceV1ResourceClaim[]> => (await client.resource(resources.resourceClaims).list({ namespace })).items;
const gone = (namespace: string, name: string): Promise<boolean> => eventually(`${name} is gone`, () => client.resource(resources.resourceClaims).get(name, { namespace }).then(() => false, (error: unknown) => hasReason(error, 'NotFound')));

test.concurrent('a pod gets a claim by its template, devices by its node, and leaves nothing behind', async () => {
  const namespace = await cluster.newNamespace('dra-template');
  await publish('t1', { 'node-2': 1 });
  await newTemplate(namespace, 't1');
  await newPod(namespace, 'first', { resourceClaimTemplateName: 'one' });
  const pod = await running(namespace, 'first');
  expect(pod.spec?.nodeName).toBe('node-2');
  const [claim] = await claimsIn(namespace);
  expect(pod.status?.resourceClaimStatuses).toEqual([{ name: 'gpu', resourceClaimName: claim?.metadata?.name }]);
  expect(claim).toMatchObject({
    metadata: { labels: { from: 'template' }, annotations: { 'resource.kubernetes.io/pod-claim-name': 'gpu' }, finalizers: ['resource.kubernetes.io/delete-protection'], ownerReferences: [{ kind: 'Pod', name: 'first' }] },
    status: { allocation: { devices: { results: [{ request: 'gpu', driver, pool: 't1-node-2', device: 'gpu-0' }] } }, reservedFor: [{ resource: 'pods', name: 'first', uid: pod.metadata?.uid }] },
  });
  expect(claim?.metadata?.name).toMatch(/^first-gpu-[a-z0-9]{5}$/);
  expect(await cluster.kubectl('get', 'resourceclaims', '-n', namespace, '--no-headers')).toMatch(/allocated,reserved/);
  // The only device is taken: the next one waits for it.
  await newPod(namespace, 'second', { resourceClaimTemplateName: 'one' });
  expect(await refused(namespace, 'second')).toContain('2 cannot allocate all claims');
  await client.resource(resources.pods).delete('first', { namespace });
  await running(namespace, 'second');
  await gone(namespace, claim?.metadata?.name ?? '');
}, timeoutMs);

test.concurrent('pods share a claim, on the node of its device; without users it is free again', async () => {
  const namespace = await cluster.newNamespace('dra-shared');
  await publish('t2', { 'node-1': 1 });
  // The pod is there first: it waits, without a word, until its claim is.
  await newPod(namespace, 'a', { resourceClaimName: 'shared' });
  await newClaim(namespace, 'shared', 't2');
  await newPod(namespace, 'b', { resourceClaimName: 'shared' });
  expect((await Promise.all([running(namespace, 'a'), running(namespace, 'b')])).map(({ spec }) => spec?.nodeName)).toEqual(['node-1', 'node-1']);
  expect((await claimsIn(namespace))[0]?.status?.reservedFor?.map(({ name }) => name).sort()).toEqual(['a', 'b']);
  await client.resource(resources.resourceClaims).delete('shared', { namespace });
  for (const name of ['a', 'b']) {
    expect((await claimsIn(namespace))[0]?.status?.allocation).toBeDefined();
    await client.resource(resources.pods).delete(name, { namespace });
  }
  await gone(namespace, 'shared');
}, timeoutMs);

test.concurrent('a pod that ends gives its devices back', async () => {
  const namespace = await cluster.newNamespace('dra-ends');
  await publish('t3', { 'node-1': 1 });
  await newTemplate(namespace, 't3');
  const brief = { 'simulate.typernetes.io/run-for': '100ms' };
  for (const name of ['one', 'two', 'three']) await newPod(namespace, name, { resourceClaimTemplateName: 'one' }, brief);
  const ended = async (name: string): Promise<boolean> => (await client.resource(resources.pods).get(name, { namespace })).status?.phase === 'Succeeded';
  for (const name of ['one', 'two', 'three']) await eventually(`${name} has ended`, () => ended(name));
  await eventually('no claim', async () => (await claimsIn(namespace)).length === 0);
}, timeoutMs);

test.concurrent('many pods and few devices: none is given twice', async () => {
  const namespace = await cluster.newNamespace('dra-many');
  await publish('t4', { 'node-1': 10, 'node-2': 10 });
  await newTemplate(namespace, 't4');
  await Promise.all(Array.from({ length: 25 }, (_, i) => newPod(namespace, `p-${i}`, { resourceClaimTemplateName: 'one' })));
  await eventually('twenty run', async () => (await client.resource(resources.pods).list({ namespace })).items.filter(isPodReady).length === 20);
  const devices = (await claimsIn(namespace)).flatMap(({ status }) => status?.allocation?.devices?.results ?? []).map(({ pool, device }) => `${pool}/${device}`);
  expect([devices.length, new Set(devices).size]).toEqual([20, 20]);
}, timeoutMs);

test.concurrent('an idle allocation that no node of the pod can reach is given back', async () => {
  const namespace = await cluster.newNamespace('dra-moves');
  await publish('t5', { 'node-1': 1, 'node-2': 1 });
  const claim = await newClaim(namespace, 'moves', 't5');
  const results = [{ request: 'gpu', driver, pool: 't5-node-1', device: 'gpu-0' }];
  const nodeSelector = { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['node-1'] }] }] };
  await client.resource(resources.resourceClaims).updateStatus({ ...claim, status: { allocation: { devices: { results }, nodeSelector } } });
  await client.resource(resources.pods).create({
    metadata: { name: 'p', namespace },
    spec: { nodeSelector: { 'kubernetes.io/hostname': 'node-2' }, resourceClaims: [{ name: 'gpu', resourceClaimName: 'moves' }], containers: [{ name: 'c', image: 'app:1' }] },
  });
  expect((await running(namespace, 'p')).spec?.nodeName).toBe('node-2');
  expect((await claimsIn(namespace))[0]?.status?.allocation?.devices?.results?.[0]?.pool).toBe('t5-node-2');
}, timeoutMs);

test.concurrent('what makes no sense is said', async () => {
  const namespace = await cluster.newNamespace('dra-wrong');
  await expect(newClaim(namespace, 'bad', 'x"')).rejects.toThrow(/spec\.devices\.requests\[0\]\.exactly\.selectors\[0\]\.cel\.expression: Invalid value: .*compilation failed/);
  await newPod(namespace, 'p', { resourceClaimTemplateName: 'none' });
  await eventually('the event', async () => (await client.resource(resources.events).list({ namespace })).items.some(({ reason, message }) => reason === 'FailedResourceClaimCreation' && message === 'PodResourceClaim gpu: resource claim template "none": resourceclaimtemplate.resource.k8s.io "none" not found'));
  await client.resource(resources.resourceClaims).create({ metadata: { name: 'classless', namespace }, spec: { devices: { requests: [{ name: 'gpu', exactly: { deviceClassName: 'later' } as NonNullable<DeviceRequest['exactly']> }] } } });
  await newPod(namespace, 'q', { resourceClaimName: 'classless' });
  expect(await refused(namespace, 'q')).toContain('request gpu: device class later does not exist');
  // The class comes, and with it the devices.
  await publish('t6', { 'node-1': 1 });
  await client.resource(resources.deviceClasses).create({ metadata: { name: 'later' }, spec: { selectors: [{ cel: { expression: `device.driver == "${driver}" && device.attributes["${driver}"].model == "t6"` } }] } });
  await running(namespace, 'q');
  await client.resource(resources.pods).patch('q', { metadata: { labels: { a: 'b' } } }, { namespace, ...merge });
}, timeoutMs);
