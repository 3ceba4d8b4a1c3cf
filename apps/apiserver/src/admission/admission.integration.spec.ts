import { startTestApi, type HttpAnswer, type TestApi } from '../testing/start-test-api';

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
  await api.call('POST', '/api/v1/namespaces/default/serviceaccounts', { body: { metadata: { name: 'default' } } });
}, 60_000);
afterAll(() => api.stop());

const createPod = (namespace: string, spec: object = {}): Promise<HttpAnswer> =>
  api.call('POST', `/api/v1/namespaces/${namespace}/pods`, { body: { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }], ...spec } } });

it('completes a pod', async () => {
  const answer = await createPod('default');
  expect(answer.code).toBe(201);
  expect(answer.json['spec']).toMatchObject({
    serviceAccountName: 'default',
    priority: 0,
    tolerations: [{ tolerationSeconds: 300 }, { tolerationSeconds: 300 }],
    containers: [{ volumeMounts: [{ mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' }] }],
  });
});

it('refuses pods without account or namespace', async () => {
  expect((await createPod('default', { serviceAccountName: 'ghost' })).json.message).toBe('pods "p" is forbidden: error looking up service account default/ghost: serviceaccount "ghost" not found');
  expect((await createPod('nowhere')).json.message).toBe('namespaces "nowhere" not found');
});

it('taints new nodes and keeps the default namespace', async () => {
  const node = await api.call('POST', '/api/v1/nodes', { body: { metadata: { name: 'n' } } });
  expect(node.json['spec']).toEqual({ taints: [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }] });
  expect((await api.call('DELETE', '/api/v1/namespaces/default')).json.message).toBe('namespaces "default" is forbidden: this namespace may not be deleted');
});
