import { startTestApi, type TestApi } from '../testing/start-test-api';
import { defaultRbac } from './rbac/default-rbac';

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
}, 60_000);
afterAll(() => api.stop());

const rbac = '/apis/rbac.authorization.k8s.io/v1';

it('creates namespaces, roles and the kubernetes Service with both kinds of endpoints', async () => {
  const namespaces = (await api.call('GET', '/api/v1/namespaces')).json.items.map(({ metadata }) => metadata?.name);
  expect(namespaces).toEqual(expect.arrayContaining(['default', 'kube-system', 'kube-public', 'kube-node-lease']));
  expect((await api.call('GET', `${rbac}/clusterroles`)).json.items).toHaveLength(defaultRbac.clusterRoles.length);
  expect((await api.call('GET', `${rbac}/clusterrolebindings`)).json.items).toHaveLength(defaultRbac.clusterRoleBindings.length);
  expect((await api.call('GET', '/api/v1/namespaces/default/services/kubernetes')).json).toMatchObject({ spec: { clusterIP: '10.96.0.1', ports: [{ port: 443 }] } });
  const slice = await api.call('GET', '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes');
  expect(slice.json).toMatchObject({ metadata: { labels: { 'kubernetes.io/service-name': 'kubernetes' } }, ports: [{ name: 'https', port: api.running.securePort }] });
  expect((await api.call('GET', '/readyz/poststarthook/rbac/bootstrap-roles')).code).toBe(200);
  expect((await api.call('GET', '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication')).json).toMatchObject({ data: { 'client-ca-file': api.caCert } });
});

it('adds again what was taken away, and only that', async () => {
  await api.call('DELETE', `${rbac}/clusterroles/system:node`);
  const view = (await api.call('GET', `${rbac}/clusterroles/view`)).json.metadata?.resourceVersion;
  await api.restart();
  expect((await api.call('GET', `${rbac}/clusterroles/system:node`)).code).toBe(200);
  expect((await api.call('GET', `${rbac}/clusterroles/view`)).json.metadata?.resourceVersion).toBe(view);
}, 30_000);

describe('flow control', () => {
  const flowcontrol = '/apis/flowcontrol.apiserver.k8s.io/v1';
  const names = async (resource: string): Promise<(string | undefined)[]> => (await api.call('GET', `${flowcontrol}/${resource}`)).json.items.map(({ metadata }) => metadata?.name);

  /** MISSINGPL of `kubectl get flowschemas`, once it is what is expected or ten seconds are over. */
  async function missingLevel(schema: string, expected: string): Promise<string> {
    let shown = '';
    for (let i = 0; i < 300 && shown !== expected; i += 1) {
      if (i > 0) await new Promise((resolve) => setTimeout(resolve, 100));
      shown = (await api.kubectl(['get', 'flowschema', schema, '--no-headers'])).stdout.trim().split(/\s+/).at(-1) ?? '';
    }
    return shown;
  }

  it('has the default levels and schemas', async () => {
    expect(await names('prioritylevelconfigurations')).toEqual(['catch-all', 'exempt', 'global-default', 'leader-election', 'node-high', 'system', 'workload-high', 'workload-low']);
    expect(await names('flowschemas')).toHaveLength(13);
    expect((await api.call('GET', `${flowcontrol}/flowschemas/exempt`)).json).toMatchObject({
      metadata: { annotations: { 'apf.kubernetes.io/autoupdate-spec': 'true' } },
    });
    expect(await missingLevel('exempt', 'False')).toBe('False');
    expect((await api.call('DELETE', `${flowcontrol}/prioritylevelconfigurations/exempt`)).code).toBe(200);
    await api.restart();
    expect((await api.call('GET', `${flowcontrol}/prioritylevelconfigurations/exempt`)).code).toBe(200);
  }, 30_000);

  it('a schema says whether its level exists', async () => {
    const schema = { metadata: { name: 'mine' }, spec: { priorityLevelConfiguration: { name: 'my-level' } } };
    expect((await api.call('POST', `${flowcontrol}/flowschemas`, { body: schema })).json).toMatchObject({ spec: { matchingPrecedence: 1000 } });
    expect(await missingLevel('mine', 'True')).toBe('True');
    const level = { metadata: { name: 'my-level' }, spec: { type: 'Limited', limited: { limitResponse: { type: 'Queue', queuing: {} } } } };
    expect((await api.call('POST', `${flowcontrol}/prioritylevelconfigurations`, { body: level })).json).toMatchObject({ spec: { limited: { nominalConcurrencyShares: 30, limitResponse: { queuing: { queues: 64 } } } } });
    expect(await missingLevel('mine', 'False')).toBe('False');
  }, 60_000);
});
