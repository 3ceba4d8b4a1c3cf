import { request as httpsRequest } from 'node:https';
import type { APIService, APIServiceCondition } from '@typernetes/api';
import { systemClock } from '@typernetes/machinery';
import { createCertificateAuthority, issueCertificate, type CertificatePair } from '@typernetes/pki';
import { startTestApi, type TestApi } from '../testing/start-test-api';
import { group, startSampleServer, type SampleServer } from './testing/sample-server';

let api: TestApi;
let sample: SampleServer;

const namespace = 'aggregation';
const version = 'v1alpha1';
const base = `/apis/${group}/${version}`;
const services = '/apis/apiregistration.k8s.io/v1/apiservices';
const own = `${services}/${version}.${group}`;
const flunders = `${base}/namespaces/${namespace}/flunders`;

const nowMs = systemClock.now();
const frontProxyCa = createCertificateAuthority('front-proxy-ca', nowMs, 1);
const frontProxy = issueCertificate(frontProxyCa, { commonName: 'front-proxy-client', nowMs, validForDays: 1, usages: ['client'] });

function aggregated(spec: Partial<NonNullable<APIService['spec']>> = {}): APIService {
  return {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: `${version}.${group}` },
    spec: { group, version, groupPriorityMinimum: 2_000, versionPriority: 200, service: { namespace, name: 'sample', port: sample.port }, caBundle: sample.caBundle, ...spec },
  };
}

async function condition(): Promise<APIServiceCondition | undefined> {
  const { json } = await api.call('GET', own);
  return (json as APIService).status?.conditions?.find(({ type }) => type === 'Available');
}

async function until<T>(look: () => Promise<T>, isRight: (found: T) => boolean): Promise<T> {
  for (let i = 0; ; i++) {
    const found = await look();
    if (isRight(found) || i === 400) return found;
    await systemClock.sleep(25);
  }
}

const untilReason = (reason: string): Promise<APIServiceCondition | undefined> => until(condition, (found) => found?.reason === reason);

beforeAll(async () => {
  api = await startTestApi({ proxyClient: { cert: Buffer.from(frontProxy.cert), key: Buffer.from(frontProxy.key) }, requestHeader: { clientCa: Buffer.from(frontProxyCa.cert), allowedNames: ['front-proxy-client'] } });
  sample = await startSampleServer({ host: `sample.${namespace}.svc`, frontProxyCa: frontProxyCa.cert });
  await api.call('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace } } });
}, 60_000);
afterAll(async () => {
  await sample.stop();
  await api.stop();
});

/** One request as somebody else, by certificate. */
function callAs(client: CertificatePair, path: string, headers: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest({ host: '127.0.0.1', port: api.running.securePort, path, headers, ca: api.caCert, cert: client.cert, key: client.key, agent: false }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
    });
    request.on('error', reject);
    request.end();
  });
}

describe('what the server itself serves', () => {
  it('has an APIService each, that is always available', async () => {
    const { json } = await api.call('GET', services);
    const names = json.items.map(({ metadata }) => metadata?.name);
    expect(names).toEqual(expect.arrayContaining(['v1.', 'v1.apps', 'v2.autoscaling', 'v1.apiextensions.k8s.io', 'v1beta1.metrics.k8s.io']));
    expect(names).not.toContain('v1.apiregistration.k8s.io');
    expect(json.items.find(({ metadata }) => metadata?.name === 'v1.apps')).toMatchObject({
      metadata: { labels: { 'kube-aggregator.kubernetes.io/automanaged': 'onstart' } },
      spec: { group: 'apps', version: 'v1', groupPriorityMinimum: 17_800, versionPriority: 15 },
      status: { conditions: [{ type: 'Available', status: 'True', reason: 'Local', message: 'Local APIServices are always available' }] },
    });
    expect((await api.kubectl(['get', 'apiservices', 'v1.apps', '--no-headers'])).stdout).toMatch(/^v1\.apps\s+Local\s+True\s+\S+\n$/);
  });

  it('follows custom kinds', async () => {
    const definition = { metadata: { name: 'things.a.example' }, spec: { group: 'a.example', scope: 'Cluster', names: { plural: 'things', kind: 'Thing' }, versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }] } };
    const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    const look = (): Promise<{ code: number; json: object }> => api.call('GET', `${services}/v1.a.example`);
    await api.call('POST', crds, { body: definition });
    expect((await until(look, ({ code }) => code === 200)).json).toMatchObject({ metadata: { labels: { 'kube-aggregator.kubernetes.io/automanaged': 'true' } }, spec: { groupPriorityMinimum: 1_000, versionPriority: 100 } });
    await api.call('DELETE', `${services}/v1.a.example`);
    expect((await until(look, ({ code }) => code === 200)).code).toBe(200);
    await api.call('DELETE', `${crds}/things.a.example`);
    expect((await until(look, ({ code }) => code === 404)).code).toBe(404);
  });

  it('tells extension servers whom to believe', async () => {
    const { json } = await api.call('GET', '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication');
    expect(json['data']).toEqual({
      'client-ca-file': api.caCert,
      'requestheader-allowed-names': '["front-proxy-client"]',
      'requestheader-client-ca-file': frontProxyCa.cert,
      'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
      'requestheader-group-headers': '["X-Remote-Group"]',
      'requestheader-uid-headers': '["X-Remote-Uid"]',
      'requestheader-username-headers': '["X-Remote-User"]',
    });
  });
});

