import { openWatch } from './testing/open-watch';
import { startTestApi, type HttpAnswer, type TestApi } from './testing/start-test-api';

// For loaded machines.
jest.setTimeout(60_000);

/**
 * The life of an object of each kind, as the conformance tests walk through it: discovery, create, get, list everywhere
 * by label, patch, update, watch, delete by collection. One row is one kind.
 */
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
}, 60_000);
afterAll(() => api.stop());

type Json = Record<string, unknown>;

interface Life {
  /** Empty: core. */
  readonly group: string;
  readonly resource: string;
  readonly isGlobal?: boolean;
  readonly body: Json;
  /** Merge patch, and what must then be seen. */
  readonly patch: Json;
  readonly patched?: Json;
  /** A field that an update changes. */
  readonly updated: Json;
  /** For kinds with a status of their own: what a patch of it sets, and then an update. */
  readonly status?: readonly [patched: Json, updated: Json];
}

const podSpec = { containers: [{ name: 'c', image: 'nginx' }] };
const eventTime = '2026-01-01T00:00:00.000000Z';
const lastTransitionTime = '2026-01-01T00:00:00Z';
const condition = (type: string): Json => ({ type, status: 'True', reason: 'E2E', message: 'Set from e2e test', lastTransitionTime });
const jobSpec = { suspend: true, template: { spec: { ...podSpec, restartPolicy: 'Never' } } };
const deviceRequests = { requests: [{ name: 'one', exactly: { deviceClassName: 'example' } }] };
const annotated = (value: string): Json => ({ metadata: { annotations: { changed: value } } });

