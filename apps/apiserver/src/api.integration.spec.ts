import type { IncomingMessage } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { request as httpsRequest } from 'node:https';
import { startTestApi, type HttpAnswer, type TestApi } from './testing/start-test-api';

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
  for (const name of ['default', 'other']) {
    await api.call('POST', '/api/v1/namespaces', { body: { metadata: { name } } });
    await api.call('POST', `/api/v1/namespaces/${name}/serviceaccounts`, { body: { metadata: { name: 'default' } } });
  }
}, 60_000);
afterAll(() => api.stop());

const configMaps = '/api/v1/namespaces/default/configmaps';
const pods = '/api/v1/namespaces/default/pods';

const configMap = (name: string, rest: object = {}): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, ...rest });
const pod = (name: string, rest: object = {}): object => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { containers: [{ name: 'c', image: 'nginx' }] }, ...rest });

async function create(path: string, body: object): Promise<HttpAnswer> {
  const answer = await api.call('POST', path, { body });
  expect(answer.text).toContain('"uid"');
  expect(answer.code).toBe(201);
  return answer;
}

/** Opens a watch; `next` gives one event after the other. */
async function watch(path: string): Promise<{ next(): Promise<{ type: string; object: HttpAnswer['json'] }>; close(): void }> {
  const { admin, caCert, running } = api;
  const lines: string[] = [];
  let wake = (): void => {};
  const request = httpsRequest({ host: '127.0.0.1', port: running.securePort, path, ca: caCert, cert: admin.cert, key: admin.key, agent: false });
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request.on('response', resolve);
    request.on('error', reject);
    request.end();
  });
  request.on('error', () => {});
  let rest = '';
  response.on('error', () => {});
  response.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
    wake();
  });
  return {
    next: async () => {
      const deadline = AbortSignal.timeout(30_000);
      while (lines.length === 0) {
        await new Promise<void>((resolve, reject) => {
          wake = resolve;
          deadline.addEventListener('abort', () => reject(new Error('no event within 30 s')));
        });
      }
      return JSON.parse(lines.shift() ?? '') as { type: string; object: HttpAnswer['json'] };
    },
    close: () => request.destroy(),
  };
}

