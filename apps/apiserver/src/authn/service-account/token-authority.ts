import { exportJWK, jwtVerify, SignJWT, type JWK } from 'jose';
import { LRUCache } from 'lru-cache';
import { apiErrors, type Clock } from '@typernetes/machinery';
import { legacyIssuer, payloadOf, readClaims, type NewToken, type TokenClaims } from './claims';
import { readPrivateKey, readPublicKey, type TokenKey } from './keys';

/** Tokens whose signature need not be verified again; beyond, the longest unused go. */
const verifiedTokensMax = 4_096;

export interface TokenAuthorityConfig {
  readonly issuer: string;
  readonly publicKeys: readonly Buffer[];
  readonly signingKey?: Buffer | undefined;
  readonly clock: Clock;
}

/** Signs service account tokens and says which are genuine and in time. What they name may be gone; see `TokenValidity`. */
export class TokenAuthority {
  readonly issuer: string;
  private readonly clock: Clock;
  private readonly signer: TokenKey | undefined;
  private readonly keys: readonly TokenKey[];
  private readonly verified = new LRUCache<string, TokenClaims>({ max: verifiedTokensMax });

  constructor({ issuer, publicKeys, signingKey, clock }: TokenAuthorityConfig) {
    this.issuer = issuer;
    this.clock = clock;
    this.signer = signingKey && readPrivateKey(signingKey);
    const keys = [...publicKeys, ...(signingKey ? [signingKey] : [])].map(readPublicKey);
    this.keys = [...new Map(keys.map((key) => [key.id, key])).values()];
  }

  /** @throws ApiError when there is no key to sign with */
  async issue(token: Omit<NewToken, 'issuer'>): Promise<string> {
    if (!this.signer) throw apiErrors.internal(new Error('no service account signing key is configured'));
    return new SignJWT(payloadOf({ ...token, issuer: this.issuer })).setProtectedHeader({ alg: this.signer.algorithm, kid: this.signer.id }).sign(this.signer.key);
  }

  /** What a genuine token says. Undefined: not a token of ours. @throws Error when it is, and is wrong or out of time */
  async verify(token: string): Promise<TokenClaims | undefined> {
    const issuer = issuerOf(token);
    if (issuer !== this.issuer && issuer !== legacyIssuer) return undefined;
    const known = this.verified.get(token);
    if (known && (known.type === 'legacy' || known.expiresAtMs > this.clock.now())) return known;
    const claims = await this.verifySignature(token);
    this.verified.set(token, claims);
    return claims;
  }

  private async verifySignature(token: string): Promise<TokenClaims> {
    const currentDate = new Date(this.clock.now());
    let failure: unknown = new Error('no service account key is configured');
    for (const { key, algorithm } of this.keys) {
      try {
        const { payload } = await jwtVerify(token, key, { algorithms: [algorithm], currentDate });
        const claims = readClaims(payload);
        if (!claims) throw new Error('service account token has invalid claims');
        return claims;
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  /** The public keys as a JSON Web Key Set (RFC 7517). */
  async keySet(): Promise<{ keys: JWK[] }> {
    return { keys: await Promise.all(this.keys.map(async ({ key, id, algorithm }) => ({ use: 'sig', ...(await exportJWK(key)), kid: id, alg: algorithm }))) };
  }

  get algorithms(): string[] {
    return [...new Set(this.keys.map(({ algorithm }) => algorithm))];
  }
}

/** The issuer that a token claims, unverified: only to see whose business it is. */
function issuerOf(token: string): unknown {
  const payload = token.split('.')[1];
  try {
    return payload === undefined ? undefined : (JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>)['iss'];
  } catch {
    return undefined;
  }
}
