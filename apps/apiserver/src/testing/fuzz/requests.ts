import type { KindDefinition } from '@typernetes/api';
import type { Random } from '@typernetes/machinery';
import { bodies } from './bodies';
import { brokenBytes, brokenText, damaged, pick, strange } from './damage';
import { sampleOf } from './sample';

export interface FuzzRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

const metadata = { name: 'fuzzed', labels: { a: 'b' }, annotations: { c: 'd' }, finalizers: [], ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'o', uid: 'u' }] };

const queries = [
  'dryRun=All', 'dryRun=x', 'dryRun=All&dryRun=All', 'fieldValidation=Strict', 'fieldValidation=Warn', 'fieldValidation=', 'limit=-1', 'limit=x', 'limit=1', 'limit=99999999999999999999', 'continue=%00', 'continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEifQ',
  'continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiJhXHUwMDAwIn0', 'continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6OTk5OTk5OTksInN0YXJ0IjoiLi4vLi4ifQ&limit=1', 'labelSelector=a%20in%20(', 'labelSelector=a%20in%20(b,c),!d', 'labelSelector=%00',
  'fieldSelector=a%3D%3D', 'fieldSelector=metadata.name%3D', 'fieldSelector=metadata.name%3Dfuzzed', 'fieldSelector=%5C', 'resourceVersion=-1', 'resourceVersion=0', 'resourceVersion=x', 'resourceVersion=1&resourceVersionMatch=Exact&limit=1', 'resourceVersion=0&resourceVersionMatch=Exact',
  'resourceVersionMatch=NotOlderThan', 'resourceVersion=99999999999999999999', 'pretty=true', 'pretty=x', 'propagationPolicy=', 'propagationPolicy=Foreground', 'propagationPolicy=Orphan&orphanDependents=true', 'gracePeriodSeconds=99999999999999999999', 'gracePeriodSeconds=-1', 'gracePeriodSeconds=0',
  'timeoutSeconds=-1', 'timeoutSeconds=x', 'force=maybe', 'force=true&fieldManager=f', 'fieldManager=f', 'fieldManager=%00', `fieldManager=${'x'.repeat(200)}`, 'includeObject=x', 'includeObject=Object', 'includeObject=None', 'watch=maybe&timeoutSeconds=1',
  'watch=true&timeoutSeconds=1', 'watch=true&timeoutSeconds=1&resourceVersion=1', 'watch=true&timeoutSeconds=1&sendInitialEvents=true', 'watch=true&timeoutSeconds=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true', 'sendInitialEvents=true', '%', '%00=%00', '&&==&', '__proto__=x', 'a[b]=c',
];
const bodyTypes = ['application/yaml', 'application/vnd.kubernetes.protobuf', 'application/cbor', 'text/plain', '', 'application/json; charset=x', 'multipart/form-data', 'x'.repeat(100), 'application/json;;;='];
const patchTypes = ['application/merge-patch+json', 'application/strategic-merge-patch+json', 'application/json-patch+json', 'application/apply-patch+yaml', 'application/json', 'application/apply-patch+cbor', 'application/yaml'];
const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const accepts = [
  '*/*', table, 'application/vnd.kubernetes.protobuf,application/json', 'application/vnd.kubernetes.protobuf', 'application/yaml', 'text/html', ';;;', '', 'application/cbor', 'application/json;q=x', 'application/json;as=X;v=v1;g=meta.k8s.io', 'application/json;as=Table;v=v9;g=meta.k8s.io',
  'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io', 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io', 'application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;v=v1;g=meta.k8s.io', 'application/yaml;as=Table;v=v1;g=meta.k8s.io',
];
const otherHeaders: readonly Readonly<Record<string, string>>[] = [
  { 'accept-encoding': 'gzip' }, { 'accept-encoding': 'gzip;q=0, x;;' }, { 'user-agent': '' }, { 'user-agent': 'a'.repeat(4_000) }, { 'user-agent': '/ / (' }, { 'if-none-match': '"x' }, { 'impersonate-user': 'u' }, { 'impersonate-user': 'system:anonymous', 'impersonate-group': 'system:masters' }, { 'impersonate-group': 'g' },
  { 'impersonate-extra-%zz': 'x', 'impersonate-user': 'u' }, { 'impersonate-uid': 'u' }, { 'content-encoding': 'gzip' }, { 'x-http-method-override': 'DELETE' }, { authorization: 'Bearer x.y.z' }, { authorization: 'Basic !' }, { authorization: '' }, { connection: 'upgrade', upgrade: 'SPDY/3.1' },
  { connection: 'upgrade', upgrade: 'websocket', 'sec-websocket-key': 'x', 'sec-websocket-version': '13' }, { range: 'bytes=0-' }, { expect: '100-continue' }, { origin: 'null' }, { 'kubectl-command': '\u00ff' }, { warning: '299' },
];
const names = ['fuzzed', 'fuzzed', 'fuzzed', 'a', '%00', '..%2F..', 'A', '%E0%A4%A', '%2F', '.', 'x'.repeat(300), '__proto__', 'constructor'];
const subresources = ['status', 'status', 'scale', 'binding', 'eviction', 'token', 'approval', 'finalize', 'resize', 'ephemeralcontainers', 'nope', 'status/more', '__proto__'];
const roots = ['/', '/api', '/apis', '/api/v1', '/api/v2', '/apis/apps', '/apis/apps/v9', '/apis//', '/openapi/v2', '/openapi/v3', '/openapi/v3/apis/apps/v1', '/openapi/v3/%2F', '/version', '/healthz/x', '/readyz?verbose', '/livez?exclude=x', '/metrics', '/api/v1/watch/pods?timeoutSeconds=1', '/api/v1/namespaces/%00/pods', '/api/v1/namespaces//pods', '/%E0%A4%A', '//api/v1', '/apis/__proto__/v1', '/logs/../x', '/.well-known/openid-configuration', '/openid/v1/jwks', '/apis/apps/v1/namespaces/default/deployments/fuzzed/scale/x/y/z'];