describe('aggregated discovery', () => {
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  type Group = { metadata: { name?: string }; versions: { version: string; freshness: string; resources: { resource: string; responseKind: { kind: string }; verbs: string[] }[] }[] };

  async function document(path: string): Promise<Group[]> {
    const { code, headers, json } = await api.call('GET', path, { headers: { accept } });
    expect([code, headers['content-type'], json['kind'], json.apiVersion]).toEqual([200, accept, 'APIGroupDiscoveryList', 'apidiscovery.k8s.io/v2']);
    return json.items as unknown as Group[];
  }

  const rowsOf = (groups: Group[]): string[] =>
    groups.flatMap(({ metadata, versions }) => versions.flatMap(({ version: each, freshness, resources: list }) => list.map(({ resource, responseKind, verbs }) => [metadata.name ?? '', each, freshness, resource, responseKind.kind, verbs.length > 0].join(' '))));

  const definition = { metadata: { name: 'rests.b.example' }, spec: { group: 'b.example', scope: 'Cluster', names: { plural: 'rests', kind: 'Rest' }, versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }] } };

  beforeAll(async () => {
    expect((await api.call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { body: definition })).code).toBe(201);
    await api.running.customKindsServed();
  });

  it('has every built-in kind, for those who accept it', async () => {
    const shown = [...rowsOf(await document('/api')), ...rowsOf(await document('/apis'))];
    const served = [...api.running.registry].map((kind) => [kind.group, kind.version, 'Current', kind.resource, kind.kind, true].join(' '));
    expect(shown).toEqual(expect.arrayContaining(served));
    expect(shown).toEqual(expect.arrayContaining([' v1 Current pods Pod true', 'apps v1 Current deployments Deployment true', 'batch v1 Current jobs Job true']));
  });

  it('has custom kinds, for those who accept it', async () => {
    expect(await until(async () => rowsOf(await document('/apis')), (rows) => rows.some((row) => row.startsWith('b.example')))).toContain('b.example v1 Current rests Rest true');
  });

  it('tells kubectl of built-in and custom kinds', async () => {
    const { stdout } = await api.kubectl(['api-resources', '--no-headers', '-o', 'wide']);
    const names = stdout.trim().split('\n').map((line) => line.trim().split(/\s+/)[0]);
    expect(names).toEqual(expect.arrayContaining(['pods', 'deployments', 'jobs', 'customresourcedefinitions', 'rests']));
  });
});

describe('an APIService is refused', () => {
  const rows: [name: string, change: object, message: string][] = [
    ['by another name', { metadata: { name: 'x' } }, `APIService.apiregistration.k8s.io "x" is invalid: metadata.name: Invalid value: "x": must be \`spec.version+"."+spec.group\`: "${version}.${group}"`],
    ['with two ways to trust', { spec: { insecureSkipTLSVerify: true } }, `spec.insecureSkipTLSVerify: Invalid value: true: may not be true if caBundle is present`],
    ['with a CA of nobody', { spec: { service: undefined } }, 'local APIServices may not have a caBundle'],
    ['without priorities', { spec: { groupPriorityMinimum: 0, versionPriority: 1_001 } }, 'spec.groupPriorityMinimum: Invalid value: 0: must be positive and less than 20000, spec.versionPriority: Invalid value: 1001: must be positive and less than 1000'],
  ];
  it.each(rows)('%s', async (_name, change: { metadata?: object; spec?: object }, message) => {
    const body = aggregated(change.spec);
    const { code, json } = await api.call('POST', services, { body: { ...body, metadata: change.metadata ?? body.metadata } });
    expect(code).toBe(422);
    expect(json['message']).toContain(message);
  });
});