const lives: readonly [string, Life][] = [
  ['ConfigMap', { group: '', resource: 'configmaps', body: { data: { a: '1' } }, patch: { data: { a: '2' } }, updated: { data: { a: '3' } } }],
  ['Secret', { group: '', resource: 'secrets', body: { data: { a: 'MQ==' }, type: 'Opaque' }, patch: { data: { a: 'Mg==' } }, updated: { data: { a: 'Mw==' } } }],
  ['Service', { group: '', resource: 'services', body: { spec: { ports: [{ port: 80 }], selector: { a: 'b' } } }, patch: { spec: { sessionAffinity: 'ClientIP' } }, updated: { spec: { publishNotReadyAddresses: true } } }],
  [
    'Endpoints',
    {
      group: '',
      resource: 'endpoints',
      body: { subsets: [{ addresses: [{ ip: '10.244.0.1' }], ports: [{ port: 80 }] }] },
      patch: { subsets: [{ addresses: [{ ip: '10.244.0.2' }], ports: [{ port: 8080 }] }] },
      updated: { subsets: [{ addresses: [{ ip: '10.244.0.3' }], ports: [{ port: 8080 }] }] },
    },
  ],
  ['ServiceAccount', { group: '', resource: 'serviceaccounts', body: {}, patch: { automountServiceAccountToken: false }, updated: { automountServiceAccountToken: true } }],
  [
    'ReplicationController',
    {
      group: '',
      resource: 'replicationcontrollers',
      body: { spec: { replicas: 1, selector: { a: 'b' }, template: { metadata: { labels: { a: 'b' } }, spec: podSpec } } },
      patch: { spec: { replicas: 2 } },
      updated: { spec: { replicas: 3 } },
    },
  ],
  ['Pod', { group: '', resource: 'pods', body: { spec: podSpec }, patch: { metadata: { annotations: { a: 'b' } } }, updated: { spec: { activeDeadlineSeconds: 60 } } }],
  ['PodTemplate', { group: '', resource: 'podtemplates', body: { template: { spec: podSpec } }, patch: { template: { metadata: { labels: { a: 'b' } } } }, updated: { metadata: { annotations: { updated: 'true' } } } }],
  ['RuntimeClass', { group: 'node.k8s.io/v1', resource: 'runtimeclasses', isGlobal: true, body: { handler: 'docker' }, patch: { metadata: { annotations: { patched: 'true' } } }, updated: { overhead: { podFixed: { cpu: '10m' } } } }],
  ['VolumeAttributesClass', { group: 'storage.k8s.io/v1', resource: 'volumeattributesclasses', isGlobal: true, body: { driverName: 'csi.example.com', parameters: { a: 'b' } }, patch: { metadata: { annotations: { a: '1' } } }, updated: { metadata: { annotations: { a: '2' } } } }],
  ['Node', { group: '', resource: 'nodes', isGlobal: true, body: {}, patch: { spec: { unschedulable: true } }, updated: { metadata: { annotations: { a: 'b' } } } }],
  [
    'Event',
    {
      group: '',
      resource: 'events',
      body: { involvedObject: { kind: 'Pod', namespace: 'default', name: 'a' }, reason: 'Test', message: 'one', type: 'Normal' },
      patch: { message: 'two' },
      updated: { series: { count: 100, lastObservedTime: eventTime } },
    },
  ],
  [
    'Event of events.k8s.io',
    {
      group: 'events.k8s.io/v1',
      resource: 'events',
      body: {
        eventTime,
        note: 'one',
        type: 'Normal',
        reason: 'Test',
        action: 'Do',
        reportingController: 'example.com/test',
        reportingInstance: 'test-1',
        regarding: { kind: 'Pod', namespace: 'default', name: 'a' },
      },
      patch: { series: { count: 2, lastObservedTime: eventTime } },
      updated: { series: { count: 100, lastObservedTime: eventTime } },
    },
  ],
  [
    'EndpointSlice',
    {
      group: 'discovery.k8s.io/v1',
      resource: 'endpointslices',
      body: { addressType: 'IPv4', endpoints: [{ addresses: ['10.244.0.1'] }], ports: [{ name: 'http', port: 80 }] },
      patch: { endpoints: [{ addresses: ['10.244.0.2'] }] },
      updated: { ports: [{ name: 'https', port: 443 }] },
    },
  ],
  ['Lease', { group: 'coordination.k8s.io/v1', resource: 'leases', body: { spec: { holderIdentity: 'a', leaseDurationSeconds: 30 } }, patch: { spec: { leaseDurationSeconds: 50 } }, updated: { spec: { holderIdentity: 'b' } } }],
  ['Role', { group: 'rbac.authorization.k8s.io/v1', resource: 'roles', body: { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] }, patch: { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }] }, updated: { rules: [] } }],
  [
    'Job',
    {
      group: 'batch/v1',
      resource: 'jobs',
      body: { spec: jobSpec },
      patch: annotated('patched'),
      updated: annotated('updated'),
      status: [{ conditions: [condition('StatusPatched')] }, { conditions: [condition('StatusUpdate')] }],
    },
  ],
  [
    'CronJob',
    {
      group: 'batch/v1',
      resource: 'cronjobs',
      body: { spec: { schedule: '*/5 * * * *', suspend: true, jobTemplate: { spec: jobSpec } } },
      patch: { spec: { concurrencyPolicy: 'Forbid' } },
      updated: { spec: { schedule: '*/7 * * * *' } },
      status: [{ lastScheduleTime: lastTransitionTime }, { lastScheduleTime: '2026-01-02T00:00:00Z' }],
    },
  ],
  [
    'PodDisruptionBudget',
    {
      group: 'policy/v1',
      resource: 'poddisruptionbudgets',
      body: { spec: { minAvailable: 1, selector: { matchLabels: { foo: 'bar' } } } },
      patch: { spec: { minAvailable: 2 } },
      updated: { spec: { minAvailable: 3 } },
      status: [
        { conditions: [condition('DisruptionAllowed')], currentHealthy: 1, desiredHealthy: 1, disruptionsAllowed: 0, expectedPods: 1 },
        { conditions: [condition('DisruptionAllowed')], currentHealthy: 2, desiredHealthy: 1, disruptionsAllowed: 1, expectedPods: 2 },
      ],
    },
  ],
  [
    'DeviceClass',
    {
      group: 'resource.k8s.io/v1',
      resource: 'deviceclasses',
      isGlobal: true,
      body: { spec: { selectors: [{ cel: { expression: 'device.driver == "example.com"' } }] } },
      patch: { spec: { selectors: [{ cel: { expression: 'device.driver == "other.example.com"' } }] } },
      updated: { spec: { selectors: [{ cel: { expression: 'true' } }] } },
    },
  ],
  [
    'ResourceClaim',
    {
      group: 'resource.k8s.io/v1',
      resource: 'resourceclaims',
      body: { spec: { devices: deviceRequests } },
      patch: annotated('patched'),
      updated: annotated('updated'),
      status: [
        { allocation: { devices: { results: [{ request: 'one', driver: 'example.com', pool: 'p', device: 'd' }] } } },
        { allocation: { devices: { results: [{ request: 'one', driver: 'example.com', pool: 'p', device: 'd' }] } }, reservedFor: [{ resource: 'pods', name: 'x', uid: '1' }] },
      ],
    },
  ],
  ['ResourceClaimTemplate', { group: 'resource.k8s.io/v1', resource: 'resourceclaimtemplates', body: { spec: { spec: { devices: deviceRequests } } }, patch: annotated('patched'), updated: annotated('updated') }],
  [
    'ResourceSlice',
    {
      group: 'resource.k8s.io/v1',
      resource: 'resourceslices',
      isGlobal: true,
      body: { spec: { driver: 'example.com', pool: { name: 'p', generation: 1, resourceSliceCount: 1 }, allNodes: true, devices: [{ name: 'd1' }] } },
      patch: { spec: { pool: { generation: 2 } } },
      updated: { spec: { devices: [{ name: 'd1' }, { name: 'd2' }] } },
    },
  ],
];