const pointers = ['/metadata/labels/a', '/spec', '/data/a', '', '/', '/spec/containers/0/name', '/spec/containers/-', '/spec/template/spec/containers/1', '/~2', 'x', '/metadata/name', '/metadata/managedFields', '/metadata/resourceVersion', '/metadata/uid', '/status', '/__proto__/x', '/kind', '/constructor/prototype'];

const jsonPatch = (random: Random): unknown =>
  Array.from({ length: 1 + Math.floor(random.next() * 3) }, () => ({ op: pick(random, ['add', 'remove', 'replace', 'test', 'move', 'copy', 'x']), path: pick(random, pointers), from: pick(random, ['/metadata/labels', '/metadata', '', ...pointers]), value: pick(random, strange) }));

/** Kinds whose objects would change what the server answers to others: these are only tried. */
const actsOnOthers = /webhookconfigurations|admissionpolic/;

/** An object of the kind: one that is right but for some damage, or one made up by the schema. */
function bodyOf(random: Random, kind: KindDefinition): unknown {
  const known = bodies[`${kind.group}/${kind.resource}`];
  const head = { apiVersion: kind.group ? `${kind.group}/${kind.version}` : kind.version, kind: kind.kind, metadata };
  const whole = known && random.next() < 0.75 ? { ...head, ...known } : { ...(sampleOf(random, kind.definition, 6) as object), ...head };
  return random.next() < 0.15 ? whole : damaged(random, whole);
}

function pathOf(random: Random, kind: KindDefinition, method: string): string {
  const base = kind.group ? `/apis/${kind.group}/${kind.version}` : `/api/${kind.version}`;
  const namespace = random.next() < 0.95 ? 'default' : pick(random, names);
  const collection = kind.namespaced && random.next() < 0.97 ? `${base}/namespaces/${namespace}/${kind.resource}` : `${base}/${kind.resource}`;
  const toCollection = method === 'POST' ? 0.85 : method === 'GET' ? 0.5 : 0.03;
  if (random.next() < toCollection) return collection;
  const name = kind.resource === 'customresourcedefinitions' ? pick(random, ['things.fuzz.example', ...names]) : pick(random, names);
  return random.next() < 0.25 ? `${collection}/${name}/${pick(random, subresources)}` : `${collection}/${name}`;
}

function contentOf(random: Random, kind: KindDefinition, method: string): Pick<FuzzRequest, 'body'> & { type: string } {
  const isPatch = method === 'PATCH';
  const type = isPatch ? pick(random, patchTypes) : random.next() < 0.75 ? 'application/json' : pick(random, bodyTypes);
  if (type.includes('protobuf') || type.includes('cbor')) return { type, body: brokenBytes(random) };
  const options = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid: 'u', resourceVersion: '1' }, propagationPolicy: 'Background', dryRun: ['All'] };
  const value = type.includes('json-patch') ? jsonPatch(random) : method === 'DELETE' ? damaged(random, options) : bodyOf(random, kind);
  const text = JSON.stringify(value) ?? '';
  return { type, body: random.next() < 0.12 ? brokenText(random, text) : text };
}

/** The next damaged request to one of the kinds, or to a path that is none. */
export function nextRequest(random: Random, kinds: readonly KindDefinition[]): FuzzRequest {
  const kind = pick(random, kinds);
  const method = pick(random, ['POST', 'POST', 'POST', 'PUT', 'PUT', 'PATCH', 'PATCH', 'PATCH', 'DELETE', 'GET', 'GET', 'HEAD', 'OPTIONS', 'TRACE']);
  const isReading = method === 'GET' || method === 'HEAD';
  const accept = random.next() < 0.6 ? 'application/json' : pick(random, accepts);
  const more = random.next() < 0.15 ? pick(random, otherHeaders) : {};
  if (isReading && random.next() < 0.1) return { method, path: pick(random, roots), headers: { accept, ...more } };
  const path = pathOf(random, kind, method);
  const query = random.next() < 0.45 ? pick(random, queries) : '';
  const isTried = !isReading && (actsOnOthers.test(path) || (method === 'DELETE' && /(serviceaccounts|namespaces)$/.test(path)));
  const all = [isTried ? 'dryRun=All' : '', isTried && query.startsWith('dryRun') ? '' : query].filter(Boolean).join('&');
  const { type, body } = isReading ? { type: '', body: undefined } : contentOf(random, kind, method);
  return { method, path: all ? `${path}?${all}` : path, headers: { accept, ...(type ? { 'content-type': type } : {}), ...more }, ...(body === undefined ? {} : { body }) };
}
