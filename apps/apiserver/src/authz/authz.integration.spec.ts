import { startTestApi, type HttpAnswer, type TestApi } from '../testing/start-test-api';

let api: TestApi;
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 100));

beforeAll(async () => {
  api = await startTestApi();
  await api.call('POST', '/api/v1/namespaces/default/serviceaccounts', { body: { metadata: { name: 'default' } } });
}, 60_000);
afterAll(() => api.stop());

const rbac = '/apis/rbac.authorization.k8s.io/v1';
const as = (user: string, group: string) => (method: string, path: string, body?: unknown): Promise<HttpAnswer> =>
  api.call(method, path, { headers: { 'impersonate-user': user, 'impersonate-group': group }, ...(body === undefined ? {} : { body }) });

it('lets nobody give away more than they have', async () => {
  const editor = as('editor', 'editors');
  await api.call('POST', `${rbac}/clusterroles`, {
    body: {
      metadata: { name: 'role-editor' },
      rules: [
        { apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterroles', 'clusterrolebindings'], verbs: ['create'] },
        { apiGroups: [''], resources: ['pods'], verbs: ['get'] },
      ],
    },
  });
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'editor' }];
  await api.call('POST', `${rbac}/clusterrolebindings`, {
    body: { metadata: { name: 'role-editor' }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'role-editor' }, subjects },
  });
  await pause();
  const role = (name: string, verb: string): object => ({ metadata: { name }, rules: [{ apiGroups: [''], resources: ['pods'], verbs: [verb] }] });
  expect((await editor('POST', `${rbac}/clusterroles`, role('fine', 'get'))).code).toBe(201);
  const refused = await editor('POST', `${rbac}/clusterroles`, role('more', 'delete'));
  expect(refused.code).toBe(403);
  expect(refused.json.message).toContain('user "editor" (groups=["editors" "system:authenticated"]) is attempting to grant RBAC permissions not currently held');
  const bound = await editor('POST', `${rbac}/clusterrolebindings`, {
    metadata: { name: 'root' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects,
  });
  expect(bound.code).toBe(403);
});

it('answers what is allowed', async () => {
  const review = async (body: object): Promise<unknown> =>
    (await api.call('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', { body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec: body } })).json['status'];
  const resourceAttributes = { verb: 'create', resource: 'pods', subresource: 'binding', namespace: 'default' };
  expect(await review({ user: 'system:kube-scheduler', resourceAttributes })).toEqual({
    allowed: true,
    reason: 'RBAC: allowed by ClusterRoleBinding "system:kube-scheduler" of ClusterRole "system:kube-scheduler" to User "system:kube-scheduler"',
  });
  expect(await review({ user: 'nobody', resourceAttributes })).toEqual({ allowed: false });
  expect((await api.kubectl(['auth', 'can-i', 'delete', 'nodes'])).stdout.trim()).toBe('yes');
  expect((await api.kubectl(['auth', 'can-i', 'delete', 'nodes', '--as', 'system:kube-proxy'])).stdout.trim()).toBe('no');
  expect((await api.kubectl(['auth', 'can-i', '--list', '--as', 'x'])).stdout).toContain('selfsubjectaccessreviews.authorization.k8s.io');
});

it('keeps a node to what is its own', async () => {
  const node = as('system:node:n1', 'system:nodes');
  expect((await node('POST', '/api/v1/nodes', { metadata: { name: 'n1' } })).code).toBe(201);
  expect((await node('POST', '/api/v1/nodes', { metadata: { name: 'n2' } })).json.message).toContain('node "n1" is not allowed to modify node "n2"');
  for (const name of ['mine', 'other']) await api.call('POST', '/api/v1/namespaces/default/secrets', { body: { metadata: { name } } });
  const spec = { nodeName: 'n1', containers: [{ name: 'c', image: 'i' }], volumes: [{ name: 'v', secret: { secretName: 'mine' } }] };
  const pod = await api.call('POST', '/api/v1/namespaces/default/pods', { body: { metadata: { name: 'p' }, spec } });
  expect(pod.code).toBe(201);
  await pause();
  expect((await node('GET', '/api/v1/namespaces/default/secrets/mine')).code).toBe(200);
  expect((await node('GET', '/api/v1/namespaces/default/secrets/other')).json.message).toContain("no relationship found between node 'n1' and this object");
  expect((await node('GET', '/api/v1/pods?fieldSelector=spec.nodeName%3Dn1')).code).toBe(200);
  expect((await node('GET', '/api/v1/pods')).code).toBe(403);
  const token = (uid: string | undefined): Promise<HttpAnswer> =>
    node('POST', '/api/v1/namespaces/default/serviceaccounts/default/token', {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: 3607, boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'p', ...(uid ? { uid } : {}) } },
    });
  const issued = await token(pod.json.metadata?.uid);
  expect(issued.code).toBe(201);
  expect((await token(undefined)).code).toBe(403);
  const bearer = { anonymous: true, headers: { authorization: `Bearer ${(issued.json['status'] as { token: string }).token}` } };
  expect((await api.call('GET', '/api', bearer)).code).toBe(200);
  await api.call('DELETE', '/api/v1/namespaces/default/pods/p?gracePeriodSeconds=0');
  await pause();
  expect((await api.call('GET', '/api', bearer)).code).toBe(401);
});