describe('objects', () => {
  it('are created with what the server sets, and read back the same', async () => {
    const { json } = await create(configMaps, configMap('created', { data: { a: 'b' } }));
    expect(json.metadata).toMatchObject({ name: 'created', namespace: 'default', resourceVersion: expect.stringMatching(/^\d+$/), creationTimestamp: expect.stringMatching(/Z$/) });
    expect((await api.call('GET', `${configMaps}/created`)).json).toEqual(json);
  });

  it('get a generated name', async () => {
    const { json } = await create(configMaps, { metadata: { generateName: 'gen-' } });
    expect(json.metadata?.name).toMatch(/^gen-[a-z0-9]{5}$/);
  });

  it('change only at the version that the client knows', async () => {
    const { json } = await create(configMaps, configMap('versioned'));
    expect((await api.call('PUT', `${configMaps}/versioned`, { body: { ...json, data: { a: '1' } } })).code).toBe(200);
    const stale = await api.call('PUT', `${configMaps}/versioned`, { body: { ...json, data: { a: '2' } } });
    expect(stale.json).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message: 'Operation cannot be fulfilled on configmaps "versioned": the object has been modified; please apply your changes to the latest version and try again',
    });
    expect((await api.call('PUT', `${configMaps}/versioned`, { body: configMap('versioned', { data: { a: '3' } }) })).code).toBe(200);
  });

  it('keep their version when nothing changes', async () => {
    const { json } = await create(configMaps, configMap('same', { data: { a: 'b' } }));
    const again = await api.call('PUT', `${configMaps}/same`, { body: json });
    expect(again.json.metadata?.resourceVersion).toBe(json.metadata?.resourceVersion);
  });

  it.each([
    ['application/merge-patch+json', { data: { a: null, c: 'd' } }, { c: 'd' }],
    ['application/json-patch+json', [{ op: 'replace', path: '/data/a', value: 'z' }], { a: 'z' }],
    ['application/strategic-merge-patch+json', { data: { e: 'f' } }, { a: 'b', e: 'f' }],
  ])('are patched with %s', async (type, body, data) => {
    await create(configMaps, configMap('patched', { data: { a: 'b' } }));
    const answer = await api.call('PATCH', `${configMaps}/patched`, { body, headers: { 'content-type': type } });
    expect(answer.json['data']).toEqual(data);
    await api.call('DELETE', `${configMaps}/patched`);
  });

  it('merge lists by key in strategic patches', async () => {
    await create(pods, pod('merged', { spec: { containers: [{ name: 'a', image: 'a' }, { name: 'b', image: 'b' }] } }));
    const answer = await api.call('PATCH', `${pods}/merged`, {
      body: { spec: { containers: [{ name: 'b', image: 'c' }] } },
      headers: { 'content-type': 'application/strategic-merge-patch+json' },
    });
    expect(answer.json['spec']).toMatchObject({ containers: [{ name: 'a', image: 'a' }, { name: 'b', image: 'c' }] });
  });

  it('let parallel patches all through', async () => {
    await create(configMaps, configMap('hot', { data: {} }));
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) => api.call('PATCH', `${configMaps}/hot`, { body: { data: { [`k${i}`]: 'v' } }, headers: { 'content-type': 'application/merge-patch+json' } })),
    );
    expect(answers.map(({ code }) => code)).toEqual(Array(8).fill(200));
    expect(Object.keys((await api.call('GET', `${configMaps}/hot`)).json['data'] as object)).toHaveLength(8);
  });

  it('are not touched by a dry run', async () => {
    expect((await api.call('POST', `${configMaps}?dryRun=All`, { body: configMap('dry') })).code).toBe(201);
    expect((await api.call('GET', `${configMaps}/dry`)).code).toBe(404);
    await create(configMaps, configMap('wet'));
    expect((await api.call('DELETE', `${configMaps}/wet?dryRun=All`)).code).toBe(200);
    expect((await api.call('GET', `${configMaps}/wet`)).code).toBe(200);
  });

  it('keep spec and status apart', async () => {
    await create(pods, pod('split', { status: { phase: 'Running' } }));
    const { json } = await api.call('PATCH', `${pods}/split/status`, {
      body: { status: { phase: 'Running' }, spec: { containers: [{ name: 'c', image: 'other' }] } },
      headers: { 'content-type': 'application/strategic-merge-patch+json' },
    });
    expect(json).toMatchObject({ status: { phase: 'Running' }, spec: { containers: [{ image: 'nginx' }] } });
  });

  it('scale', async () => {
    const path = '/api/v1/namespaces/default/replicationcontrollers';
    await create(path, { metadata: { name: 'rc' }, spec: { replicas: 2, selector: { a: 'b' }, template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } } } });
    const scale = await api.call('GET', `${path}/rc/scale`);
    expect(scale.json).toMatchObject({ kind: 'Scale', apiVersion: 'autoscaling/v1', spec: { replicas: 2 }, status: { replicas: 0, selector: 'a=b' } });
    const changed = await api.call('PUT', `${path}/rc/scale`, { body: { ...scale.json, spec: { replicas: 5 } } });
    expect(changed.json).toMatchObject({ spec: { replicas: 5 } });
    expect((await api.call('GET', `${path}/rc`)).json).toMatchObject({ spec: { replicas: 5 }, metadata: { generation: 2 } });
    expect((await api.call('PUT', `${path}/rc/scale`, { body: scale.json })).json).toMatchObject({ reason: 'Conflict' });
  });
});

