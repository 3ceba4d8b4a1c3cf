import { readFileSync } from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { parse } from 'yaml';
import { cluster, kubeconfig, kubectl, t8sHome } from './support/cluster';

interface Answer {
  code: number;
  status: { kind?: string; reason?: string; message?: string; code?: number; details?: { causes?: { field?: string }[] } };
}

const pki = (name: string): Buffer => readFileSync(path.join(t8sHome, 'clusters', cluster, 'admin/pki', name));

const server = (): string => (parse(readFileSync(kubeconfig, 'utf8')) as { clusters: [{ cluster: { server: string } }] }).clusters[0].cluster.server;

const nobody = { 'x-anonymous': 'true' };

function call(method: string, url: string, body?: string, headers: Record<string, string> = {}): Promise<Answer> {
  const identity = headers['x-anonymous'] ? {} : { cert: pki('admin.crt'), key: pki('admin.key') };
  return new Promise((resolve, reject) => {
    const request = https.request(
      `${server()}${url}`,
      { method, ca: pki('ca.crt'), ...identity, headers: { 'content-type': 'application/json', ...headers }, agent: false },
      (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => {
          const status = text.startsWith('{') ? (JSON.parse(text) as Answer['status']) : { message: text };
          resolve({ code: response.statusCode ?? 0, status });
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

const pod = (change: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'bad' },
  spec: { containers: [{ name: 'c', image: 'nginx' }] },
  ...change,
});
const podsUrl = '/api/v1/namespaces/default/pods';
const mapsUrl = '/api/v1/namespaces/default/configmaps';
const map = (change: object = {}): string => JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'bad-input' }, ...change });

afterAll(() => kubectl(['delete', 'configmap', 'bad-input', '--ignore-not-found']));

interface Case {
  name: string;
  request: () => Promise<Answer>;
  code: number;
  reason: string;
  message: RegExp;
}

const row = (name: string, request: Case['request'], [code, reason]: [number, string], message: RegExp): Case => ({ name, request, code, reason, message });

describe.each([
  row('malformed JSON', () => call('POST', podsUrl, '{"a":'), [400, 'BadRequest'], /./),
  row('malformed YAML', () => call('POST', podsUrl, 'a: [', { 'content-type': 'application/yaml' }), [400, 'BadRequest'], /./),
  row('wrong type', () => call('POST', podsUrl, JSON.stringify(pod({ spec: { containers: 'many' } }))), [400, 'BadRequest'], /./),
  row('unknown field, strict',
    () => call('POST', `${podsUrl}?fieldValidation=Strict`, JSON.stringify(pod({ spec: { containers: [{ name: 'c', image: 'nginx', imag: 'x' }] } }))),
    [400, 'BadRequest'], /strict decoding error: unknown field "spec\.containers\[0\]\.imag"/),
  row('invalid name',
    () => call('POST', podsUrl, JSON.stringify(pod({ metadata: { name: 'Not_Good' } }))),
    [422, 'Invalid'], /Pod "Not_Good" is invalid: metadata\.name: Invalid value: "Not_Good": a lowercase RFC 1123 subdomain/),
  row('nothing to run', () => call('POST', podsUrl, JSON.stringify(pod({ spec: { containers: [] } }))), [422, 'Invalid'], /spec\.containers: Required value/),
  row('unknown kind', () => call('POST', podsUrl, JSON.stringify(pod({ kind: 'Pood' }))), [400, 'BadRequest'], /Pood/),
  row('unknown resource', () => call('GET', '/api/v1/namespaces/default/poods'), [404, 'NotFound'], /the server could not find the requested resource/),
  row('absent object', () => call('GET', `${podsUrl}/none`), [404, 'NotFound'], /^pods "none" not found$/),
  row('bad label selector', () => call('GET', `${podsUrl}?labelSelector=${encodeURIComponent('a in (')}`), [400, 'BadRequest'], /unable to parse requirement/),
  row('bad field selector', () => call('GET', `${podsUrl}?fieldSelector=spec.colour%3Dred`), [400, 'BadRequest'], /field label not supported/),
  row('bad token', () => call('GET', podsUrl, undefined, { authorization: 'Bearer nonsense', ...nobody }), [401, 'Unauthorized'], /Unauthorized/),
  row('nobody in particular',
    () => call('GET', podsUrl, undefined, nobody),
    [403, 'Forbidden'], /pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" in the namespace "default"/),
  row('body over the limit',
    () => call('POST', mapsUrl, map({ data: { big: 'x'.repeat(3.5 * 1024 * 1024) } })),
    [413, 'RequestEntityTooLarge'], /limit is 3145728/),
  row('method that does not fit', () => call('POST', `${podsUrl}/x`, JSON.stringify(pod())), [405, 'MethodNotAllowed'], /./),
])('$name', ({ request, code, reason, message }) => {
  it(`is ${code} ${reason}`, async () => {
    const answer = await request();
    expect({ code: answer.code, kind: answer.status.kind, reason: answer.status.reason, inBody: answer.status.code }).toEqual({ code, kind: 'Status', reason, inBody: code });
    expect(answer.status.message).toMatch(message);
  });
});

it('refuses to create twice', async () => {
  expect((await call('POST', mapsUrl, map())).code).toBe(201);
  const again = await call('POST', mapsUrl, map());
  expect(again).toMatchObject({ code: 409, status: { reason: 'AlreadyExists', message: 'configmaps "bad-input" already exists' } });
});

it('refuses a stale update', async () => {
  const answer = await call('PUT', `${mapsUrl}/bad-input`, map({ metadata: { name: 'bad-input', resourceVersion: '1' } }));
  expect(answer).toMatchObject({ code: 409, status: { reason: 'Conflict' } });
  expect(answer.status.message).toBe(
    'Operation cannot be fulfilled on configmaps "bad-input": the object has been modified; please apply your changes to the latest version and try again',
  );
});

it('refuses to change what is immutable', async () => {
  await call('PATCH', `${mapsUrl}/bad-input`, '{"immutable":true,"data":{"a":"b"}}', { 'content-type': 'application/merge-patch+json' });
  const answer = await call('PATCH', `${mapsUrl}/bad-input`, '{"data":{"a":"c"}}', { 'content-type': 'application/merge-patch+json' });
  expect(answer).toMatchObject({ code: 422, status: { reason: 'Invalid' } });
  expect(answer.status.message).toContain('field is immutable when `immutable` is set');
});

it('stays up', async () => {
  expect((await call('GET', '/readyz', undefined, nobody)).code).toBe(200);
});
