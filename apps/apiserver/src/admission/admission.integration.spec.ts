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

it('gives pods what their runtime class costs', async () => {
  const runtimeClass = { metadata: { name: 'heavy' }, handler: 'vm', overhead: { podFixed: { cpu: '100m' } }, scheduling: { nodeSelector: { vm: 'yes' } } };
  expect((await api.call('POST', '/apis/node.k8s.io/v1/runtimeclasses', { body: runtimeClass })).code).toBe(201);
  const pod = (spec: object): Promise<HttpAnswer> => api.call('POST', '/api/v1/namespaces/default/pods?dryRun=All', { body: { metadata: { name: 'r' }, spec: { containers: [{ name: 'c', image: 'i' }], ...spec } } });
  expect((await pod({ runtimeClassName: 'heavy' })).json['spec']).toMatchObject({ overhead: { cpu: '100m' }, nodeSelector: { vm: 'yes' } });
  expect((await pod({ runtimeClassName: 'ghost' })).json.message).toBe('pods "r" is forbidden: pod rejected: RuntimeClass "ghost" not found');
  expect((await pod({ overhead: { cpu: '1' } })).json.message).toBe('pods "r" is forbidden: pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead');
});

it('a quota that nobody has counted lets nothing through, a dry run costs nothing', async () => {
  await api.call('POST', '/api/v1/namespaces', { body: { metadata: { name: 'quota' } } });
  await api.call('POST', '/api/v1/namespaces/quota/resourcequotas', { body: { metadata: { name: 'q' }, spec: { hard: { secrets: '1' } } } });
  const status = async (body: object): Promise<number> =>
    (await api.call('PATCH', '/api/v1/namespaces/quota/resourcequotas/q/status', { body: { status: body }, headers: { 'content-type': 'application/merge-patch+json' } })).code;
  const secret = (name: string, query = ''): Promise<HttpAnswer> => api.call('POST', `/api/v1/namespaces/quota/secrets${query}`, { body: { metadata: { name } } });
  expect(await status({ hard: { secrets: '1' } })).toBe(200);
  for (let i = 0; i < 1_500 && (await secret('probe', '?dryRun=All')).code === 201; i++) await new Promise((resolve) => setTimeout(resolve, 20));
  expect((await secret('a')).json.message).toBe('secrets "a" is forbidden: status unknown for quota: q, resources: secrets');
  expect(await status({ used: { secrets: '0' } })).toBe(200);
  expect([(await secret('a', '?dryRun=All')).code, (await secret('a')).code]).toEqual([201, 201]);
  expect((await secret('b')).json.message).toBe('secrets "b" is forbidden: exceeded quota: q, requested: secrets=1, used: secrets=1, limited: secrets=1');
});

describe.each<[account: string, ofAccount: boolean | undefined]>([
  ['mount-default', undefined],
  ['mount', true],
  ['no-mount', false],
])('pods of the account %s', (account, ofAccount) => {
  it('get its token, unless the pod or else the account is against it', async () => {
    const base = '/api/v1/namespaces/default';
    expect((await api.call('POST', `${base}/serviceaccounts`, { body: { metadata: { name: account }, ...(ofAccount === undefined ? {} : { automountServiceAccountToken: ofAccount }) } })).code).toBe(201);
    for (const ofPod of [undefined, true, false]) {
      const spec = { serviceAccountName: account, containers: [{ name: 'c', image: 'i' }], ...(ofPod === undefined ? {} : { automountServiceAccountToken: ofPod }) };
      const { json } = await api.call('POST', `${base}/pods`, { body: { metadata: { generateName: `${account}-` }, spec } });
      const mounts = (json['spec'] as { containers: { volumeMounts?: { mountPath: string }[] }[] }).containers[0]?.volumeMounts ?? [];
      expect([ofPod, mounts.some(({ mountPath }) => mountPath === '/var/run/secrets/kubernetes.io/serviceaccount')]).toEqual([ofPod, ofPod ?? ofAccount ?? true]);
    }
  });
});
