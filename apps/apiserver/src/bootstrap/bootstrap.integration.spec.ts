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
