import { startTestApi, type HttpAnswer, type TestApi } from './testing/start-test-api';

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
}, 60_000);
afterAll(() => api.stop());

const metadata = { name: 'x' };
const container = { name: 'c', image: 'i' };
const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [container] } };
const selector = { matchLabels: { a: 'b' } };
const jobTemplate = { spec: { template: { spec: { restartPolicy: 'Never', containers: [container] } } } };
const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'x' };
const backend = { service: { name: 's', port: { number: 80 } } };

/** One object of each kind: the path of its collection, and what the object says beyond its name. */
const samples: readonly (readonly [string, object])[] = [
  ['apis/apps/v1/namespaces/default/deployments', { spec: { replicas: 2, selector, template } }],
  ['apis/apps/v1/namespaces/default/replicasets', { spec: { selector, template } }],
  ['apis/apps/v1/namespaces/default/daemonsets', { spec: { selector, template } }],
  ['apis/apps/v1/namespaces/default/statefulsets', { spec: { selector, serviceName: 's', template, volumeClaimTemplates: [{ metadata: { name: 'd' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } }] } }],
  ['apis/apps/v1/namespaces/default/controllerrevisions', { revision: 1, data: { a: 'b' } }],
  ['apis/batch/v1/namespaces/default/jobs', { spec: jobTemplate.spec }],
  ['apis/batch/v1/namespaces/default/cronjobs', { spec: { schedule: '@daily', jobTemplate } }],
  ['apis/policy/v1/namespaces/default/poddisruptionbudgets', { spec: { minAvailable: 1, selector } }],
  ['apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers', { spec: { scaleTargetRef, maxReplicas: 3 } }],
  ['apis/networking.k8s.io/v1/namespaces/default/ingresses', { spec: { defaultBackend: backend } }],
  ['apis/networking.k8s.io/v1/ingressclasses', { spec: { controller: 'a.b/c' } }],
  ['apis/networking.k8s.io/v1/namespaces/default/networkpolicies', { spec: { podSelector: {} } }],
  ['apis/networking.k8s.io/v1/servicecidrs', { spec: { cidrs: ['10.97.0.0/16'] } }],
  ['apis/storage.k8s.io/v1/storageclasses', { provisioner: 'a/b' }],
  ['apis/storage.k8s.io/v1/volumeattributesclasses', { driverName: 'a', parameters: { a: 'b' } }],
  ['apis/storage.k8s.io/v1/csidrivers', { spec: {} }],
  ['apis/storage.k8s.io/v1/csinodes', { spec: { drivers: [] } }],
  ['apis/storage.k8s.io/v1/namespaces/default/csistoragecapacities', { storageClassName: 'a', capacity: '1Gi' }],
  ['apis/storage.k8s.io/v1/volumeattachments', { spec: { attacher: 'a', nodeName: 'n', source: { persistentVolumeName: 'v' } } }],
  ['apis/scheduling.k8s.io/v1/priorityclasses', { value: 5 }],
  ['apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations', { spec: { type: 'Limited', limited: { limitResponse: { type: 'Reject' } } } }],
  ['apis/resource.k8s.io/v1/deviceclasses', { spec: { selectors: [{ cel: { expression: 'true' } }] } }],
  ['apis/resource.k8s.io/v1/namespaces/default/resourceclaims', { spec: { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'x' } }] } } }],
  ['apis/resource.k8s.io/v1/namespaces/default/resourceclaimtemplates', { spec: { spec: { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'x' } }] } } } }],
  ['apis/resource.k8s.io/v1/resourceslices', { spec: { driver: 'd.example.com', nodeName: 'n', pool: { name: 'n', generation: 1, resourceSliceCount: 1 }, devices: [{ name: 'a' }] } }],
  ['apis/node.k8s.io/v1/runtimeclasses', { handler: 'h' }],
  ['apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicies', { spec: { matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['things'] }] }, mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression: '[JSONPatch{op: "test", path: "/kind", value: "Thing"}]' } }], reinvocationPolicy: 'Never' } }],
  ['apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicybindings', { spec: { policyName: 'x' } }],
  ['api/v1/persistentvolumes', { spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, hostPath: { path: '/a' } } }],
  ['api/v1/namespaces/default/persistentvolumeclaims', { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } }],
  ['api/v1/namespaces/default/limitranges', { spec: { limits: [{ type: 'Container', max: { cpu: '1' } }] } }],
  ['api/v1/namespaces/default/resourcequotas', { spec: { hard: { pods: '9' } } }],
  ['api/v1/namespaces/default/podtemplates', { template }],
];

