import type { PeerCertificate } from 'node:tls';
import type { Authenticator } from '../pipeline/authenticator';
import type { UserInfo } from '../pipeline/types';

const listOf = (value: string | string[] | undefined): string[] => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

/** KEP-4193: which certificate it was, by the SHA-256 of its bytes. Node writes that as `AB:CD:...`. */
const credentialId = (fingerprint256: string): UserInfo['extra'] => ({ 'authentication.kubernetes.io/credential-id': [`X509SHA256=${fingerprint256.replaceAll(':', '').toLowerCase()}`] });

/** The user that a certificate names: common name is the user, organisations are the groups. Undefined without a common name. */
export function certificateUser({ subject, fingerprint256 }: Pick<PeerCertificate, 'subject' | 'fingerprint256'>): UserInfo | undefined {
  const [name] = listOf(subject.CN);
  return name ? { name, groups: listOf(subject.O), extra: credentialId(fingerprint256) } : undefined;
}

/** Knows users by the certificate that the TLS layer has verified against the client CA. */
export const clientCertificateAuthenticator: Authenticator = {
  name: 'x509',
  authenticate: ({ peerCertificate }) => (peerCertificate ? certificateUser(peerCertificate) : undefined),
};
