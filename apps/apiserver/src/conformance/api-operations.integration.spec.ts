/**
 * "should support … API operations" of conformance of Kubernetes 1.36: a kind stands in all documents of discovery, and
 * everything that can be done to its objects, their status and other parts is done. One row is one kind.
 */
import { createPrivateKey } from 'node:crypto';
import forge from 'node-forge';
import { openWatch } from '../testing/open-watch';
import { startTestApi, type HttpAnswer, type TestApi } from '../testing/start-test-api';

// For loaded machines.
jest.setTimeout(60_000);

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
}, 60_000);
afterAll(() => api.stop());

interface Operated {
  /** With the version: `flowcontrol.apiserver.k8s.io/v1`. */
  readonly groupVersion: string;
  readonly resource: string;
  /** Of an object without metadata; is made when the server runs. */
  readonly body: () => object;
  /** Parts with `get`, `patch` and `update`, and what of their status is written, first by patch and then by update. */
  readonly parts?: Readonly<Record<string, readonly [patched: object, updated: object]>>;
}

const condition = (type: string, more: object = {}): object => ({ conditions: [{ type, status: 'True', reason: 'E2E', message: 'Set from e2e test', lastTransitionTime: '2026-01-01T00:00:00Z', ...more }] });
const statusOf = (...more: [object?]): Operated['parts'] => ({ status: [condition('Patched', ...more), condition('Updated', ...more)] });
const rules = [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }];

/** A certificate request signed with the administrator's key: any key does. */
function certificateRequest(): string {
  const request = forge.pki.createCertificationRequest();
  const key = forge.pki.privateKeyFromPem(createPrivateKey(api.admin.key).export({ type: 'pkcs1', format: 'pem' }).toString());
  request.publicKey = forge.pki.setRsaPublicKey(key.n, key.e);
  request.setSubject([{ name: 'commonName', value: 'e2e' }]);
  request.sign(key, forge.md.sha256.create());
  return Buffer.from(forge.pki.certificationRequestToPem(request)).toString('base64');
}

const kinds: readonly Operated[] = [
  {
    groupVersion: 'flowcontrol.apiserver.k8s.io/v1',
    resource: 'flowschemas',
    body: () => ({
      spec: {
        matchingPrecedence: 10_000,
        priorityLevelConfiguration: { name: 'global-default' },
        distinguisherMethod: { type: 'ByUser' },
        rules: [{ subjects: [{ kind: 'User', user: { name: 'example-e2e-non-existent-user' } }], nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }] }],
      },
    }),
    parts: statusOf(),
  },
  {
    groupVersion: 'flowcontrol.apiserver.k8s.io/v1',
    resource: 'prioritylevelconfigurations',
    body: () => ({ spec: { type: 'Limited', limited: { nominalConcurrencyShares: 2, limitResponse: { type: 'Reject' } } } }),
    parts: statusOf(),
  },
  {
    groupVersion: 'admissionregistration.k8s.io/v1',
    resource: 'validatingadmissionpolicies',
    body: () => ({ spec: { matchConstraints: { resourceRules: rules }, validations: [{ expression: "object.data.all(key, key != 'forbidden')" }] } }),
    parts: statusOf(),
  },
  {
    groupVersion: 'admissionregistration.k8s.io/v1',
    resource: 'validatingadmissionpolicybindings',
    body: () => ({ spec: { policyName: 'replicalimit-policy.example.com', validationActions: ['Deny'] } }),
  },
  {
    groupVersion: 'admissionregistration.k8s.io/v1',
    resource: 'mutatingadmissionpolicies',
    body: () => ({ spec: { matchConstraints: { resourceRules: rules }, reinvocationPolicy: 'IfNeeded', mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression: 'Object{metadata: Object.metadata{labels: {"mutated": "yes"}}}' } }] } }),
  },
  { groupVersion: 'admissionregistration.k8s.io/v1', resource: 'mutatingadmissionpolicybindings', body: () => ({ spec: { policyName: 'mutate.example.com' } }) },
  {
    groupVersion: 'certificates.k8s.io/v1',
    resource: 'certificatesigningrequests',
    body: () => ({ spec: { request: certificateRequest(), signerName: 'example.com/e2e', usages: ['client auth', 'digital signature', 'key encipherment'], expirationSeconds: 3_600 } }),
    parts: { approval: [condition('Approved'), condition('Approved', { message: 'approved twice' })], status: [condition('Approved', { message: 'approved twice' }), condition('Approved', { message: 'approved twice' })] },
  },
];

const read = async (path: string): Promise<HttpAnswer['json']> => (await api.call('GET', path)).json;
const merge = { 'content-type': 'application/merge-patch+json' };
const changed = (path: string, body: object): Promise<HttpAnswer> => api.call('PATCH', path, { body, headers: merge });

/** Expects the answer to be good, and gives what it holds. */
function good({ code, text, json }: HttpAnswer, expected = 200): HttpAnswer['json'] {
  expect([code, code === expected ? '' : text]).toEqual([expected, '']);
  return json;
}

async function expectDiscovery({ groupVersion, resource, parts = {} }: Operated): Promise<void> {
  const [group, version] = groupVersion.split('/');
  expect((await read('/apis'))['groups']).toContainEqual(expect.objectContaining({ name: group, versions: expect.arrayContaining([{ groupVersion, version }]) as unknown }));
  expect((await read(`/apis/${group}`))['versions']).toContainEqual({ groupVersion, version });
  const verbs = new Map(((await read(`/apis/${groupVersion}`))['resources'] as { name: string; verbs: string[] }[]).map((one) => [one.name, one.verbs]));
  expect(verbs.get(resource)).toEqual(['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']);
  for (const part of Object.keys(parts)) expect(verbs.get(`${resource}/${part}`)).toEqual(['get', 'patch', 'update']);
}

