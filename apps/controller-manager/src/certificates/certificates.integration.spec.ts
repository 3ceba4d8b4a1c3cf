import { X509Certificate, createPrivateKey } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { resources, type CertificateSigningRequest } from '@typernetes/api';
import { generateRsaKeyPair } from '@typernetes/pki';
import forge from 'node-forge';
import { eventually, startSimulatedCluster, type SimulatedCluster } from '../testing/simulated-cluster';

let cluster: SimulatedCluster;

beforeAll(async () => {
  cluster = await startSimulatedCluster(0);
}, 60_000);
afterAll(() => cluster.stop(), 60_000);

async function makeRequest(commonName: string, organization: string): Promise<{ key: string; request: string }> {
  const { privateKey, publicKey } = await generateRsaKeyPair();
  const request = forge.pki.createCertificationRequest();
  request.publicKey = forge.pki.publicKeyFromPem(publicKey);
  request.setSubject([{ name: 'commonName', value: commonName }, { name: 'organizationName', value: organization }]);
  request.sign(forge.pki.privateKeyFromPem(privateKey), forge.md.sha256.create());
  return { key: privateKey, request: Buffer.from(forge.pki.certificationRequestToPem(request)).toString('base64') };
}

const csrs = () => cluster.client.resource(resources.certificateSigningRequests);
const signed = (name: string): Promise<X509Certificate> =>
  eventually(`certificate of ${name}`, async () => {
    const { certificate } = (await csrs().get(name)).status ?? {};
    return certificate ? new X509Certificate(Buffer.from(certificate, 'base64')) : undefined;
  });
const kubelet = (name: string, request: string): CertificateSigningRequest => ({
  metadata: { name },
  spec: { request, signerName: 'kubernetes.io/kube-apiserver-client-kubelet', usages: ['digital signature', 'key encipherment', 'client auth'] },
});

test('a user asks, the administrator approves, and the certificate opens the API', async () => {
  const { key, request } = await makeRequest('jane', 'developers');
  await csrs().create({ metadata: { name: 'jane' }, spec: { request, signerName: 'kubernetes.io/kube-apiserver-client', usages: ['client auth'], expirationSeconds: 3600 } });
  expect((await cluster.kubectl(['certificate', 'approve', 'jane'])).code).toBe(0);
  const certificate = await signed('jane');
  expect((await cluster.kubectl(['get', 'csr', 'jane'])).stdout).toMatch(/jane +\S+ +kubernetes.io\/kube-apiserver-client +kubernetes-admin +60m +Approved,Issued/);
  expect(certificate.checkPrivateKey(createPrivateKey(key))).toBe(true);
  expect(new Date(certificate.validTo).getTime() - new Date(certificate.validFrom).getTime()).toBe(3_600_000);
  const directory = path.dirname(cluster.kubeconfig);
  await writeFile(path.join(directory, 'jane.key'), key);
  await writeFile(path.join(directory, 'jane.crt'), certificate.toString());
  await cluster.kubectl(['config', 'set-credentials', 'jane', `--client-certificate=${directory}/jane.crt`, `--client-key=${directory}/jane.key`]);
  expect(await cluster.kubectl(['--user=jane', 'auth', 'whoami'])).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/Username +jane\nGroups +\[developers system:authenticated\]/) });
}, 60_000);

test('a node that may gets its certificate by itself, another waits', async () => {
  const as = (name: string): ReturnType<SimulatedCluster['client']['resource']> => cluster.standalone.clientFor({ name, groups: ['system:bootstrappers', 'system:authenticated'] }).resource(resources.certificateSigningRequests);
  for (const [name, role] of [['asks', 'system:node-bootstrapper'], ['nodes', 'system:certificates.k8s.io:certificatesigningrequests:nodeclient']] as const) {
    await cluster.kubectl(['create', 'clusterrolebinding', name, `--clusterrole=${role}`, name === 'asks' ? '--group=system:bootstrappers' : '--user=system:bootstrap:abcdef']);
  }
  await as('system:bootstrap:abcdef').create(kubelet('node-a', (await makeRequest('system:node:a', 'system:nodes')).request));
  await as('system:bootstrap:other').create(kubelet('node-b', (await makeRequest('system:node:b', 'system:nodes')).request));
  expect((await signed('node-a')).subject).toBe('CN=system:node:a\nO=system:nodes');
  expect((await csrs().get('node-a')).status?.conditions).toMatchObject([{ type: 'Approved', reason: 'AutoApproved', message: 'Auto approving kubelet client certificate after SubjectAccessReview.' }]);
  expect((await csrs().get('node-b')).status?.conditions).toBeUndefined();
}, 60_000);

test('what no signer may sign fails, and says why', async () => {
  await csrs().create(kubelet('odd', (await makeRequest('somebody', 'system:nodes')).request));
  await cluster.kubectl(['certificate', 'approve', 'odd']);
  const failed = await eventually('failure', async () => (await csrs().get('odd')).status?.conditions?.find(({ type }) => type === 'Failed'));
  expect(failed).toMatchObject({ reason: 'SignerValidationFailure', message: expect.stringContaining('subject common name does not begin with system:node:') });
  expect((await csrs().get('odd')).status?.certificate).toBeUndefined();
}, 60_000);
