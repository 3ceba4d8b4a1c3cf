import type { PeerCertificate } from 'node:tls';
import type { Authenticator } from '../pipeline/authenticator';
import type { UserInfo } from '../pipeline/types';

const listOf = (value: string | string[] | undefined): string[] => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

/** The user that a certificate names: common name is the user, organisations are the groups. Undefined without a common name. */
export function certificateUser({ subject }: Pick<PeerCertificate, 'subject'>): UserInfo | undefined {
  const [name] = listOf(subject.CN);
  return name ? { name, groups: listOf(subject.O) } : undefined;
}

/** Knows users by the certificate that the TLS layer has verified against the client CA. */
export const clientCertificateAuthenticator: Authenticator = {
  name: 'x509',
  authenticate: ({ peerCertificate }) => (peerCertificate ? certificateUser(peerCertificate) : undefined),
};
