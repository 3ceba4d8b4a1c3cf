import { X509Certificate, generateKeyPairSync } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import forge from 'node-forge';
import { createCertificateAuthority } from './certificate';
import { signRequest } from './sign-request';

const nowMs = Date.parse('2026-11-23T00:00:00Z');
const authority = createCertificateAuthority('kubernetes', nowMs, 10);

function subjectOf(commonName: string, organization: string): Buffer {
  const certificate = forge.pki.createCertificate();
  certificate.setSubject([{ name: 'organizationName', value: organization }, { name: 'commonName', value: commonName }]);
  const { asn1, pki } = forge;
  return Buffer.from(asn1.toDer((pki as typeof pki & { distinguishedNameToAsn1(name: unknown): forge.asn1.Asn1 }).distinguishedNameToAsn1(certificate.subject)).getBytes(), 'binary');
}

test.each(['rsa', 'ec', 'ed25519'] as const)('a certificate for a key of type %s is one of the authority, with what was asked', (type) => {
  const { publicKey } =
    type === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : type === 'ec' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519');
  const der = publicKey.export({ format: 'der', type: 'spki' });
  const text = signRequest(authority, {
    subject: subjectOf('system:node:a', 'system:nodes'),
    publicKey: der,
    dns: ['a.example'],
    ips: [Buffer.from([10, 0, 0, 1])],
    usages: ['digital signature', 'key encipherment', 'server auth', 'client auth', 'netscape sgc'],
    notBeforeMs: nowMs,
    notAfterMs: nowMs + 3_600_000,
  });
  const certificate = new X509Certificate(text);
  expect(certificate.verify(new X509Certificate(authority.cert).publicKey)).toBe(true);
  expect(certificate.issuer).toBe('CN=kubernetes');
  expect(certificate.subject).toBe('O=system:nodes\nCN=system:node:a');
  expect(certificate.publicKey.export({ format: 'der', type: 'spki' })).toEqual(der);
  expect(certificate.subjectAltName).toBe('DNS:a.example, IP Address:10.0.0.1');
  expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
  expect(new Date(certificate.validTo).getTime() - new Date(certificate.validFrom).getTime()).toBe(3_600_000);
  expect(certificate.ca).toBe(false);
});

test('a certificate whose usages say nothing of the key has no such extension', () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const text = signRequest(authority, {
    subject: subjectOf('jane', 'developers'),
    publicKey: publicKey.export({ format: 'der', type: 'spki' }),
    dns: [],
    ips: [],
    usages: ['client auth'],
    notBeforeMs: nowMs,
    notAfterMs: nowMs + 1000,
  });
  // OpenSSL reads no certificate with an empty key usage.
  expect(() => createSecureContext({ cert: text })).not.toThrow();
  expect(new X509Certificate(text).keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
});