describe('deletion', () => {
  it('answers a Status, then NotFound', async () => {
    await create(configMaps, configMap('gone'));
    expect((await api.call('DELETE', `${configMaps}/gone`)).json).toMatchObject({ kind: 'Status', status: 'Success', details: { name: 'gone', kind: 'configmaps' } });
    expect((await api.call('DELETE', `${configMaps}/gone`)).json).toMatchObject({ code: 404, reason: 'NotFound', message: 'configmaps "gone" not found' });
  });

  it('waits for finalizers and ends with the last one', async () => {
    await create(configMaps, configMap('held', { metadata: { name: 'held', finalizers: ['example.com/a'] } }));
    expect((await api.call('DELETE', `${configMaps}/held`)).json.metadata?.deletionTimestamp).toBeDefined();
    const patch = (body: object): Promise<HttpAnswer> => api.call('PATCH', `${configMaps}/held`, { body, headers: { 'content-type': 'application/merge-patch+json' } });
    expect((await patch({ metadata: { finalizers: ['example.com/a', 'example.com/b'] } })).json).toMatchObject({ code: 422 });
    await patch({ metadata: { finalizers: null } });
    expect((await api.call('GET', `${configMaps}/held`)).code).toBe(404);
  });

  it('gives a bound pod its grace, and ends when the kubelet says so', async () => {
    await create(pods, pod('graceful'));
    await api.call('POST', `${pods}/graceful/binding`, { body: { metadata: { name: 'graceful' }, target: { kind: 'Node', name: 'n1' } } });
    const { json } = await api.call('DELETE', `${pods}/graceful`);
    expect(json.metadata).toMatchObject({ deletionGracePeriodSeconds: 30 });
    await api.call('DELETE', `${pods}/graceful`, { body: { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0 } });
    expect((await api.call('GET', `${pods}/graceful`)).code).toBe(404);
  });

  it('checks preconditions', async () => {
    const { json } = await create(configMaps, configMap('conditional'));
    const wrong = await api.call('DELETE', `${configMaps}/conditional`, { body: { preconditions: { uid: 'x' } } });
    expect(wrong.json).toMatchObject({ code: 409, message: `Operation cannot be fulfilled on configmaps "conditional": Precondition failed: UID in precondition: x, UID in object meta: ${json.metadata?.uid}` });
  });

  it('takes a collection by label', async () => {
    for (const name of ['c1', 'c2']) await create(configMaps, { metadata: { name, labels: { group: 'c' } } });
    expect((await api.call('DELETE', `${configMaps}?labelSelector=group%3Dc`)).code).toBe(200);
    expect((await api.call('GET', `${configMaps}?labelSelector=group`)).json.items).toEqual([]);
    expect((await api.call('GET', `${configMaps}/created`)).code).toBe(200);
  });
});

describe('binding', () => {
  it('binds once', async () => {
    await create(pods, pod('bound'));
    const bind = (node: string): Promise<HttpAnswer> => api.call('POST', `${pods}/bound/binding`, { body: { metadata: { name: 'bound' }, target: { kind: 'Node', name: node } } });
    expect(await bind('n1')).toMatchObject({ code: 201 });
    expect((await api.call('GET', `${pods}/bound`)).json).toMatchObject({ spec: { nodeName: 'n1' }, status: { conditions: [{ type: 'PodScheduled', status: 'True' }] } });
    expect((await bind('n2')).json).toMatchObject({ code: 409, message: 'Operation cannot be fulfilled on pods/binding "bound": pod bound is already assigned to node "n1"' });
  });
});