const merged = (target: Json, change: Json): Json => {
  const result = { ...target };
  for (const [key, value] of Object.entries(change)) {
    const before = result[key];
    const isBoth = typeof value === 'object' && value !== null && !Array.isArray(value) && typeof before === 'object' && before !== null && !Array.isArray(before);
    result[key] = isBoth ? merged(before as Json, value as Json) : value;
  }
  return result;
};

/** The status of an object is read, patched and updated through its own path alone. */
async function statusIsTaken(place: string, [patched, updated]: readonly [Json, Json]): Promise<void> {
  const before = await api.call('GET', `${place}/status`);
  expect([before.code, before.json.metadata.name]).toEqual([200, place.split('/').at(-1)]);
  const headers = { 'content-type': 'application/merge-patch+json' };
  const patch = await api.call('PATCH', `${place}/status`, { body: { metadata: { annotations: { patchedstatus: 'true' } }, status: patched }, headers });
  expect([patch.code, patch.code === 200 ? '' : patch.text]).toEqual([200, '']);
  expect(patch.json).toMatchObject({ metadata: { annotations: { patchedstatus: 'true' } }, status: patched });
  const update = await api.call('PUT', `${place}/status`, { body: { ...patch.json, status: updated } });
  expect([update.code, update.code === 200 ? '' : update.text]).toEqual([200, '']);
  await api.call('PATCH', place, { body: { status: patched }, headers });
  const { json } = await api.call('GET', `${place}/status`);
  expect(json).toMatchObject({ metadata: { annotations: { patchedstatus: 'true' } }, status: updated });
}

