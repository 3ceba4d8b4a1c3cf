import type { CertificateSigningRequest, ParsedCertificateRequest } from '@typernetes/api';
import { awaitsSigning, cleaningDueMs, nodeApproval, signingProblem } from './request-rules';

const request = (more: Partial<ParsedCertificateRequest> = {}, altNames: Partial<ParsedCertificateRequest['altNames']> = {}): ParsedCertificateRequest => ({
  organizations: ['system:nodes'],
  commonName: 'system:node:a',
  subject: Buffer.alloc(0),
  publicKey: Buffer.alloc(0),
  isSignatureValid: () => true,
  ...more,
  altNames: { dns: [], ips: [], emails: [], uris: [], ...altNames },
});
const csr = (signer: string, usages: string[] = [], more: object = {}, status: object = {}): CertificateSigningRequest => ({
  metadata: { creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: { request: '', signerName: `kubernetes.io/${signer}`, usages, ...more },
  status,
});
const [kubelet, serving, client] = ['kube-apiserver-client-kubelet', 'kubelet-serving', 'kube-apiserver-client'];
const clientUsages = ['client auth', 'digital signature'];
const servingUsages = ['server auth', 'digital signature', 'key encipherment'];

test.each<[string, CertificateSigningRequest, ParsedCertificateRequest, string | undefined]>([
  ['a node', csr(kubelet, clientUsages), request(), undefined],
  ['a node with an RSA key', csr(kubelet, [...clientUsages, 'key encipherment']), request(), undefined],
  ['a node that would serve', csr(kubelet, servingUsages), request(), 'usages did not match'],
  ['another group', csr(kubelet, clientUsages), request({ organizations: ['system:masters'] }), 'subject organization is not system:nodes'],
  ['a second group', csr(kubelet, clientUsages), request({ organizations: ['system:nodes', 'system:masters'] }), 'subject organization is not system:nodes'],
  ['another name', csr(kubelet, clientUsages), request({ commonName: 'admin' }), 'does not begin with system:node:'],
  ['a node with names', csr(kubelet, clientUsages), request({}, { dns: ['a'] }), 'DNS subjectAltNames are not allowed'],
  ['serving', csr(serving, servingUsages), request({}, { ips: [Buffer.from([1, 2, 3, 4])] }), undefined],
  ['serving under no name', csr(serving, servingUsages), request(), 'DNS or IP subjectAltName is required'],
  ['serving and mail', csr(serving, servingUsages), request({}, { dns: ['a'], emails: ['b'] }), 'Email subjectAltNames are not allowed'],
  ['a user', csr(client, ['client auth']), request({ organizations: ['developers'], commonName: 'jane' }), undefined],
  ['a user that would serve', csr(client, ['client auth', 'server auth']), request(), 'usages must be'],
  ['anything of old', csr('legacy-unknown', ['server auth']), request(), undefined],
])('signing for %s', (_name, one, parsed, problem) => {
  const found = signingProblem(one, parsed);
  if (problem === undefined) expect(found).toBeUndefined();
  else expect(found).toContain(problem);
});

test('who may be approved by right: the node itself, and who may for any node', () => {
  const rights = (one: CertificateSigningRequest, parsed = request()): string[] => nodeApproval(one, parsed).map(({ subresource }) => subresource);
  expect(rights(csr(kubelet, clientUsages, { username: 'system:bootstrap:x' }))).toEqual(['nodeclient']);
  expect(rights(csr(kubelet, clientUsages, { username: 'system:node:a' }))).toEqual(['selfnodeclient', 'nodeclient']);
  expect(rights(csr(kubelet, servingUsages, { username: 'system:node:a' }))).toEqual([]);
  expect(rights(csr(client, clientUsages, { username: 'system:node:a' }))).toEqual([]);
});

test('only what is approved, not denied, and of our signers is signed, once', () => {
  const status = (...types: string[]): object => ({ conditions: types.map((type) => ({ type, status: 'True' })) });
  expect(awaitsSigning(csr(client, [], {}, status('Approved')))).toBe(true);
  expect(awaitsSigning(csr(client))).toBe(false);
  expect(awaitsSigning(csr(client, [], {}, status('Denied')))).toBe(false);
  expect(awaitsSigning(csr(client, [], {}, status('Approved', 'Failed')))).toBe(false);
  expect(awaitsSigning(csr(client, [], {}, { ...status('Approved'), certificate: 'x' }))).toBe(false);
  expect(awaitsSigning(csr(client, [], { signerName: 'example.com/own' }, status('Approved')))).toBe(false);
});

const hours = 3_600_000;
const start = Date.parse('2026-01-01T00:00:00Z');
test.each<[string, object, number | undefined, number]>([
  ['pending', {}, undefined, 24],
  ['approved and not signed', { conditions: [{ type: 'Approved', lastUpdateTime: '2026-01-01T02:00:00Z' }] }, undefined, 24],
  ['approved and signed', { certificate: 'x', conditions: [{ type: 'Approved', lastUpdateTime: '2026-01-01T02:00:00Z' }] }, start + 500 * hours, 3],
  ['signed, and expired at once', { certificate: 'x', conditions: [{ type: 'Approved', lastUpdateTime: '2026-01-01T02:00:00Z' }] }, start + hours, 1],
  ['denied', { conditions: [{ type: 'Denied', lastUpdateTime: '2026-01-01T05:00:00Z' }] }, undefined, 6],
  ['failed', { conditions: [{ type: 'Failed', lastUpdateTime: '2026-01-01T05:00:00Z' }] }, undefined, 6],
])('a request goes: %s', (_name, status, endMs, due) => {
  expect(cleaningDueMs(csr(client, [], {}, status), start, endMs)).toBe(due * hours);
});