it.each(kinds)('$resource support all operations', async (kind) => {
  const { groupVersion, resource, body, parts = {} } = kind;
  await expectDiscovery(kind);
  const path = `/apis/${groupVersion}/${resource}`;
  const labelled = `${path}?labelSelector=e2e%3Doperations`;
  const annotation = async (name: string): Promise<unknown> => (await read(`${path}/a`)).metadata?.annotations?.[name];
  for (const name of ['a', 'b', 'c']) good(await api.call('POST', path, { body: { ...body(), metadata: { name, labels: { e2e: 'operations' } } } }), 201);
  expect((await read(`${path}/a`)).metadata).toMatchObject({ name: 'a', uid: expect.any(String) as string });
  const list = await read(labelled);
  expect(list.items.map(({ metadata }) => metadata?.name)).toEqual(['a', 'b', 'c']);

  const watch = await openWatch(api, `${labelled}&watch=true&resourceVersion=${list.metadata.resourceVersion}`);
  good(await changed(`${path}/a`, { metadata: { annotations: { patched: 'true' } } }));
  expect(await annotation('patched')).toBe('true');
  const current = await read(`${path}/a`);
  good(await api.call('PUT', `${path}/a`, { body: { ...current, metadata: { ...current.metadata, annotations: { ...current.metadata?.annotations, updated: 'true' } } } }));
  expect(await annotation('updated')).toBe('true');

  for (const [part, [patched, updated]] of Object.entries(parts)) {
    const at = `${path}/a/${part}`;
    expect((await read(at)).metadata?.name).toBe('a');
    expect(good(await changed(at, { status: patched }))['status']).toMatchObject(patched);
    const before = await read(at);
    expect(good(await api.call('PUT', at, { body: { ...before, status: updated } }))['status']).toMatchObject(updated);
  }

  good(await api.call('DELETE', `${path}/a`));
  expect((await api.call('GET', `${path}/a`)).code).toBe(404);
  good(await api.call('DELETE', labelled));
  expect((await read(labelled)).items).toEqual([]);
  const seen: string[] = [];
  while (seen.filter((each) => each.startsWith('DELETED')).length < 3) {
    const { type, object } = await watch.next();
    seen.push(`${type} ${object.metadata?.name}`);
  }
  watch.close();
  expect(seen.slice(0, 2)).toEqual(['MODIFIED a', 'MODIFIED a']);
  expect(seen.filter((each) => each.startsWith('DELETED'))).toEqual(['DELETED a', 'DELETED b', 'DELETED c']);
});

it('every group has a list of resources for each of its versions, and prefers a version that it has', async () => {
  const groups = (await read('/apis'))['groups'] as { name: string; preferredVersion: object; versions: { groupVersion: string; version: string }[] }[];
  expect(groups.length).toBeGreaterThan(15);
  for (const { name, preferredVersion, versions } of groups) {
    expect(await read(`/apis/${name}`)).toMatchObject({ kind: 'APIGroup', name, preferredVersion, versions });
    expect(versions).toContainEqual(preferredVersion);
    for (const { groupVersion, version } of versions) {
      const { groupVersion: told, resources } = (await read(`/apis/${groupVersion}`)) as unknown as { groupVersion: string; resources: { name: string; kind: string; verbs: string[] }[] };
      expect([groupVersion, told]).toEqual([`${name}/${version}`, groupVersion]);
      expect(resources.length).toBeGreaterThan(0);
      for (const resource of resources) expect(resource).toMatchObject({ name: expect.stringMatching(/./) as string, kind: expect.stringMatching(/./) as string, verbs: expect.arrayContaining([expect.any(String)]) as string[] });
    }
  }
});

describe('namespaces', () => {
  const path = '/api/v1/namespaces';

  it('take a finalizer, and lose it again', async () => {
    good(await api.call('POST', path, { body: { metadata: { name: 'finalized' } } }), 201);
    const finalizers = async (): Promise<unknown> => ((await read(`${path}/finalized`))['spec'] as { finalizers?: string[] }).finalizers;
    const finalize = async (list: string[]): Promise<void> => {
      const current = await read(`${path}/finalized`);
      good(await api.call('PUT', `${path}/finalized/finalize`, { body: { ...current, spec: { finalizers: list } } }));
    };
    await finalize(['kubernetes', 'e2e.example.com/fakeFinalizer']);
    expect(await finalizers()).toEqual(['kubernetes', 'e2e.example.com/fakeFinalizer']);
    await finalize(['kubernetes']);
    expect(await finalizers()).toEqual(['kubernetes']);
  });

  it('are updated', async () => {
    good(await api.call('POST', path, { body: { metadata: { name: 'updated' } } }), 201);
    const current = await read(`${path}/updated`);
    good(await api.call('PUT', `${path}/updated`, { body: { ...current, metadata: { ...current.metadata, labels: { ...current.metadata?.labels, updated: 'true' } } } }));
    expect((await read(`${path}/updated`)).metadata?.labels).toEqual({ 'kubernetes.io/metadata.name': 'updated', updated: 'true' });
  });

  it('are patched', async () => {
    good(await api.call('POST', path, { body: { metadata: { name: 'patched' } } }), 201);
    good(await api.call('PATCH', `${path}/patched`, { body: { metadata: { labels: { testLabel: 'testValue' } } }, headers: { 'content-type': 'application/strategic-merge-patch+json' } }));
    expect((await read(`${path}/patched`)).metadata?.labels).toMatchObject({ testLabel: 'testValue' });
  });
});
