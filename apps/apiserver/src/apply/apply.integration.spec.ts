import { resources } from '@typernetes/api';
import type { KubernetesObject, ManagedFieldsEntry } from '@typernetes/machinery';
import { startTestApi, type HttpAnswer, type TestApi } from '../testing/start-test-api';

let api: TestApi;
const configMaps = '/api/v1/namespaces/default/configmaps';
const pods = '/api/v1/namespaces/default/pods';

beforeAll(async () => {
  api = await startTestApi();
  await api.call('POST', '/api/v1/namespaces', { body: { metadata: { name: 'default' } } });
}, 60_000);
afterAll(() => api.stop());

interface Options {
  readonly manager?: string;
  readonly query?: string;
}

const applyTo = (path: string, body: unknown, { manager = 'm', query = '' }: Options = {}): Promise<HttpAnswer> =>
  api.call('PATCH', `${path}?${manager ? `fieldManager=${manager}` : ''}${query}`, { body, headers: { 'content-type': 'application/apply-patch+yaml' } });

const configMap = (name: string, data: Record<string, string>, metadata: object = {}): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, data });
const pod = (name: string, spec: object = { containers: [{ name: 'c', image: 'i' }] }): object => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec });

const ownersOf = ({ json }: HttpAnswer): ManagedFieldsEntry[] => (json as KubernetesObject).metadata?.managedFields ?? [];
const named = (answer: HttpAnswer): (string | undefined)[][] => ownersOf(answer).map(({ manager, operation, subresource }) => [manager, operation, ...(subresource ? [subresource] : [])]);
const versionOf = (answer: HttpAnswer): string | undefined => answer.json.metadata?.resourceVersion;