describe.each(lives)('%s', (name, { group, resource, isGlobal = false, body, patch, updated, status }) => {
  const root = group ? `/apis/${group}` : '/api/v1';
  const own = isGlobal ? `${root}/${resource}` : `${root}/namespaces/default/${resource}`;
  const label = `life=${encodeURIComponent(name.replace(/\W+/g, '-'))}`;
  const labels = { life: name.replace(/\W+/g, '-') };
  const id = `life-${name.toLowerCase().replace(/\W+/g, '-')}`;
  const at = (suffix = ''): string => `${own}/${id}${suffix}`;
  const withMerge = { headers: { 'content-type': 'application/merge-patch+json' } };

  it('is in the discovery of its group', async () => {
    const { json } = await api.call('GET', root);
    expect((json as unknown as { resources: { name: string; verbs: string[] }[] }).resources.find((it) => it.name === resource)?.verbs).toEqual([
      'create',
      'delete',
      'deletecollection',
      'get',
      'list',
      'patch',
      'update',
      'watch',
    ]);
  });

  it('lives', async () => {
    const { json: before } = await api.call('GET', own);
    const watch = await openWatch(api, `${own}?watch=true&resourceVersion=${before.metadata.resourceVersion}&labelSelector=${label}`);
    const created = await api.call('POST', own, { body: { ...body, metadata: { name: id, labels } } });
    expect([created.code, created.code === 201 ? '' : created.text]).toEqual([201, '']);
    expect((await api.call('GET', at())).json).toEqual(created.json);
    const everywhere = await api.call('GET', `${root}/${resource}?labelSelector=${label}`);
    expect(everywhere.json.items.map(({ metadata }) => metadata?.name)).toEqual([id]);

    const patched = await api.call('PATCH', at(), { body: merged({ metadata: { labels: { patched: 'yes' } } }, patch), ...withMerge });
    expect([patched.code, patched.code === 200 ? '' : patched.text]).toEqual([200, '']);
    expect(patched.json).toMatchObject(merged({ metadata: { labels: { ...labels, patched: 'yes' } } }, patch));

    const { json: current } = await api.call('GET', at());
    const update = await api.call('PUT', at(), { body: merged(current, merged({ metadata: { labels: { updated: 'yes' } } }, updated)) });
    expect([update.code, update.code === 200 ? '' : update.text]).toEqual([200, '']);
    expect(update.json).toMatchObject(merged({ metadata: { labels: { updated: 'yes' } } }, updated));
    expect((await api.call('PUT', at(), { body: merged(current, { metadata: { labels: { updated: 'again' } } }) })).json).toMatchObject({ code: 409, reason: 'Conflict' });

    if (status) await statusIsTaken(at(), status);
    const dry = await api.call('DELETE', `${own}?labelSelector=${label}&dryRun=All`);
    expect([dry.code, dry.json.items.length]).toEqual([200, 1]);
    const deleted = await api.call('DELETE', `${own}?labelSelector=${label}&propagationPolicy=Background`);
    expect([deleted.code, deleted.json.items.map(({ metadata }) => metadata?.name)]).toEqual([200, [id]]);
    expect((await api.call('GET', `${root}/${resource}?labelSelector=${label}`)).json.items).toEqual([]);
    expect((await api.call('GET', at())).json).toMatchObject({ code: 404, reason: 'NotFound' });

    const changes = ['MODIFIED', 'MODIFIED', ...(status ? ['MODIFIED', 'MODIFIED'] : [])];
    const events = await watch.take(changes.length + 2);
    expect(events.map(({ type }) => type)).toEqual(['ADDED', ...changes, 'DELETED']);
    const versions = events.map(({ object }) => Number(object.metadata?.resourceVersion));
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
    watch.close();
  });
});

const call = (method: string, path: string, body?: object, type = 'application/json'): Promise<HttpAnswer> => api.call(method, path, { ...(body ? { body } : {}), headers: { 'content-type': type } });
const merge = 'application/merge-patch+json';

describe('deletecollection', () => {
  const path = '/api/v1/namespaces/default/configmaps';
  const makeThree = async (group: string): Promise<HttpAnswer[]> => Promise.all(['a', 'b', 'c'].map((it) => call('POST', path, { metadata: { name: `${group}-${it}`, labels: { group } } })));
  const left = async (group: string): Promise<(string | undefined)[]> => (await call('GET', `${path}?labelSelector=group%3D${group}`)).json.items.map(({ metadata }) => metadata?.name);

  it('takes as many as limit says, and the rest with continue', async () => {
    await makeThree('limited');
    const first = await call('DELETE', `${path}?labelSelector=group%3Dlimited&limit=2`);
    expect(first.json.items).toHaveLength(2);
    expect(await left('limited')).toEqual(['limited-c']);
  });

  it('takes by field', async () => {
    await makeThree('field');
    await call('DELETE', `${path}?fieldSelector=metadata.name%3Dfield-b`);
    expect(await left('field')).toEqual(['field-a', 'field-c']);
  });

  it('takes options from the body', async () => {
    await makeThree('body');
    await call('DELETE', `${path}?labelSelector=group%3Dbody`, { kind: 'DeleteOptions', apiVersion: 'v1', dryRun: ['All'] });
    expect(await left('body')).toHaveLength(3);
    const [one] = await makeThree('precondition');
    const refused = await call('DELETE', `${path}?labelSelector=group%3Dprecondition`, { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { uid: one?.json.metadata?.uid } });
    expect(refused.json).toMatchObject({ code: 409, reason: 'Conflict' });
    expect(await left('precondition')).toEqual(['precondition-b', 'precondition-c']);
  });

  it('leaves those with finalizers marked', async () => {
    await call('POST', path, { metadata: { name: 'final', labels: { group: 'final' }, finalizers: ['example.com/x'] } });
    await call('DELETE', `${path}?labelSelector=group%3Dfinal`);
    expect((await call('GET', `${path}/final`)).json.metadata).toMatchObject({ deletionTimestamp: expect.any(String), deletionGracePeriodSeconds: 0 });
  });
});

