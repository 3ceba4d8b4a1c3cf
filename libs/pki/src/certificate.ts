import { generateKeyPair, generateKeyPairSync, randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { promisify } from 'node:util';
import forge from 'node-forge';
import { serialNumberBytes, serialNumberOf } from './serial-number';

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

/** A new RSA key, as PEM texts. */
export interface KeyPair {
  /** PKCS#1. */
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

function newCertificate(publicKeyPem: string, nowMs: number, validForDays: number): forge.pki.Certificate {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKeyPem);
  certificate.serialNumber = serialNumberOf(randomBytes(serialNumberBytes));
  certificate.validity.notBefore = new Date(nowMs - backdateMs);
  certificate.validity.notAfter = new Date(nowMs + validForDays * dayMs);
  return certificate;
}

/** A self-signed certificate authority. */
export function createCertificateAuthority(commonName: string, nowMs: number, validForDays: number, { privateKey, publicKey } = newKeyPair()): CertificatePair {
  const certificate = newCertificate(publicKey, nowMs, validForDays);
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

/** A certificate signed by `authority`. */
export function issueCertificate(authority: CertificatePair, request: CertificateRequest, { privateKey, publicKey } = newKeyPair()): CertificatePair {
  const certificate = newCertificate(publicKey, request.nowMs, request.validForDays);
  const authorityCertificate = forge.pki.certificateFromPem(authority.cert);
  certificate.setSubject([
    ...(request.organizations ?? []).map((value) => ({ name: 'organizationName', value })),
    { name: 'commonName', value: request.commonName },
  ]);
  certificate.setIssuer(authorityCertificate.subject.attributes);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
    { name: 'extKeyUsage', serverAuth: request.usages.includes('server'), clientAuth: request.usages.includes('client') },
    { name: 'authorityKeyIdentifier', keyIdentifier: authorityCertificate.generateSubjectKeyIdentifier().getBytes() },
    ...(request.hosts?.length ? [{ name: 'subjectAltName', altNames: request.hosts.map(altName) }] : []),
  ]);
  certificate.sign(forge.pki.privateKeyFromPem(authority.key), forge.md.sha256.create());
  return { cert: forge.pki.certificateToPem(certificate), key: privateKey };
}

/** GeneralName of RFC 5280 section 4.2.1.6: 2 is dNSName, 7 iPAddress. */
function altName(host: string): { type: number; value?: string; ip?: string } {
  return isIP(host) ? { type: 7, ip: host } : { type: 2, value: host };
}

/** Whether a certificate can stay: issued by this authority, for these hosts, and not soon to expire. */
export function isStillGood(cert: string, authority: CertificatePair, request: CertificateRequest): boolean {
  const certificate = forge.pki.certificateFromPem(cert);
  const remainingMs = certificate.validity.notAfter.getTime() - request.nowMs;
  if (remainingMs < (request.validForDays * dayMs) / 4) return false;
  if (certificate.subject.getField('CN')?.value !== request.commonName) return false;
  const hosts = new Set(subjectAltNames(certificate));
  if (!(request.hosts ?? []).every((host) => hosts.has(host))) return false;
  try {
    return forge.pki.certificateFromPem(authority.cert).verify(certificate);
  } catch {
    // node-forge throws when the issuer is another one.
    return false;
  }
}

interface AltNames {
  altNames?: { type: number; value: string; ip?: string }[];
}

function subjectAltNames(certificate: forge.pki.Certificate): string[] {
  const extension = certificate.getExtension('subjectAltName') as AltNames | null | undefined;
  return (extension?.altNames ?? []).map(({ ip, value }) => ip ?? value);
}

/** The key pair that signs service-account tokens. */
export const createServiceAccountKeys = newKeyPair;
