import { randomBytes } from 'node:crypto';
import forge from 'node-forge';
import type { CertificatePair } from './certificate';
import { serialNumberBytes, serialNumberOf } from './serial-number';
import { signDraft } from './sign-draft';

/** A certificate for a key that somebody else holds. */
export interface SigningRequest {
  /** Name of RFC 5280, in DER. */
  subject: Buffer;
  /** SubjectPublicKeyInfo, in DER: of any algorithm. */
  publicKey: Buffer;
  dns: readonly string[];
  /** 4 or 16 bytes each. */
  ips: readonly Buffer[];
  /** Usages as the certificates API names them: `digital signature`, `client auth`. Those that X.509 does not know are left out. */
  usages: readonly string[];
  /** Milliseconds since the epoch. */
  notBeforeMs: number;
  notAfterMs: number;
}

/** KeyUsage of RFC 5280 section 4.2.1.3 by the names of the certificates API. */
const keyUsages: Readonly<Record<string, string>> = {
  signing: 'digitalSignature',
  'digital signature': 'digitalSignature',
  'content commitment': 'nonRepudiation',
  'key encipherment': 'keyEncipherment',
  'key agreement': 'keyAgreement',
  'data encipherment': 'dataEncipherment',
  'cert sign': 'keyCertSign',
  'crl sign': 'cRLSign',
  'encipher only': 'encipherOnly',
  'decipher only': 'decipherOnly',
};

/** ExtendedKeyUsage of RFC 5280 section 4.2.1.12, likewise. */
const extendedKeyUsages: Readonly<Record<string, string>> = {
  'server auth': 'serverAuth',
  'client auth': 'clientAuth',
  'code signing': 'codeSigning',
  'email protection': 'emailProtection',
  's/mime': 'emailProtection',
  timestamping: 'timeStamping',
};

const namedTrue = (names: Readonly<Record<string, string>>, usages: readonly string[]): Record<string, true> =>
  Object.fromEntries(usages.flatMap((usage) => (Object.hasOwn(names, usage) ? [[names[usage] as string, true as const]] : [])));

/** None when there is nothing to say: TLS libraries refuse a certificate whose key usage is empty (RFC 5280 section 4.2.1.3). */
const usageExtension = (name: string, usages: Record<string, true>, more: object = {}): object[] => (Object.keys(usages).length > 0 ? [{ name, ...more, ...usages }] : []);

function extensionsOf(request: SigningRequest, authority: forge.pki.Certificate): object[] {
  const altNames = [...request.dns.map((value) => ({ type: 2, value })), ...request.ips.map((bytes) => ({ type: 7, value: bytes.toString('binary') }))];
  return [
    ...usageExtension('keyUsage', namedTrue(keyUsages, request.usages), { critical: true }),
    ...usageExtension('extKeyUsage', namedTrue(extendedKeyUsages, request.usages)),
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'authorityKeyIdentifier', keyIdentifier: authority.generateSubjectKeyIdentifier().getBytes() },
    ...(altNames.length > 0 ? [{ name: 'subjectAltName', altNames }] : []),
  ];
}

/** Signs a certificate for the key of another. @returns PEM */
export function signRequest(authority: CertificatePair, request: SigningRequest): string {
  const issuer = forge.pki.certificateFromPem(authority.cert);
  const draft = forge.pki.createCertificate();
  draft.serialNumber = serialNumberOf(randomBytes(serialNumberBytes));
  draft.validity.notBefore = new Date(request.notBeforeMs);
  draft.validity.notAfter = new Date(request.notAfterMs);
  draft.setExtensions(extensionsOf(request, issuer));
  return signDraft(draft, { issuer, issuerKey: authority.key, publicKey: request.publicKey, subject: request.subject });
}
