import { createPublicKey, generateKeyPair, generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { promisify } from 'node:util';
import forge from 'node-forge';
import { serialNumberBytes, serialNumberOf } from './serial-number';
import { signDraft } from './sign-draft';

/** A certificate and its key, as PEM texts. */
export interface CertificatePair {
  cert: string;
  key: string;
}

export interface CertificateRequest {
  /** Becomes the user (or the server's name). */
  commonName: string;
  /** Become the groups. */
  organizations?: readonly string[];
  /** DNS names and addresses that a server answers to. */
  hosts?: readonly string[];
  usages: readonly ('server' | 'client')[];
  /** Milliseconds since the epoch. */
  nowMs: number;
  validForDays: number;
}

const dayMs = 86_400_000;
/** Clocks of nodes may be behind. */
const backdateMs = 5 * 60_000;

/** A new key, as PEM texts. */
export interface KeyPair {
  /** PKCS#1 (RSA) or SEC1 (P-256). */
  privateKey: string;
  /** SPKI. */
  publicKey: string;
}

/** RSA keys come from OpenSSL: node-forge would take seconds for each. */
const rsa = {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
} as const;

const newKeyPair = (): KeyPair => generateKeyPairSync('rsa', rsa);

/** A key pair made beside the main thread: several at once use several cores. */
export const generateRsaKeyPair = (): Promise<KeyPair> => promisify(generateKeyPair)('rsa', rsa);

/** A key of the curve P-256: made in a millisecond, where one of RSA takes a tenth of a second. */
export const newP256KeyPair = (): KeyPair =>
  generateKeyPairSync('ec', { namedCurve: 'P-256', privateKeyEncoding: { type: 'sec1', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } });

function newCertificate(nowMs: number, validForDays: number): forge.pki.Certificate {
  const certificate = forge.pki.createCertificate();
  certificate.serialNumber = serialNumberOf(randomBytes(serialNumberBytes));
  certificate.validity.notBefore = new Date(nowMs - backdateMs);
  certificate.validity.notAfter = new Date(nowMs + validForDays * dayMs);
  return certificate;
}

/** A self-signed certificate authority. */
export function createCertificateAuthority(commonName: string, nowMs: number, validForDays: number, { privateKey, publicKey } = newKeyPair()): CertificatePair {
  const certificate = newCertificate(nowMs, validForDays);
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKey);
  const subject = [{ name: 'commonName', value: commonName }];
  certificate.setSubject(subject);
  certificate.setIssuer(subject);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, digitalSignature: true, critical: true },
    { name: 'subjectKeyIdentifier' },
  ]);
  certificate.sign(forge.pki.privateKeyFromPem(privateKey), forge.md.sha256.create());
  return { cert: forge.pki.certificateToPem(certificate), key: privateKey };
}

/** A certificate signed by `authority`. @param keys its own: of any algorithm */
export function issueCertificate(authority: CertificatePair, request: CertificateRequest, { privateKey, publicKey } = newKeyPair()): CertificatePair {
  const certificate = newCertificate(request.nowMs, request.validForDays);
  const issuer = forge.pki.certificateFromPem(authority.cert);
  certificate.setSubject([
    ...(request.organizations ?? []).map((value) => ({ name: 'organizationName', value })),
    { name: 'commonName', value: request.commonName },
  ]);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
    { name: 'extKeyUsage', serverAuth: request.usages.includes('server'), clientAuth: request.usages.includes('client') },
    { name: 'authorityKeyIdentifier', keyIdentifier: issuer.generateSubjectKeyIdentifier().getBytes() },
    ...(request.hosts?.length ? [{ name: 'subjectAltName', altNames: request.hosts.map(altName) }] : []),
  ]);
  const der = createPublicKey(publicKey).export({ type: 'spki', format: 'der' });
  return { cert: signDraft(certificate, { issuer, issuerKey: authority.key, publicKey: der }), key: privateKey };
}

/** GeneralName of RFC 5280 section 4.2.1.6: 2 is dNSName, 7 iPAddress. */
function altName(host: string): { type: number; value?: string; ip?: string } {
  return isIP(host) ? { type: 7, ip: host } : { type: 2, value: host };
}

/** Whether a certificate can stay: issued by this authority, for these hosts, and not soon to expire. */
export function isStillGood(cert: string, authority: CertificatePair, request: CertificateRequest): boolean {
  const certificate = new X509Certificate(cert);
  const issuer = new X509Certificate(authority.cert);
  const remainingMs = Date.parse(certificate.validTo) - request.nowMs;
  if (remainingMs < (request.validForDays * dayMs) / 4) return false;
  if (!certificate.subject.split('\n').includes(`CN=${request.commonName}`)) return false;
  if (!(request.hosts ?? []).every((host) => isFor(certificate, host))) return false;
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

const isFor = (certificate: X509Certificate, host: string): boolean => (isIP(host) ? certificate.checkIP(host) : certificate.checkHost(host)) !== undefined;

/** The key pair that signs service-account tokens. */
export const createServiceAccountKeys = newKeyPair;