describe('an API of another server', () => {
  it('says why it is not available, and answers 503', async () => {
    expect((await api.call('POST', services, { body: aggregated() })).code).toBe(201);
    expect(await untilReason('ServiceNotFound')).toMatchObject({ status: 'False', message: `service/sample in "${namespace}" is not present` });
    const { code, text } = await api.call('GET', flunders);
    expect([code, text]).toEqual([503, 'service unavailable\n']);
    expect((await api.kubectl(['get', 'apiservices', `${version}.${group}`, '--no-headers'])).stdout).toMatch(new RegExp(`^\\S+\\s+${namespace}/sample\\s+False \\(ServiceNotFound\\)`));
    await api.call('POST', `/api/v1/namespaces/${namespace}/services`, { body: { metadata: { name: 'sample' }, spec: { ports: [{ port: 1 }] } } });
    expect(await untilReason('ServicePortError')).toMatchObject({ message: `service/sample in "${namespace}" is not listening on port ${sample.port}` });
    await api.call('DELETE', `/api/v1/namespaces/${namespace}/services/sample`);
    await api.call('POST', `/api/v1/namespaces/${namespace}/services`, { body: { metadata: { name: 'sample' }, spec: { ports: [{ port: sample.port }] } } });
    expect(await untilReason('EndpointsNotFound')).toMatchObject({ message: `cannot find endpointslices for service/sample in "${namespace}"` });
    await api.call('DELETE', `/api/v1/namespaces/${namespace}/services/sample`);
  });

  it('becomes available', async () => {
    await api.call('POST', `/api/v1/namespaces/${namespace}/services`, { body: { metadata: { name: 'sample' }, spec: { type: 'ExternalName', externalName: 'localhost' } } });
    expect(await untilReason('Passed')).toMatchObject({ status: 'True', message: 'all checks passed' });
  });

  it('serves its objects to kubectl', async () => {
    expect(await api.kubectl(['create', '-f', '-'], JSON.stringify({ apiVersion: `${group}/${version}`, kind: 'Flunder', metadata: { name: 'one', namespace }, reference: 'x' }))).toMatchObject({ stderr: '', stdout: `flunder.${group}/one created\n` });
    expect((await api.kubectl(['get', 'fl', '-n', namespace, '-o', 'name'])).stdout).toBe(`flunder.${group}/one\n`);
    expect((await api.call('GET', `${flunders}/nothing`)).code).toBe(404);
    expect((await api.kubectl(['delete', 'flunder', 'one', '-n', namespace])).stdout).toContain('deleted');
  });

  it('hears who asks, and from nobody but this server', async () => {
    await api.call('GET', flunders, { headers: { 'x-remote-user': 'somebody', 'x-remote-extra-forged': 'yes', authorization: 'Bearer secret' } });
    expect(sample.lastHeaders()).toMatchObject({ 'x-remote-user': 'kubernetes-admin' });
    await api.call('GET', flunders);
    const headers = sample.lastHeaders();
    expect(headers['x-remote-user']).toBe('kubernetes-admin');
    expect(headers['x-remote-group']).toContain('system:masters');
    expect(headers['x-remote-extra-authentication.kubernetes.io%2fcredential-id']).toMatch(/^X509SHA256=/);
    expect(headers['x-remote-extra-forged']).toBeUndefined();
    expect(headers['authorization']).toBeUndefined();
  });

  it('is for those alone who have the right', async () => {
    const jane = api.issue('jane');
    expect(await callAs(jane, flunders)).toBe(403);
    await api.call('POST', '/apis/rbac.authorization.k8s.io/v1/clusterroles', { body: { metadata: { name: 'flunders' }, rules: [{ apiGroups: [group], resources: ['flunders'], verbs: ['list'] }] } });
    await api.call('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', { body: { metadata: { name: 'flunders' }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'flunders' }, subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'jane' }] } });
    expect(await until(() => callAs(jane, flunders), (code) => code === 200)).toBe(200);
    expect(await callAs(jane, `${flunders}/one`)).toBe(403);
  });

  it('is watched through this server', async () => {
    const event = new Promise<string>((resolve, reject) => {
      const request = httpsRequest({ host: '127.0.0.1', port: api.running.securePort, path: `${flunders}?watch=true`, ca: api.caCert, cert: api.admin.cert, key: api.admin.key, agent: false }, (response) => {
        void api.call('POST', flunders, { body: { metadata: { name: 'seen' } } });
        response.once('data', (chunk: Buffer) => {
          resolve(chunk.toString());
          request.destroy();
        });
      });
      request.on('error', reject);
      request.end();
    });
    expect(JSON.parse(await event)).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'seen' } } });
  });

  it('takes upgrades', async () => {
    const answer = await new Promise<string[]>((resolve, reject) => {
      const request = httpsRequest({ host: '127.0.0.1', port: api.running.securePort, path: `${flunders}/seen/echo`, headers: { connection: 'Upgrade', upgrade: 'echo' }, ca: api.caCert, cert: api.admin.cert, key: api.admin.key, agent: false });
      request.on('upgrade', (response, socket) => {
        socket.once('data', (chunk: Buffer) => {
          resolve([String(response.headers['x-asked-by']), chunk.toString()]);
          socket.destroy();
        });
        socket.write('hello');
      });
      request.on('response', (response) => reject(new Error(String(response.statusCode))));
      request.on('error', reject);
      request.end();
    });
    expect(answer).toEqual(['kubernetes-admin', 'hello']);
  });

  it('stands in discovery, by priority', async () => {
    const { json: list } = await api.call('GET', '/apis');
    const names = (list['groups'] as { name: string }[]).map(({ name }) => name);
    expect(names.slice(0, 3)).toEqual(['apiregistration.k8s.io', 'apps', 'events.k8s.io']);
    expect(names.slice(-3)).toEqual([group, 'b.example', 'metrics.k8s.io']);
    expect((await api.call('GET', `/apis/${group}`)).json).toMatchObject({ kind: 'APIGroup', preferredVersion: { version } });
    expect((await api.call('GET', base)).json['resources']).toHaveLength(2);
    const { json: whole } = await api.call('GET', '/apis', { headers: { accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' } });
    expect(whole.items.find(({ metadata }) => metadata?.name === group)).toMatchObject({
      versions: [{ version, freshness: 'Current', resources: [{ resource: 'flunders', scope: 'Namespaced', responseKind: { group, version, kind: 'Flunder' }, shortNames: ['fl'], subresources: [{ subresource: 'status' }] }] }],
    });
  });

  it('stands in OpenAPI', async () => {
    const { json: index } = await api.call('GET', '/openapi/v3');
    const path = (index['paths'] as Record<string, { serverRelativeURL: string }>)[`apis/${group}/${version}`]?.serverRelativeURL ?? '';
    expect((await api.call('GET', path)).json).toMatchObject({ paths: { [`${base}/namespaces/{namespace}/flunders`]: {} } });
    const { json: v2 } = await api.call('GET', '/openapi/v2');
    expect(Object.keys(v2['paths'] as object)).toEqual(expect.arrayContaining([`${base}/namespaces/{namespace}/flunders`, '/api/v1/pods']));
    expect(Object.keys(v2['definitions'] as object)).toContain('com.example.wardle.v1alpha1.Flunder');
    expect(await api.kubectl(['explain', 'flunder', '--api-version', `${group}/${version}`])).toMatchObject({ stderr: '', stdout: expect.stringContaining('reference') as string });
  });

  it('is trusted by its certificate alone', async () => {
    const other = createCertificateAuthority('other', nowMs, 1);
    await api.call('PATCH', own, { headers: { 'content-type': 'application/merge-patch+json' }, body: { spec: { caBundle: Buffer.from(other.cert).toString('base64') } } });
    expect((await untilReason('FailedDiscoveryCheck'))?.message).toMatch(new RegExp(`^failing or missing response from https://sample.${namespace}.svc:${sample.port}${base}: `));
    expect((await api.call('GET', flunders)).code).toBe(503);
    await api.call('PATCH', own, { headers: { 'content-type': 'application/merge-patch+json' }, body: { spec: { caBundle: null, insecureSkipTLSVerify: true } } });
    expect((await untilReason('Passed'))?.status).toBe('True');
    expect((await api.call('GET', flunders)).code).toBe(200);
  });

  it('that fails is stale in discovery', async () => {
    sample.setHealthy(false);
    await api.call('PATCH', own, { headers: { 'content-type': 'application/merge-patch+json' }, body: { spec: { versionPriority: 201 } } });
    expect(await untilReason('FailedDiscoveryCheck')).toMatchObject({ message: expect.stringContaining('bad status from') as string });
    const { json: whole } = await api.call('GET', '/apis', { headers: { accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' } });
    expect(whole.items.find(({ metadata }) => metadata?.name === group)).toMatchObject({ versions: [{ version, freshness: 'Stale' }] });
    sample.setHealthy(true);
    expect((await untilReason('Passed'))?.status).toBe('True');
  });

  it('is gone with its APIService', async () => {
    expect((await api.call('DELETE', own)).code).toBe(200);
    expect((await until(() => api.call('GET', flunders), ({ code }) => code === 404)).code).toBe(404);
    expect((await api.call('GET', `/apis/${group}`)).code).toBe(404);
  });
});
