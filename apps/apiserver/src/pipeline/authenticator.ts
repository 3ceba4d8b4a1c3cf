import type { PeerCertificate } from 'node:tls';
import type { UserInfo } from './types';

/** What a connection or request shows to say who it is. */
export interface Credentials {
  /** The client's certificate, only when it was presented and verified against the client CA by the TLS layer. */
  readonly peerCertificate?: PeerCertificate;
  /** The token of `Authorization: Bearer`. */
  readonly bearerToken?: string;
  /** Impersonate-User & co.: not for authenticators; the pipeline applies it once the sender may `impersonate` (identify.ts). */
  readonly impersonate?: UserInfo;
}

/**
 * One way to find out who asks. `undefined`: these credentials are not mine, ask the next one.
 * @throws ApiError Unauthorized when the credentials are this authenticator's and are wrong (expired token).
 */
export interface Authenticator {
  readonly name: string;
  authenticate(credentials: Credentials): Promise<UserInfo | undefined> | UserInfo | undefined;
}
