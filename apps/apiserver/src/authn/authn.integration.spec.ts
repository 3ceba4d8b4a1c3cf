import { createPrivateKey } from 'node:crypto';
import { SignJWT } from 'jose';
import { startTestApi, type HttpAnswer, type TestApi } from '../testing/start-test-api';

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
  await api.call('POST', '/api/v1/namespaces/default/serviceaccounts', { body: { metadata: { name: 'robot' } } });
}, 60_000);
afterAll(() => api.stop());

const requestToken = (spec: object): Promise<HttpAnswer> =>
  api.call('POST', '/api/v1/namespaces/default/serviceaccounts/robot/token', { body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec } });
const tokenOf = ({ json }: HttpAnswer): string => (json['status'] as { token: string }).token;
const as = (token: string, method: string, path: string, body?: unknown): Promise<HttpAnswer> =>
  api.call(method, path, { anonymous: true, headers: { authorization: `Bearer ${token}` }, ...(body === undefined ? {} : { body }) });
const whoAmI = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };

it('issues tokens that stand for their service account', async () => {
  const answer = await requestToken({});
  expect(answer.code).toBe(201);
  const me = await as(tokenOf(answer), 'POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', whoAmI);
  expect(me.json['status']).toMatchObject({
    userInfo: { username: 'system:serviceaccount:default:robot', groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'] },
  });
  expect((await as(tokenOf(answer), 'GET', '/api/v1/nodes')).json).toMatchObject({
    message: 'nodes is forbidden: User "system:serviceaccount:default:robot" cannot list resource "nodes" in API group "" at the cluster scope',
  });
});

it('ends a token with the Secret that it is bound to', async () => {
  await api.call('POST', '/api/v1/namespaces/default/secrets', { body: { metadata: { name: 'lease' } } });
  const token = tokenOf(await requestToken({ boundObjectRef: { apiVersion: 'v1', kind: 'Secret', name: 'lease' } }));
  expect((await as(token, 'GET', '/api')).code).toBe(200);
  await api.call('DELETE', '/api/v1/namespaces/default/secrets/lease');
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect((await as(token, 'GET', '/api')).code).toBe(401);
});

it('refuses short lives and other audiences, and reviews tokens', async () => {
  expect((await requestToken({ expirationSeconds: 60 })).json.message).toContain('may not specify a duration less than 10 minutes');
  const token = tokenOf(await requestToken({ audiences: ['vault'] }));
  expect((await as(token, 'GET', '/api')).code).toBe(401);
  const review = (audiences: string[]): Promise<HttpAnswer> =>
    api.call('POST', '/apis/authentication.k8s.io/v1/tokenreviews', { body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token, audiences } } });
  expect((await review(['vault', 'x'])).json['status']).toMatchObject({ authenticated: true, audiences: ['vault'], user: { username: 'system:serviceaccount:default:robot' } });
  expect((await review(['x'])).json['status']).toMatchObject({ authenticated: false });
});

it('shows the anonymous health and version only', async () => {
  const codes = await Promise.all(['/healthz', '/version', '/api', '/api/v1/pods', '/metrics'].map(async (path) => (await api.call('GET', path, { anonymous: true })).code));
  expect(codes).toEqual([200, 200, 403, 403, 403]);
  expect((await as('nonsense', 'GET', '/healthz')).code).toBe(401);
});

it('shows service accounts the keys', async () => {
  const token = tokenOf(await requestToken({}));
  expect((await as(token, 'GET', '/.well-known/openid-configuration')).json).toMatchObject({ issuer: api.config.serviceAccountIssuer });
  expect((await as(token, 'GET', '/openid/v1/jwks')).json['keys']).toHaveLength(1);
});

it('takes a token from a Secret as long as the Secret holds it', async () => {
  const account = await api.call('GET', '/api/v1/namespaces/default/serviceaccounts/robot');
  const claim = 'kubernetes.io/serviceaccount/';
  const token = await new SignJWT({
    iss: 'kubernetes/serviceaccount',
    sub: 'system:serviceaccount:default:robot',
    [`${claim}namespace`]: 'default',
    [`${claim}secret.name`]: 'legacy',
    [`${claim}service-account.name`]: 'robot',
    [`${claim}service-account.uid`]: account.json.metadata?.uid,
  })
    .setProtectedHeader({ alg: 'RS256' })
    .sign(createPrivateKey(api.config.serviceAccountSigningKey ?? ''));
  expect((await as(token, 'GET', '/api')).code).toBe(401);
  const secret = { metadata: { name: 'legacy' }, data: { token: Buffer.from(token).toString('base64') } };
  expect((await api.call('POST', '/api/v1/namespaces/default/secrets', { body: secret })).code).toBe(201);
  expect((await as(token, 'GET', '/api')).code).toBe(200);
  const labels = async (): Promise<Record<string, string>> => (await api.call('GET', '/api/v1/namespaces/default/secrets/legacy')).json.metadata?.labels ?? {};
  for (let i = 0; i < 300 && !(await labels())['kubernetes.io/legacy-token-last-used']; i++) await new Promise((resolve) => setTimeout(resolve, 100));
  expect((await labels())['kubernetes.io/legacy-token-last-used']).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  await api.call('PUT', '/api/v1/namespaces/default/secrets/legacy', { body: { ...secret, data: {} } });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect((await as(token, 'GET', '/api')).code).toBe(401);
});