describe('namespaces', () => {
  const path = '/api/v1/namespaces';

  it('have a status of their own, and are Active', async () => {
    await call('POST', path, { metadata: { name: 'status' } });
    expect((await call('GET', `${path}/status/status`)).json).toMatchObject({ status: { phase: 'Active' } });
    const conditions = [{ type: 'StatusPatch', status: 'True', reason: 'E2E', message: 'Patched by an e2e test', lastTransitionTime: '2026-01-01T00:00:00Z' }];
    expect((await call('PATCH', `${path}/status/status`, { metadata: { annotations: { a: 'b' } }, status: { conditions } }, merge)).json).toMatchObject({ status: { phase: 'Active', conditions } });
    const { json } = await call('GET', `${path}/status`);
    const updated = await call('PUT', `${path}/status/status`, { ...json, status: { phase: 'Active', conditions: [{ ...conditions[0], type: 'StatusUpdate' }] } });
    expect(updated.json).toMatchObject({ status: { conditions: [{ type: 'StatusUpdate' }] } });
  });

  it('take finalizers through finalize alone, and wait for them', async () => {
    const { json } = await call('POST', path, { metadata: { name: 'finalizers' } });
    expect(json['spec']).toEqual({ finalizers: ['kubernetes'] });
    const set = (finalizers: string[]): Promise<HttpAnswer> => call('PUT', `${path}/finalizers/finalize`, { metadata: { name: 'finalizers' }, spec: { finalizers } });
    expect((await set(['kubernetes', 'e2e.example.com/fake'])).json['spec']).toEqual({ finalizers: ['kubernetes', 'e2e.example.com/fake'] });
    const plain = await call('PATCH', `${path}/finalizers`, { spec: { finalizers: [] } }, merge);
    expect(plain.json['spec']).toEqual({ finalizers: ['kubernetes', 'e2e.example.com/fake'] });
    expect((await call('DELETE', `${path}/finalizers`)).json).toMatchObject({ status: { phase: 'Terminating' } });
    const refused = await call('POST', `${path}/finalizers/configmaps`, { metadata: { name: 'late' } });
    expect(refused.json).toMatchObject({ code: 403, details: { causes: [{ reason: 'NamespaceTerminating' }] } });
    await set(['e2e.example.com/fake']);
    expect((await call('GET', `${path}/finalizers`)).code).toBe(200);
    await set([]);
    expect((await call('GET', `${path}/finalizers`)).code).toBe(404);
  });
});