/** kubectl 1.32 describes these by their beta versions, which are off. */
const describedInBeta: readonly string[] = ['servicecidrs', 'volumeattributesclasses'];

describe.each(samples)('%s', (path, body) => {
  const resource = path.split('/').at(-1) ?? '';

  it('is created, read, replaced without change, and shown by kubectl', async () => {
    const { code, text, json } = await api.call('POST', `/${path}`, { body: { metadata, ...body } });
    expect([code, code === 201 ? '' : text]).toEqual([201, '']);
    const read = await api.call('GET', `/${path}/x`);
    expect(read.json).toEqual(json);
    const replaced = await api.call('PUT', `/${path}/x`, { body: read.json });
    expect([replaced.code, replaced.json]).toEqual([200, json]);
    const shown = await api.kubectl(['get', resource, 'x', '-o', 'wide']);
    expect([shown.code, shown.stderr]).toEqual([0, '']);
    if (!describedInBeta.includes(resource)) {
      const described = await api.kubectl(['describe', resource, 'x']);
      expect([described.code, described.stderr]).toEqual([0, '']);
    }
    const explained = await api.kubectl(['explain', resource, '--recursive']);
    expect(explained.code).toBe(0);
  });
});

it('a deployment is scaled', async () => {
  expect((await api.kubectl(['scale', 'deployment/x', '--replicas=5'])).stdout).toBe('deployment.apps/x scaled\n');
  const scale = (await api.call('GET', '/apis/apps/v1/namespaces/default/deployments/x/scale')).json;
  expect(scale).toMatchObject({ kind: 'Scale', spec: { replicas: 5 }, status: { replicas: 0, selector: 'a=b' } });
  expect((await api.call('GET', '/apis/apps/v1/namespaces/default/deployments/x')).json.metadata?.generation).toBe(2);
});

it('an autoscaler is shown in both forms', async () => {
  const older = (await api.call('GET', '/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers/x')).json;
  expect(older).toMatchObject({ apiVersion: 'autoscaling/v1', spec: { targetCPUUtilizationPercentage: 80 } });
  const replaced = await api.call('PUT', '/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers/x', { body: { ...older, spec: { scaleTargetRef, maxReplicas: 3, targetCPUUtilizationPercentage: 50 } } });
  expect(replaced.code).toBe(200);
  expect((await api.call('GET', '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers/x')).json).toMatchObject({ spec: { metrics: [{ resource: { target: { averageUtilization: 50 } } }] } });
});

it('pods have the priority of their class', async () => {
  const body = { metadata: { name: 'ranked' }, spec: { priorityClassName: 'x', containers: [container] } };
  expect((await api.call('POST', '/api/v1/namespaces/default/pods', { body })).json).toMatchObject({ spec: { priority: 5, preemptionPolicy: 'PreemptLowerPriority' } });
  expect((await api.call('GET', '/apis/scheduling.k8s.io/v1/priorityclasses/system-node-critical')).json).toMatchObject({ value: 2_000_001_000 });
});

it('a budget refuses evictions, and counts those that it allows', async () => {
  const budgets = '/apis/policy/v1/namespaces/default/poddisruptionbudgets/x';
  const pods = '/api/v1/namespaces/default/pods';
  await api.call('POST', pods, { body: { metadata: { name: 'guarded', labels: { a: 'b' } }, spec: { nodeName: 'n', containers: [container] } } });
  const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
  const patch = (path: string, body: object): Promise<HttpAnswer> => api.call('PATCH', path, { body: { ...body }, headers: { 'content-type': 'application/merge-patch+json' } });
  await patch(`${pods}/guarded/status`, { status });
  const evict = (): Promise<HttpAnswer> => api.call('POST', `${pods}/guarded/eviction`, { body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'guarded' } } });
  expect((await evict()).code).toBe(429);
  await patch(`${budgets}/status`, { status: { observedGeneration: 1, disruptionsAllowed: 1, currentHealthy: 2, desiredHealthy: 1, expectedPods: 2 } });
  expect((await evict()).code).toBe(201);
  expect((await api.call('GET', budgets)).json).toMatchObject({ status: { disruptionsAllowed: 0, disruptedPods: { guarded: expect.any(String) } } });
});