describe('apply', () => {
  it('creates, then changes nothing', async () => {
    const first = await applyTo(`${configMaps}/first`, configMap('first', { a: 'b' }));
    expect([first.code, ownersOf(first)]).toEqual([
      201,
      [{ manager: 'm', operation: 'Apply', apiVersion: 'v1', time: expect.any(String), fieldsType: 'FieldsV1', fieldsV1: { 'f:data': { 'f:a': {} } } }],
    ]);
    const second = await applyTo(`${configMaps}/first`, configMap('first', { a: 'b' }));
    expect([second.code, second.json]).toEqual([200, first.json]);
  });

  it('reads YAML', async () => {
    const answer = await applyTo(`${configMaps}/yaml`, 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: yaml\ndata:\n  a: "1"\n');
    expect(answer.code).toBe(201);
  });

  it('removes what the manager drops, keeps what others set', async () => {
    await applyTo(`${configMaps}/drop`, configMap('drop', { a: '1', b: '1' }));
    await api.call('PATCH', `${configMaps}/drop`, { body: { data: { c: '1' } }, headers: { 'content-type': 'application/merge-patch+json', 'user-agent': 'curl/8' } });
    const answer = await applyTo(`${configMaps}/drop`, configMap('drop', { b: '1' }));
    expect((answer.json as { data?: unknown }).data).toEqual({ b: '1', c: '1' });
    expect(named(answer)).toEqual([
      ['m', 'Apply'],
      ['curl', 'Update'],
    ]);
  });

  it('answers a conflict with its causes, unless forced', async () => {
    await applyTo(`${configMaps}/conflict`, configMap('conflict', { a: '1', b: '1' }), { manager: 'x' });
    const refused = await applyTo(`${configMaps}/conflict`, configMap('conflict', { a: '2', b: '2' }), { manager: 'y' });
    expect(refused.json).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'Apply failed with 2 conflicts: conflicts with "x":\n- .data.a\n- .data.b',
      reason: 'Conflict',
      details: {
        causes: [
          { reason: 'FieldManagerConflict', message: 'conflict with "x"', field: '.data.a' },
          { reason: 'FieldManagerConflict', message: 'conflict with "x"', field: '.data.b' },
        ],
      },
      code: 409,
    });
    const forced = await applyTo(`${configMaps}/conflict`, configMap('conflict', { a: '2', b: '2' }), { manager: 'y', query: '&force=true' });
    expect(named(forced)).toEqual([['y', 'Apply']]);
  });

  it('does not write in a dry run', async () => {
    const dry = await applyTo(`${configMaps}/dry`, configMap('dry', { a: '1' }), { query: '&dryRun=All' });
    expect([dry.code, named(dry)]).toEqual([201, [['m', 'Apply']]]);
    expect((await api.call('GET', `${configMaps}/dry`)).code).toBe(404);
  });

  it('sets defaults that nobody owns', async () => {
    const answer = await applyTo(`${pods}/defaulted`, pod('defaulted'));
    expect(ownersOf(answer)[0]?.fieldsV1).toEqual({ 'f:spec': { 'f:containers': { 'k:{"name":"c"}': { '.': {}, 'f:image': {}, 'f:name': {} } } } });
    expect(named(answer)).toEqual([['m', 'Apply']]);
  });

  it('serves status', async () => {
    await applyTo(`${pods}/status`, pod('status'));
    const condition = { type: 'Ready', status: 'True' };
    const answer = await applyTo(`${pods}/status/status`, { ...pod('status'), status: { conditions: [condition] } }, { manager: 'k' });
    // Within one second the order is that of the names.
    expect(named(answer)).toHaveLength(2);
    expect(named(answer)).toEqual(expect.arrayContaining([['m', 'Apply'], ['k', 'Apply', 'status']]));
    expect(ownersOf(answer).find(({ subresource }) => subresource)?.fieldsV1).toEqual({ 'f:status': { 'f:conditions': { 'k:{"type":"Ready"}': { '.': {}, 'f:status': {}, 'f:type': {} } } } });
    expect((await applyTo(`${pods}/absent/status`, pod('absent'))).code).toBe(404);
  });

  it('serves scale', async () => {
    const path = '/api/v1/namespaces/default/replicationcontrollers';
    const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
    await applyTo(`${path}/scaled`, { apiVersion: 'v1', kind: 'ReplicationController', metadata: { name: 'scaled' }, spec: { template } });
    const scale = (replicas: unknown): object => ({ apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'scaled' }, spec: { replicas } });
    const answer = await applyTo(`${path}/scaled/scale`, scale(3), { manager: 'hpa' });
    expect([answer.code, (answer.json as { spec?: unknown }).spec]).toEqual([200, { replicas: 3 }]);
    const stored = await api.call('GET', `${path}/scaled`);
    expect(ownersOf(stored).find(({ manager }) => manager === 'hpa')).toMatchObject({ operation: 'Apply', apiVersion: 'v1', subresource: 'scale', fieldsV1: { 'f:spec': { 'f:replicas': {} } } });
    const refused = await applyTo(`${path}/scaled/scale`, scale(4), { manager: 'other' });
    expect((refused.json as { message?: string }).message).toBe('Apply failed with 1 conflict: conflict with "hpa" with subresource "scale": .spec.replicas');
    expect((await applyTo(`${path}/scaled/scale`, scale(-1), { manager: 'hpa' })).code).toBe(422);
  });

  it('changes an object that is being deleted', async () => {
    await applyTo(`${configMaps}/leaving`, configMap('leaving', { a: '1' }, { finalizers: ['a/b'] }));
    await api.call('DELETE', `${configMaps}/leaving`);
    const answer = await applyTo(`${configMaps}/leaving`, configMap('leaving', { a: '2' }, { finalizers: ['a/b'] }));
    expect([answer.code, answer.json.metadata && 'deletionTimestamp' in answer.json.metadata]).toEqual([200, true]);
    await applyTo(`${configMaps}/leaving`, configMap('leaving', { a: '2' }));
    expect((await api.call('GET', `${configMaps}/leaving`)).code).toBe(404);
  });

  it('minds identity and version', async () => {
    const uid = '00000000-0000-0000-0000-000000000000';
    const absent = await applyTo(`${configMaps}/identity`, configMap('identity', {}, { uid }));
    expect([absent.code, (absent.json as { message?: string }).message]).toEqual([
      409,
      `Operation cannot be fulfilled on configmaps "identity": uid mismatch: the provided object specified uid ${uid}, and no existing object was found`,
    ]);
    const created = await applyTo(`${configMaps}/identity`, configMap('identity', { a: '1' }, { resourceVersion: '1' }));
    expect(created.code).toBe(201);
    const stale = await applyTo(`${configMaps}/identity`, configMap('identity', { a: '2' }, { resourceVersion: '1' }));
    expect([stale.code, (stale.json as { message?: string }).message]).toEqual([409, expect.stringContaining('the object has been modified')]);
    const current = await applyTo(`${configMaps}/identity`, configMap('identity', { a: '2' }, { resourceVersion: versionOf(created) }));
    expect(current.code).toBe(200);
    const other = await applyTo(`${configMaps}/identity`, configMap('identity', { a: '2' }, { uid }));
    expect([other.code, (other.json as { message?: string }).message]).toEqual([422, expect.stringContaining('field is immutable')]);
  });

  const refusals: [name: string, body: unknown, options: Options, code: number, message: string][] = [
    ['without manager', configMap('bad', {}), { manager: '' }, 422, 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch'],
    ['a long manager', configMap('bad', {}), { manager: 'm'.repeat(129) }, 422, 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Too long: may not be more than 128 bytes'],
    ['an unprintable manager', configMap('bad', {}), { manager: '%01' }, 422, 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Invalid value: "\\u0001": should only contain printable characters'],
    ['managed fields', configMap('bad', {}, { managedFields: [] }), {}, 400, 'metadata.managedFields must be nil'],
    ['another kind', { ...configMap('bad', {}), kind: 'Secret' }, {}, 400, 'invalid object type: /v1, Kind=Secret'],
    ['another version', { ...configMap('bad', {}), apiVersion: 'apps/v2' }, {}, 400, 'invalid object type: apps/v2, Kind=ConfigMap'],
    ['names of kinds that are no text', { ...configMap('bad', {}), apiVersion: { a: 1 }, kind: 1 }, {}, 400, 'invalid object type: /, Kind='],
    ['another name', configMap('worse', {}), {}, 400, 'the name of the object (worse) does not match the name on the URL (bad)'],
    ['an unknown field', { ...configMap('bad', {}), foo: 1 }, {}, 500, 'failed to create typed patch object (default/bad; /v1, Kind=ConfigMap): .foo: field not declared in schema'],
    ['no map', '[]', {}, 400, 'error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {}'],
    [
      'a key twice, strictly',
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: bad\n  name: bad\n',
      { query: '&fieldValidation=Strict' },
      400,
      'error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  line 5: key "name" already set in map',
    ],
  ];
  it.each(refusals)('refuses %s', async (_, body, options, code, message) => {
    const answer = await applyTo(`${configMaps}/bad`, body, options);
    expect([answer.code, (answer.json as { message?: string }).message]).toEqual([code, message]);
  });

  it('refuses twins in a list by keys', async () => {
    const { json } = await applyTo(`${pods}/twins`, pod('twins', { containers: [{ name: 'c', image: 'i' }, { name: 'c', image: 'j' }] }));
    expect((json as { message?: string }).message).toBe('failed to create typed patch object (default/twins; /v1, Kind=Pod): .spec.containers: duplicate entries for key [name="c"]');
  });

  it('refuses force in other patches', async () => {
    const { json } = await api.call('PATCH', `${configMaps}/first?force=true`, { body: {}, headers: { 'content-type': 'application/merge-patch+json' } });
    expect((json as { message?: string }).message).toBe('PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch');
  });
});

describe('managed fields', () => {
  it('are upstream’s, byte by byte', async () => {
    const { text } = await api.call('POST', `${pods}?fieldManager=m`, {
      body: {
        metadata: { name: 'bytes', labels: { b: '1', a: '1' } },
        spec: { containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 443 }, { containerPort: 80 }], livenessProbe: { httpGet: { port: 80 } } }] },
      },
    });
    const probe = '"f:livenessProbe":{".":{},"f:failureThreshold":{},"f:httpGet":{".":{},"f:path":{},"f:port":{},"f:scheme":{}},"f:periodSeconds":{},"f:successThreshold":{},"f:timeoutSeconds":{}}';
    const port = (number: number): string => `"k:{\\"containerPort\\":${number},\\"protocol\\":\\"TCP\\"}":{".":{},"f:containerPort":{},"f:protocol":{}}`;
    const container = `"k:{\\"name\\":\\"c\\"}":{".":{},"f:image":{},"f:imagePullPolicy":{},${probe},"f:name":{},"f:ports":{".":{},${port(80)},${port(443)}},"f:resources":{},"f:terminationMessagePath":{},"f:terminationMessagePolicy":{}}`;
    const spec = `"f:containers":{${container}},"f:dnsPolicy":{},"f:enableServiceLinks":{},"f:restartPolicy":{},"f:schedulerName":{},"f:securityContext":{},"f:terminationGracePeriodSeconds":{}`;
    expect(text).toContain(`"fieldsV1":{"f:metadata":{"f:labels":{".":{},"f:a":{},"f:b":{}}},"f:spec":{${spec}}}`);
  });

  it('name the client by its User-Agent when it does not say more', async () => {
    const answer = await api.call('POST', configMaps, { body: configMap('agent', { a: 'b' }), headers: { 'user-agent': 'tool/1.0 (linux)' } });
    expect(named(answer)).toEqual([['tool', 'Update']]);
    expect(named(await api.call('POST', configMaps, { body: configMap('nobody', { a: 'b' }) }))).toEqual([['unknown', 'Update']]);
  });

  it('name components that share the process as their binaries are named', async () => {
    const users = ['system:apiserver', 'system:kube-scheduler', 'system:node:n1'];
    const made = users.map((name, i) => api.running.clientFor({ name, groups: ['system:masters'] }).resource(resources.configMaps).create({ metadata: { name: `by-${i}`, namespace: 'default' }, data: { a: 'b' } }));
    expect((await Promise.all(made)).map(({ metadata }) => metadata?.managedFields?.[0]?.manager)).toEqual(['kube-apiserver', 'kube-scheduler', 'kubelet']);
  });

  it('tell subresources apart', async () => {
    await api.call('POST', `${pods}?fieldManager=m`, { body: pod('parts') });
    const answer = await api.call('PATCH', `${pods}/parts/status?fieldManager=kubelet`, {
      body: { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } },
      headers: { 'content-type': 'application/strategic-merge-patch+json' },
    });
    expect(named(answer)).toEqual(expect.arrayContaining([['kubelet', 'Update', 'status']]));
    expect(ownersOf(answer).find(({ subresource }) => subresource)?.fieldsV1).toEqual({
      'f:status': { 'f:conditions': { '.': {}, 'k:{"type":"Ready"}': { '.': {}, 'f:status': {}, 'f:type': {} } }, 'f:phase': {} },
    });
  });

  it('do not change when nothing does', async () => {
    const created = await api.call('POST', `${configMaps}?fieldManager=m`, { body: configMap('still', { a: '1', b: '2' }) });
    const { data, metadata, ...rest } = created.json as KubernetesObject & { data?: object };
    const reordered = { data: { b: '2', a: '1' }, ...rest, metadata: Object.fromEntries(Object.entries(metadata ?? {}).reverse()) };
    expect(data).toBeDefined();
    expect((await api.call('PUT', `${configMaps}/still?fieldManager=other`, { body: reordered })).json).toEqual(created.json);
  });

  it('can be forgotten, and written', async () => {
    const created = await applyTo(`${configMaps}/forget`, configMap('forget', { a: '1' }));
    const patch = (managedFields: unknown): Promise<HttpAnswer> =>
      api.call('PATCH', `${configMaps}/forget`, { body: { metadata: { managedFields } }, headers: { 'content-type': 'application/merge-patch+json' } });
    expect(named(await patch(ownersOf(created).map((entry) => ({ ...entry, manager: 'renamed' }))))).toEqual([['renamed', 'Apply']]);
    expect(named(await patch([{}]))).toEqual([]);
    const again = await applyTo(`${configMaps}/forget`, configMap('forget', { a: '1' }));
    expect(named(again)).toEqual([
      ['m', 'Apply'],
      ['before-first-apply', 'Update'],
    ]);
  });

  it('of the two kinds of events are one object’s', async () => {
    const events = '/apis/events.k8s.io/v1/namespaces/default/events';
    const event = { metadata: { name: 'e' }, eventTime: '2026-01-01T00:00:00.000000Z', reportingController: 'a/b', reportingInstance: 'c', action: 'act', reason: 'Why', regarding: { kind: 'Pod', namespace: 'default', name: 'p' }, type: 'Normal', note: 'n' };
    const created = await api.call('POST', `${events}?fieldManager=new`, { body: event });
    expect(created.code).toBe(201);
    const answer = await api.call('PATCH', '/api/v1/namespaces/default/events/e?fieldManager=old', { body: { message: 'o' }, headers: { 'content-type': 'application/merge-patch+json' } });
    const fields = Object.fromEntries(ownersOf(answer).map(({ manager, fieldsV1 }) => [manager, Object.keys(fieldsV1 as object)]));
    expect(fields['new']).not.toContain('f:note');
    expect(fields['new']).toContain('f:reason');
    expect(fields['old']).toEqual(['f:message']);
  });
});