describe('lists', () => {
  const path = '/api/v1/namespaces/other/configmaps';
  beforeAll(async () => {
    for (let i = 0; i < 7; i++) await create(path, { metadata: { name: `m${i}`, labels: { parity: i % 2 ? 'odd' : 'even' } } });
  });

  const names = ({ json }: HttpAnswer): (string | undefined)[] => json.items.map(({ metadata }) => metadata?.name);

  it('page, pinned to the revision of the first page', async () => {
    const first = await api.call('GET', `${path}?limit=3`);
    expect(names(first)).toEqual(['m0', 'm1', 'm2']);
    expect(first.json.metadata).toMatchObject({ remainingItemCount: 4 });
    await create(path, { metadata: { name: 'm99' } });
    const second = await api.call('GET', `${path}?limit=3&continue=${first.json.metadata.continue}`);
    const third = await api.call('GET', `${path}?limit=3&continue=${second.json.metadata.continue}`);
    expect([...names(second), ...names(third)]).toEqual(['m3', 'm4', 'm5', 'm6']);
    expect(second.json.metadata.resourceVersion).toBe(first.json.metadata.resourceVersion);
    await api.call('DELETE', `${path}/m99`);
  });

  it('continue over a restart of the apiserver, from the history of the store', async () => {
    const first = await api.call('GET', `${path}?limit=3`);
    await api.restart();
    await create(path, { metadata: { name: 'm98' } });
    expect(names(await api.call('GET', `${path}?continue=${first.json.metadata.continue}`))).toEqual(['m3', 'm4', 'm5', 'm6']);
    await api.call('DELETE', `${path}/m98`);
  });

  it.each([
    ['labelSelector=parity%3Dodd', ['m1', 'm3', 'm5']],
    ['labelSelector=parity+in+(even),parity', ['m0', 'm2', 'm4', 'm6']],
    ['labelSelector=!parity', []],
    ['fieldSelector=metadata.name%3Dm3', ['m3']],
    ['fieldSelector=metadata.name!%3Dm3&labelSelector=parity%3Dodd', ['m1', 'm5']],
  ])('select by %s', async (query, expected) => {
    expect(names(await api.call('GET', `${path}?${query}`))).toEqual(expected);
  });

  it('are exact, or not older, or whatever is there', async () => {
    const { json } = await create(path, { metadata: { name: 'n1' } });
    const version = json.metadata?.resourceVersion;
    await api.call('DELETE', `${path}/n1`);
    expect(names(await api.call('GET', `${path}?resourceVersion=${version}&resourceVersionMatch=Exact`))).toContain('n1');
    expect(names(await api.call('GET', `${path}?resourceVersion=${version}&resourceVersionMatch=NotOlderThan`))).not.toContain('n1');
    expect((await api.call('GET', `${path}?resourceVersion=0`)).code).toBe(200);
  });

  it('come as tables and as metadata', async () => {
    const table = await api.call('GET', path, { headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' } });
    expect(table.json).toMatchObject({ kind: 'Table', rows: expect.arrayContaining([expect.objectContaining({ object: expect.objectContaining({ kind: 'PartialObjectMetadata' }) })]) });
    const metadata = await api.call('GET', path, { headers: { accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io' } });
    expect(metadata.json).toMatchObject({ kind: 'PartialObjectMetadataList', items: expect.arrayContaining([expect.objectContaining({ kind: 'PartialObjectMetadata' })]) });
  });
});

describe('watches', () => {
  it('see every change after the list, with selectors', async () => {
    const { json: list } = await api.call('GET', configMaps);
    const watched = await watch(`${configMaps}?watch=true&resourceVersion=${list.metadata.resourceVersion}&labelSelector=w`);
    await create(configMaps, configMap('w1'));
    const patch = (labels: object): Promise<HttpAnswer> => api.call('PATCH', `${configMaps}/w1`, { body: { metadata: { labels } }, headers: { 'content-type': 'application/merge-patch+json' } });
    await patch({ w: '1' });
    await patch({ w: '2' });
    await patch({ w: null });
    const events = [await watched.next(), await watched.next(), await watched.next()];
    expect(events.map(({ type, object }) => [type, object.metadata?.labels?.['w']])).toEqual([['ADDED', '1'], ['MODIFIED', '2'], ['DELETED', '2']]);
    watched.close();
  });

  it('begin with the state, and say where it ends', async () => {
    const watched = await watch('/api/v1/namespaces?watch=true&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan');
    const types: string[] = [];
    for (;;) {
      const { type, object } = await watched.next();
      types.push(type);
      if (type === 'BOOKMARK') {
        expect(object.metadata?.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
        break;
      }
    }
    expect(types.filter((type) => type === 'ADDED').length).toBeGreaterThanOrEqual(2);
    watched.close();
  });

  it('are refused when they begin too far back', async () => {
    const answer = await api.call('GET', `${configMaps}?watch=true&resourceVersion=1`);
    expect(answer.json).toMatchObject({ code: 410, reason: 'Expired', message: expect.stringMatching(/^too old resource version: 1 \(\d+\)$/) });
  });

  it('end after timeoutSeconds', async () => {
    const answer = await api.call('GET', `${configMaps}?watch=true&resourceVersion=0&timeoutSeconds=1`);
    expect(answer.code).toBe(200);
  });
});

describe('Services', () => {
  const path = '/api/v1/namespaces/default/services';
  const service = (name: string, spec: object = {}): object => ({ metadata: { name }, spec: { ports: [{ port: 80 }], selector: { a: 'b' }, ...spec } });

  it('get addresses of their own, give them back, and never twice', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => create(path, service(`s${i}`, { type: 'NodePort' }))));
    const specs = answers.map(({ json }) => json['spec'] as { clusterIP: string; ports: { nodePort: number }[] });
    expect(new Set(specs.map(({ clusterIP }) => clusterIP)).size).toBe(20);
    expect(new Set(specs.map(({ ports }) => ports[0]?.nodePort)).size).toBe(20);
    const taken = await api.call('POST', path, { body: service('thief', { clusterIP: specs[0]?.clusterIP }) });
    expect(taken.json).toMatchObject({ code: 422, message: `Service "thief" is invalid: spec.clusterIPs: Invalid value: ["${specs[0]?.clusterIP}"]: failed to allocate IP ${specs[0]?.clusterIP}: provided IP is already allocated` });
    await api.call('DELETE', `${path}/s0`);
    await create(path, service('heir', { clusterIP: specs[0]?.clusterIP }));
    expect((await api.call('POST', `${path}?dryRun=All`, { body: service('rehearsed', { clusterIP: specs[0]?.clusterIP }) })).code).toBe(422);
    expect((await api.call('POST', path, { body: service('port-thief', { type: 'NodePort', ports: [{ port: 80, nodePort: specs[1]?.ports[0]?.nodePort }] }) })).json).toMatchObject({
      message: `Service "port-thief" is invalid: spec.ports[0].nodePort: Invalid value: ${specs[1]?.ports[0]?.nodePort}: provided port is already allocated`,
    });
  });

  it('keep their addresses over a restart, and strangers’ claims are swept', async () => {
    const { json } = await create(path, service('kept'));
    const { clusterIP } = json['spec'] as { clusterIP: string };
    await api.restart();
    expect((await api.call('POST', path, { body: service('late', { clusterIP }) })).code).toBe(422);
  });

  it('change their type', async () => {
    await create(path, service('changing', { type: 'LoadBalancer' }));
    const patch = (spec: object): Promise<HttpAnswer> => api.call('PATCH', `${path}/changing`, { body: { spec }, headers: { 'content-type': 'application/merge-patch+json' } });
    expect((await patch({ type: 'ClusterIP' })).json['spec']).toMatchObject({ type: 'ClusterIP', ports: [expect.not.objectContaining({ nodePort: expect.anything() })] });
    const external = (await patch({ type: 'ExternalName', externalName: 'example.com', clusterIP: '', clusterIPs: null })).json;
    expect(external['spec']).not.toHaveProperty('clusterIP', expect.stringMatching(/\d/));
  });
});

describe('events', () => {
  it('are one object in both groups', async () => {
    await create('/api/v1/namespaces/default/events', {
      metadata: { name: 'e1' }, involvedObject: { kind: 'Pod', namespace: 'default', name: 'a' }, reason: 'Started', message: 'hello', type: 'Normal', source: { component: 'kubelet' },
    });
    expect((await api.call('GET', '/apis/events.k8s.io/v1/namespaces/default/events/e1')).json).toMatchObject({
      apiVersion: 'events.k8s.io/v1', note: 'hello', regarding: { name: 'a' }, reason: 'Started',
    });
    expect((await api.call('GET', '/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%3Da')).json.items).toHaveLength(1);
  });
});

describe('bad input', () => {
  const strict = '?fieldValidation=Strict';
  it.each<[string, string, string, object | string | undefined, object]>([
    ['broken JSON', 'POST', configMaps, '{"a":', { code: 400, reason: 'BadRequest', message: expect.stringContaining('unexpected end of JSON input') }],
    ['a body that is no object', 'POST', configMaps, '[]', { code: 400, reason: 'BadRequest' }],
    ['another kind', 'POST', configMaps, { kind: 'Pod', apiVersion: 'v1', metadata: { name: 'a' } }, { code: 400, reason: 'BadRequest', message: expect.stringContaining('cannot be handled as a ConfigMap') }],
    ['another version', 'POST', configMaps, { kind: 'ConfigMap', apiVersion: 'v2', metadata: { name: 'a' } }, { code: 400, message: 'the API version in the data (v2) does not match the expected API version (v1)' }],
    ['a wrong type', 'POST', pods, pod('a', { spec: { containers: 'x' } }), { code: 400, message: expect.stringContaining('json: cannot unmarshal string into Go struct field PodSpec.spec.containers') }],
    ['an unknown field, strictly', 'POST', `${pods}${strict}`, pod('a', { spec: { containers: [{ name: 'a', image: 'i', imagee: 'i' }] } }), { code: 400, message: 'Pod in version "v1" cannot be handled as a Pod: strict decoding error: unknown field "spec.containers[0].imagee"' }],
    ['a field twice, strictly', 'POST', `${configMaps}${strict}`, '{"metadata":{"name":"a","name":"b"}}', { code: 400, message: 'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: duplicate field "metadata.name"' }],
    ['no name', 'POST', configMaps, {}, { code: 422, reason: 'Invalid', message: 'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required' }],
    ['a bad name', 'POST', configMaps, configMap('A_B'), { code: 422, reason: 'Invalid', message: expect.stringContaining('metadata.name: Invalid value: "A_B": a lowercase RFC 1123 subdomain must consist of') }],
    ['a bad label', 'POST', configMaps, { metadata: { name: 'a', labels: { 'a b': 'c' } } }, { code: 422, message: expect.stringContaining('metadata.labels: Invalid value: "a b": name part must consist of alphanumeric characters') }],
    ['another namespace', 'POST', configMaps, { metadata: { name: 'a', namespace: 'other' } }, { code: 400, message: 'the namespace of the provided object does not match the namespace sent on the request' }],
    ['another name', 'PUT', `${configMaps}/created`, configMap('x'), { code: 400, message: 'the name of the object (x) does not match the name on the URL (created)' }],
    ['a version at creation', 'POST', configMaps, { metadata: { name: 'a', resourceVersion: '5' } }, { code: 400, message: 'resourceVersion should not be set on objects to be created' }],
    ['a duplicate', 'POST', configMaps, configMap('created'), { code: 409, reason: 'AlreadyExists', message: 'configmaps "created" already exists' }],
    ['a missing object', 'GET', `${configMaps}/nope`, undefined, { code: 404, reason: 'NotFound', message: 'configmaps "nope" not found', details: { name: 'nope', kind: 'configmaps' } }],
    ['an unknown resource', 'GET', '/api/v1/namespaces/default/nopes', undefined, { code: 404, reason: 'NotFound', message: 'the server could not find the requested resource' }],
    ['an unknown path', 'GET', '/nope', undefined, { code: 404 }],
    ['an unknown subresource', 'GET', `${configMaps}/created/nope`, undefined, { code: 404 }],
    ['a method that does not exist', 'PUT', configMaps, configMap('a'), { code: 405, reason: 'MethodNotAllowed', message: 'the server does not allow this method on the requested resource' }],
    ['a bad label selector', 'GET', `${configMaps}?labelSelector=a+b+c`, undefined, { code: 400, reason: 'BadRequest' }],
    ['an unknown field selector', 'GET', `${configMaps}?fieldSelector=spec.x%3D1`, undefined, { code: 400, message: 'field label not supported: spec.x' }],
    ['a bad version', 'GET', `${configMaps}?resourceVersion=abc`, undefined, { code: 400 }],
    ['a version of the future', 'GET', `${configMaps}?resourceVersion=999999999`, undefined, { code: 504, reason: 'Timeout', message: expect.stringContaining('Too large resource version: 999999999') }],
    ['a bad continue token', 'GET', `${configMaps}?limit=1&continue=x`, undefined, { code: 400, message: expect.stringContaining('continue key is not valid') }],
    ['an impossible match', 'GET', `${configMaps}?resourceVersionMatch=Exact`, undefined, { code: 422, message: expect.stringContaining('resourceVersionMatch is forbidden unless resourceVersion is provided') }],
    ['a broken JSON patch', 'PATCH', `${configMaps}/created`, '{', { code: 415 }],
    ['an unknown dry run', 'POST', `${configMaps}?dryRun=Some`, configMap('a'), { code: 422 }],
    ['a bad propagation policy', 'DELETE', `${configMaps}/created?propagationPolicy=Never`, undefined, { code: 422 }],
  ])('%s', async (...[, method, url, body, expected]) => {
    expect((await api.call(method, url, { body })).json).toMatchObject({ kind: 'Status', status: 'Failure', ...expected });
  });

  it('a body that is too large', async () => {
    const answer = await api.call('POST', configMaps, { body: configMap('big', { data: { a: 'x'.repeat(4 << 20) } }) }).catch((error: unknown) => error);
    expect(answer).toMatchObject({ code: 413 });
    expect((await api.call('GET', '/healthz')).text).toBe('ok');
  });

  it('an unknown media type', async () => {
    expect((await api.call('POST', configMaps, { body: 'x', headers: { 'content-type': 'text/plain' } })).json).toMatchObject({ code: 415, reason: 'UnsupportedMediaType' });
    expect((await api.call('GET', configMaps, { headers: { accept: 'text/html' } })).json).toMatchObject({ code: 406, reason: 'NotAcceptable' });
  });

  it('warns of unknown fields unless told otherwise', async () => {
    const answer = await api.call('POST', configMaps, { body: configMap('warned', { nope: 1 }) });
    expect(answer.code).toBe(201);
    expect(answer.headers['warning']).toBe('299 - "unknown field \\"nope\\""');
    expect((await api.call('POST', `${configMaps}?fieldValidation=Ignore`, { body: configMap('ignored', { nope: 1 }) })).headers['warning']).toBeUndefined();
  });

  it('warns readers of a deprecated kind, too', async () => {
    const warning = async (resource: string): Promise<unknown> => (await api.call('GET', `/api/v1/namespaces/default/${resource}`)).headers['warning'];
    expect(await warning('endpoints')).toBe('299 - "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"');
    expect(await warning('services')).toBeUndefined();
  });

  it('takes YAML', async () => {
    const answer = await api.call('POST', configMaps, { body: 'metadata:\n  name: yaml\ndata:\n  a: b\n', headers: { 'content-type': 'application/yaml' } });
    expect(answer.json).toMatchObject({ data: { a: 'b' } });
    expect((await api.call('GET', `${configMaps}/yaml`, { headers: { accept: 'application/yaml' } })).text).toContain('kind: ConfigMap\n');
  });
});

describe('documents', () => {
  it('come as OpenAPI v3 by group, with a tag that spares the second transfer', async () => {
    const index = (await api.call('GET', '/openapi/v3')).json['paths'] as Record<string, { serverRelativeURL: string }>;
    const document = await api.call('GET', index['api/v1']?.serverRelativeURL ?? '');
    const { components, paths } = document.json as unknown as { components: { schemas: Record<string, object> }; paths: Record<string, { patch?: { parameters: { name: string }[] } }> };
    expect(components.schemas['io.k8s.api.core.v1.Pod']).toMatchObject({ 'x-kubernetes-group-version-kind': [{ group: '', kind: 'Pod', version: 'v1' }] });
    expect(paths['/api/v1/namespaces/{namespace}/pods/{name}']?.patch?.parameters.map(({ name }) => name)).toContain('fieldValidation');
    const references = [...document.text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name ?? '');
    expect(references.filter((name) => !components.schemas[name])).toEqual([]);
    expect((await api.call('GET', '/openapi/v3/api/v1', { headers: { 'if-none-match': String(document.headers['etag']) } })).code).toBe(304);
  });

  it('come as OpenAPI v2', async () => {
    expect((await api.call('GET', '/openapi/v2')).json).toMatchObject({ swagger: '2.0', definitions: { 'io.k8s.api.core.v1.Service': { type: 'object' } } });
  });

  it('come as aggregated discovery where asked for', async () => {
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';
    const core = await api.call('GET', '/api', { headers: { accept } });
    expect(core.headers['content-type']).toContain('as=APIGroupDiscoveryList');
    expect(core.json).toMatchObject({
      kind: 'APIGroupDiscoveryList',
      items: [{ versions: [{ version: 'v1', resources: expect.arrayContaining([expect.objectContaining({ resource: 'pods', shortNames: ['po'], scope: 'Namespaced' })]) }] }],
    });
    expect((await api.call('GET', '/apis', { headers: { accept: 'application/json' } })).json).toMatchObject({ kind: 'APIGroupList' });
  });
});

describe('impersonation', () => {
  it('makes an administrator anybody', async () => {
    const answer = await api.call('GET', pods, { headers: { 'impersonate-user': 'bob', 'impersonate-group': 'builders' } });
    expect(answer.json).toMatchObject({ code: 403, message: expect.stringContaining('User "bob" cannot list resource "pods"') });
  });

  it('makes nobody an administrator', async () => {
    const answer = await api.call('GET', pods, { anonymous: true, headers: { 'impersonate-user': 'kubernetes-admin', 'impersonate-group': 'system:masters' } });
    expect(answer.json).toMatchObject({ code: 403, message: expect.stringContaining('User "system:anonymous" cannot impersonate resource "users"') });
    expect((await api.call('GET', pods, { headers: { 'impersonate-group': 'a' } })).code).toBe(400);
  });
});

describe('the door', () => {
  it('lets nobody in who is nobody', async () => {
    const answer = await api.call('GET', pods, { anonymous: true });
    expect(answer.json).toMatchObject({ code: 403, reason: 'Forbidden', message: 'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" in the namespace "default"' });
  });

  it('refuses a bad token', async () => {
    const answer = await api.call('GET', pods, { anonymous: true, headers: { authorization: 'Bearer nonsense' } });
    expect(answer.json).toMatchObject({ code: 401, reason: 'Unauthorized', message: 'Unauthorized' });
  });

  it('is healthy, and says why', async () => {
    for (const path of ['/healthz', '/livez', '/readyz', '/readyz/etcd']) expect((await api.call('GET', path)).text).toBe('ok');
    expect((await api.call('GET', '/readyz?verbose')).text).toContain('[+]etcd ok');
    expect((await api.call('GET', '/version')).json).toMatchObject({ major: '1', minor: '36', gitVersion: expect.stringMatching(/^v1\.36\./) });
    expect((await api.call('GET', '/metrics')).text).toContain('apiserver_request_total{');
  });

  it('speaks HTTP/2', async () => {
    const { admin, caCert, running } = api;
    const session = connectHttp2(`https://127.0.0.1:${running.securePort}`, { ca: caCert, cert: admin.cert, key: admin.key });
    const stream = session.request({ ':path': configMaps });
    const chunks: Buffer[] = [];
    for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
    session.close();
    expect(JSON.parse(Buffer.concat(chunks).toString())).toMatchObject({ kind: 'ConfigMapList' });
  });

  it('compresses large answers', async () => {
    await create(configMaps, configMap('large', { data: { a: 'x'.repeat(200_000) } }));
    expect((await api.call('GET', `${configMaps}/large`, { headers: { 'accept-encoding': 'gzip' } })).headers['content-encoding']).toBe('gzip');
  });

  it('serves on when etcd comes back', async () => {
    await api.etcd.kill();
    const pending = api.call('GET', configMaps);
    await api.etcd.start();
    expect((await pending).code).toBe(200);
    await create(configMaps, configMap('after-restart'));
  }, 30_000);
});
