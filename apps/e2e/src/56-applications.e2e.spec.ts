/** Pods that use the API as their account, and an application of several tiers. */
import { getJson, isReady, kubectl, kubectlTry, onNode, pods } from './support/cluster';
import { guestbook } from './support/guestbook';
import { apply, createNamespace, deleteNamespace } from './support/namespace';
import { nodeImage } from './support/net-server';
import { eventually } from './support/run';

const namespace = 'applications';
const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount';

beforeAll(() => createNamespace(namespace));
afterAll(() => deleteNamespace(namespace));

interface Claims {
  iss: string;
  aud: string[];
  sub: string;
  exp: number;
  iat: number;
  'kubernetes.io': { namespace: string; pod: { name: string } };
}

const claimsOf = (token: string): Claims => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Claims;
const logOf = async (pod: string, container: string): Promise<string> => {
  await kubectl(['wait', '-n', namespace, `pod/${pod}`, '--for=jsonpath={.status.phase}=Succeeded', '--timeout=60s']);
  return kubectl(['logs', '-n', namespace, pod, '-c', container]);
};
const reader = (name: string, file: string, mounts = ''): string =>
  `  - { name: ${name}, image: 'radial/busyboxplus:curl', imagePullPolicy: IfNotPresent, command: [cat, ${file}]${mounts} }\n`;

test('containers find the token, the CA and the namespace where clients look for them', async () => {
  const containers = ['token', 'ca.crt', 'namespace'].map((file) => reader(file.replace('.', '-'), `${mountPath}/${file}`)).join('');
  await apply(`apiVersion: v1\nkind: Pod\nmetadata: { name: mounted }\nspec:\n  restartPolicy: Never\n  containers:\n${containers}`, namespace);
  const claims = claimsOf(await logOf('mounted', 'token'));
  expect(claims).toMatchObject({ sub: `system:serviceaccount:${namespace}:default`, 'kubernetes.io': { namespace, pod: { name: 'mounted' } } });
  const { data } = await getJson<{ data: Record<string, string> }>('configmap', '-n', namespace, 'kube-root-ca.crt');
  expect(await logOf('mounted', 'ca-crt')).toBe(data['ca.crt']);
  expect(await logOf('mounted', 'namespace')).toBe(namespace);
}, 120_000);

test('a projected token is for the audience and the time that the pod asks for', async () => {
  const volume = '{ name: own, projected: { sources: [{ serviceAccountToken: { path: own/token, audience: vault, expirationSeconds: 1200 } }] } }';
  const container = reader('c', '/own/own/token', ', volumeMounts: [{ name: own, mountPath: /own }]');
  await apply(`apiVersion: v1\nkind: Pod\nmetadata: { name: projected }\nspec:\n  restartPolicy: Never\n  volumes: [${volume}]\n  containers:\n${container}`, namespace);
  const token = await logOf('projected', 'c');
  const { aud, exp, iat, ...claims } = claimsOf(token);
  expect({ aud, seconds: exp - iat }).toEqual({ aud: ['vault'], seconds: 1200 });
  expect(claims).toMatchObject({ sub: `system:serviceaccount:${namespace}:default`, 'kubernetes.io': { pod: { name: 'projected' } } });
}, 120_000);

/** Verifies the pod's own token by what the issuer publishes; prints the issuer. */
const verifier = `
const { createPublicKey, verify } = require('crypto'), { readFileSync } = require('fs'), https = require('https');
const [token, ca] = ['token', 'ca.crt'].map((name) => readFileSync('${mountPath}/' + name, 'utf8'));
const get = (url) => new Promise((done, failed) => https.get(url, { ca, headers: { authorization: 'Bearer ' + token } }, (answer) => {
  let text = '';
  answer.on('data', (part) => text += part).on('end', () => answer.statusCode === 200 ? done(JSON.parse(text)) : failed(new Error(url + ': ' + answer.statusCode + ' ' + text)));
}).on('error', failed));
const part = (index) => Buffer.from(token.split('.')[index], 'base64url');
(async () => {
  const { issuer, jwks_uri } = await get('https://kubernetes.default.svc/.well-known/openid-configuration');
  const { keys } = await get('https://kubernetes.default.svc' + new URL(jwks_uri).pathname);
  const { alg, kid } = JSON.parse(part(0));
  const key = createPublicKey({ key: keys.find((one) => one.kid === kid), format: 'jwk' });
  const text = token.split('.').slice(0, 2).join('.');
  const options = alg.startsWith('ES') ? { key, dsaEncoding: 'ieee-p1363' } : key;
  if (!verify('sha256', Buffer.from(text), options, part(2))) throw new Error('the signature is not of ' + kid);
  if (verify('sha256', Buffer.from(text + 'x'), options, part(2))) throw new Error('anything is of ' + kid);
  if (JSON.parse(part(1)).iss !== issuer) throw new Error('another issuer');
  console.log(issuer);
})();
`;

test('a pod verifies its own token by the issuer’s discovery documents', async () => {
  const container = `{ name: c, image: '${await nodeImage()}', imagePullPolicy: IfNotPresent, command: [node, -e, ${JSON.stringify(verifier)}] }`;
  await apply(`apiVersion: v1\nkind: Pod\nmetadata: { name: verifier }\nspec:\n  restartPolicy: Never\n  containers: [${container}]`, namespace);
  const { issuer } = JSON.parse(await kubectl(['get', '--raw', '/.well-known/openid-configuration'])) as { issuer: string };
  expect((await logOf('verifier', 'c')).trim()).toBe(issuer);
}, 120_000);

test('a guestbook is created, keeps what is written, and is stopped', async () => {
  const manifest = await guestbook();
  await kubectl(['create', '-n', namespace, '-f', '-'], { input: manifest });
  await kubectl(['wait', '-n', namespace, 'deployment', '-l', 'app=guestbook', '--for=condition=Available', '--timeout=90s'], { timeoutMs: 100_000 });
  const frontends = await pods('app=guestbook,tier=guestbook', namespace);
  expect(frontends.filter(isReady)).toHaveLength(3);
  const { spec } = await getJson<{ spec: { clusterIP: string } }>('service', '-n', namespace, 'guestbook');
  const visit = (path: string): Promise<string> => onNode('worker-1', 'curl', '-sS', '--max-time', '5', `http://${spec.clusterIP}/${path}`);
  await eventually('the first entry is taken', async () => (await visit('set/TestEntry')).includes('"TestEntry"'));
  await eventually('both replicas have it', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => visit('')));
    return answers.every((answer) => answer.includes('"TestEntry"'));
  });
  await kubectl(['delete', '-n', namespace, '--grace-period=0', '--force', '-f', '-'], { input: manifest });
  await eventually('nothing is left', async () => {
    const { stdout } = await kubectlTry(['get', 'deployments,replicasets,pods,services', '-n', namespace, '-l', 'app=guestbook', '-o', 'name']);
    return stdout.trim() === '';
  });
}, 240_000);