describe('status of Services, scale and status of ReplicationControllers', () => {
  it('changes through its own path alone', async () => {
    const path = '/api/v1/namespaces/default/services';
    await call('POST', path, { metadata: { name: 'status' }, spec: { type: 'LoadBalancer', ports: [{ port: 80 }] } });
    const conditions = [{ type: 'StatusUpdate', status: 'True', reason: 'E2E', message: 'Set from e2e test', lastTransitionTime: '2026-01-01T00:00:00Z' }];
    expect((await call('PATCH', `${path}/status/status`, { status: { loadBalancer: { ingress: [{ ip: '203.0.113.1' }] } } }, merge)).json).toMatchObject({ status: { loadBalancer: { ingress: [{ ip: '203.0.113.1', ipMode: 'VIP' }] } } });
    const { json } = await call('GET', `${path}/status/status`);
    expect((await call('PUT', `${path}/status/status`, { ...json, status: { ...(json['status'] as object), conditions } })).json).toMatchObject({ status: { conditions } });
    expect((await call('PATCH', `${path}/status`, { status: { loadBalancer: { ingress: [] } } }, merge)).json).toMatchObject({ status: { loadBalancer: { ingress: [{ ip: '203.0.113.1' }] }, conditions } });
  });

  it('of ReplicationControllers', async () => {
    const path = '/api/v1/namespaces/default/replicationcontrollers';
    await call('POST', path, { metadata: { name: 'rc' }, spec: { replicas: 1, selector: { a: 'b' }, template: { metadata: { labels: { a: 'b' } }, spec: podSpec } } });
    expect((await call('PATCH', `${path}/rc/status`, { spec: { replicas: 9 }, status: { replicas: 1, readyReplicas: 1, availableReplicas: 1 } }, merge)).json).toMatchObject({ spec: { replicas: 1 }, status: { readyReplicas: 1 } });
    expect((await call('PATCH', `${path}/rc/scale`, { spec: { replicas: 2 } }, merge)).json).toMatchObject({ kind: 'Scale', spec: { replicas: 2 }, status: { replicas: 1, selector: 'a=b' } });
    expect((await call('GET', `${path}/rc`)).json).toMatchObject({ spec: { replicas: 2 }, status: { replicas: 1 }, metadata: { generation: 2 } });
  });
});

describe('reviews', () => {
  it('a ServiceAccount’s review says what the account then may', async () => {
    await call('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'reviewed' } });
    const user = 'system:serviceaccount:default:reviewed';
    const attributes = { namespace: 'default', verb: 'list', resource: 'configmaps', version: 'v1' };
    const impersonate = { headers: { 'impersonate-user': user, 'impersonate-group': 'system:serviceaccounts' } };
    const review = async (): Promise<unknown[]> => {
      const wide = await call('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', { spec: { user, resourceAttributes: attributes } });
      const local = await call('POST', '/apis/authorization.k8s.io/v1/namespaces/default/localsubjectaccessreviews', { metadata: { namespace: 'default' }, spec: { user, resourceAttributes: attributes } });
      const real = await api.call('GET', '/api/v1/namespaces/default/configmaps', impersonate);
      return [wide.code, (wide.json['status'] as Json)['allowed'], local.code, (local.json['status'] as Json)['allowed'], real.code];
    };
    expect(await review()).toEqual([201, false, 201, false, 403]);
    const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/default';
    await call('POST', `${rbac}/roles`, { metadata: { name: 'reviewed' }, rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list'] }] });
    await call('POST', `${rbac}/rolebindings`, {
      metadata: { name: 'reviewed' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reviewed' },
      subjects: [{ kind: 'ServiceAccount', name: 'reviewed', namespace: 'default' }],
    });
    const deadline = Date.now() + 20_000;
    while ((await review())[4] === 403 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await review()).toEqual([201, true, 201, true, 200]);
  }, 30_000);

  it('a token that was just made is authenticated', async () => {
    const { json } = await call('POST', '/api/v1/namespaces/default/serviceaccounts/default/token', { spec: {} });
    const { token } = json['status'] as { token: string };
    expect(token).not.toBe('');
    const review = await call('POST', '/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token } });
    expect(review.json['status']).toMatchObject({ authenticated: true, user: { username: 'system:serviceaccount:default:default' } });
  });
});

it('the kubernetes Service is there, in every list of all namespaces, with its endpoints', async () => {
  const { json } = await call('GET', '/api/v1/services');
  expect(json.items.some(({ metadata }) => metadata?.name === 'kubernetes' && metadata.namespace === 'default')).toBe(true);
  expect((await call('GET', '/api/v1/namespaces/default/endpoints/kubernetes')).json).toMatchObject({ subsets: [{ ports: [{ name: 'https' }] }] });
  expect((await call('GET', '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=kubernetes.io/service-name%3Dkubernetes')).json.items).toHaveLength(1);
});

it.each([
  ['a review', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', { spec: { resourceAttributes: { namespace: 'default', resource: 'pods', verb: 'list' } } }],
])('%s cannot be shown as a table: 406', async (_name, path, body) => {
  const answer = await api.call('POST', path, { body, headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' } });
  expect(answer.json).toMatchObject({ code: 406, reason: 'NotAcceptable' });
});
