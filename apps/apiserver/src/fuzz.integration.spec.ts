import { startTestApi, type TestApi } from './testing/start-test-api';

/**
 * Damaged requests: whatever is sent, the server answers with a Status that blames the client, and what is stored stays
 * readable. Seeded: the same requests in every run; a failure names its request.
 */
// For loaded machines.
jest.setTimeout(300_000);

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const requests = 1_500;
const seed = Number(process.env['T8S_FUZZ_SEED'] ?? 20_260_101);

/** mulberry32. */
function randomOf(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = randomOf(seed);
const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;

const strange: readonly unknown[] = [null, true, -1, 0, 1.5, 1e300, '', 'x', 'ä\u0000\u{1F600}', '../..', [], [null], {}, { a: {} }, [[]], 'x'.repeat(300), ['a', 'a'], { '': '' }, { $patch: 'delete' }, [{ name: 'c', $patch: 'replace' }]];

const metadata = { name: 'fuzzed', labels: { a: 'b' }, annotations: { c: 'd' }, finalizers: [], ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'o', uid: 'u' }] };
const container = { name: 'c', image: 'i', env: [{ name: 'A', value: 'b' }], ports: [{ containerPort: 80 }], resources: { limits: { cpu: '1' } }, livenessProbe: { httpGet: { port: 80 } } };
const bodies: readonly [resource: string, body: object][] = [
  ['pods', { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [container], volumes: [{ name: 'v', emptyDir: {} }], tolerations: [{ operator: 'Exists' }], affinity: { nodeAffinity: {} } } }],
  ['services', { apiVersion: 'v1', kind: 'Service', metadata, spec: { type: 'NodePort', selector: { a: 'b' }, ports: [{ name: 'p', port: 80, targetPort: 'x' }] } }],
  ['configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { a: 'b' }, binaryData: { c: 'AA==' } }],
  ['secrets', { apiVersion: 'v1', kind: 'Secret', metadata, data: { a: 'AA==' }, stringData: { b: 'c' }, type: 'Opaque' }],
  ['endpoints', { apiVersion: 'v1', kind: 'Endpoints', metadata, subsets: [{ addresses: [{ ip: '10.0.0.1' }], ports: [{ port: 80 }] }] }],
  ['events', { apiVersion: 'v1', kind: 'Event', metadata, involvedObject: { kind: 'Pod', namespace: 'default' }, reason: 'r', series: { count: 1, lastObservedTime: '2026-01-01T00:00:00.000000Z' } }],
  ['replicationcontrollers', { apiVersion: 'v1', kind: 'ReplicationController', metadata, spec: { replicas: 1, selector: { a: 'b' }, template: { metadata: { labels: { a: 'b' } }, spec: { containers: [container] } } } }],
  ['serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata, secrets: [{ name: 's' }] }],
];

/** A copy with one to three values replaced or dropped somewhere. */
function damaged(value: object): unknown {
  const copy: unknown = structuredClone(value);
  for (let rounds = 1 + Math.floor(random() * 3); rounds > 0; rounds--) {
    const places: [Record<string, unknown>, string][] = [];
    const visit = (inner: unknown): void => {
      if (typeof inner !== 'object' || inner === null) return;
      for (const key of Object.keys(inner)) {
        places.push([inner as Record<string, unknown>, key]);
        visit((inner as Record<string, unknown>)[key]);
      }
    };
    visit(copy);
    if (places.length === 0) break;
    const [parent, key] = pick(places);
    if (random() < 0.15) delete parent[key];
    else if (random() < 0.15) parent[`${key}x`] = parent[key];
    else parent[key] = structuredClone(pick(strange));
  }
  return copy;
}

/** Text that is cut, or has a byte replaced. */
function brokenText(text: string): string {
  const at = Math.floor(random() * text.length);
  return random() < 0.5 ? text.slice(0, at) : text.slice(0, at) + pick(['"', '{', ']', ',', '\\', '\u0001', 'é', ':']) + text.slice(at + 1);
}

const queries = ['', 'dryRun=All', 'dryRun=x', 'fieldValidation=Strict', 'fieldValidation=', 'limit=-1', 'limit=x', 'continue=%00', 'continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEifQ', 'labelSelector=a%20in%20(', 'fieldSelector=a%3D%3D', 'fieldSelector=metadata.name%3D', 'resourceVersion=-1', 'resourceVersion=0&resourceVersionMatch=Exact', 'pretty=true', 'propagationPolicy=', 'gracePeriodSeconds=99999999999999999999', 'timeoutSeconds=-1', 'force=maybe', 'fieldManager=%00', 'includeObject=x', 'watch=maybe&timeoutSeconds=1'];
const bodyTypes = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf', 'text/plain', '', 'application/json; charset=x'];
const patchTypes = ['application/merge-patch+json', 'application/strategic-merge-patch+json', 'application/json-patch+json', 'application/apply-patch+yaml', 'application/json'];
const accepts = ['application/json', '*/*', 'application/json;as=Table;v=v1;g=meta.k8s.io', 'application/vnd.kubernetes.protobuf,application/json', 'application/yaml', 'text/html', ';;;', 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io'];
const names = ['fuzzed', 'fuzzed/status', 'fuzzed/scale', 'fuzzed/binding', 'fuzzed/eviction', 'fuzzed/token', 'fuzzed/nope', '%00', '..%2F..', 'A', 'fuzzed/status/more', '%E0%A4%A'];

function jsonPatch(): unknown {
  const path = pick(['/metadata/labels/a', '/spec', '/data/a', '', '/', '/spec/containers/0/name', '/spec/containers/-', '/~2', 'x', '/metadata/name', '/__proto__/x']);
  return [{ op: pick(['add', 'remove', 'replace', 'test', 'move', 'copy', 'x']), path, from: pick(['/metadata/labels', '/x', '']), value: pick(strange) }];
}

it(`${requests} of them`, async () => {
  const failures: string[] = [];
  for (let i = 0; i < requests; i++) {
    const [resource, body] = pick(bodies);
    const method = pick(['POST', 'POST', 'PUT', 'PATCH', 'PATCH', 'DELETE', 'GET']);
    const collection = `/api/v1/namespaces/default/${resource}`;
    const path = method === 'POST' && random() < 0.8 ? collection : method === 'GET' && random() < 0.5 ? collection : `${collection}/${pick(names)}`;
    const isPatch = method === 'PATCH';
    const type = pick(isPatch ? patchTypes : random() < 0.7 ? bodyTypes.slice(0, 1) : bodyTypes);
    const value = isPatch && type.includes('json-patch') ? jsonPatch() : damaged(body);
    const text = JSON.stringify(value);
    const sent = random() < 0.2 ? brokenText(text) : text;
    const query = random() < 0.4 ? `?${pick(queries)}` : '';
    const headers = { 'content-type': type, accept: random() < 0.7 ? 'application/json' : pick(accepts) };
    const { code, text: answer } = await api.call(method, path + query, { ...(method === 'GET' ? {} : { body: sent }), headers });
    if (code >= 500) failures.push(`#${i} ${method} ${path}${query} ${JSON.stringify(headers)} ${sent.slice(0, 400)} -> ${code} ${answer.slice(0, 300)}`);
  }
  expect(failures).toEqual([]);
  for (const [resource] of bodies) {
    const { code, json } = await api.call('GET', `/api/v1/namespaces/default/${resource}`);
    expect([resource, code]).toEqual([resource, 200]);
    for (const item of json.items) expect(item).toMatchObject({ kind: expect.any(String), metadata: { name: expect.any(String), uid: expect.any(String) } });
  }
});
