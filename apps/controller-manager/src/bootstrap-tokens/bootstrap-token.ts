import { createHmac } from 'node:crypto';
import type { ConfigMap, Secret } from '@typernetes/api';
import { parseTime } from '@typernetes/machinery';

/** Bootstrap tokens: short-lived secrets with which nodes join (API documentation "Authenticating with Bootstrap Tokens"). */
export const bootstrapTokenType = 'bootstrap.kubernetes.io/token';

const signaturePrefix = 'jws-kubeconfig-';

const textOf = ({ data }: Secret, key: string): string => Buffer.from(data?.[key] ?? '', 'base64').toString();

/** Until a token expires, 0 or less: now; undefined when it never does. A time that can't be read is over. */
export function untilExpiryMs(secret: Secret, nowMs: number): number | undefined {
  const expiration = textOf(secret, 'expiration');
  return expiration ? (parseTime(expiration) ?? 0) - nowMs : undefined;
}

export interface SigningToken {
  id: string;
  secret: string;
}

/** The token that a secret holds, if it may sign: named as it must be, not expired, meant for it. */
export function signingToken(secret: Secret, nowMs: number): SigningToken | undefined {
  const [id, tokenSecret] = [textOf(secret, 'token-id'), textOf(secret, 'token-secret')];
  if (secret.type !== bootstrapTokenType || secret.metadata?.deletionTimestamp || secret.metadata?.name !== `bootstrap-token-${id}` || !tokenSecret) return undefined;
  if ((untilExpiryMs(secret, nowMs) ?? 1) <= 0 || textOf(secret, 'usage-bootstrap-signing') !== 'true') return undefined;
  return { id, secret: tokenSecret };
}

/** RFC 7515, HS256, with the payload left out (appendix F): who has the token can tell that the content is true. */
export function detachedSignature(content: string, { id, secret }: SigningToken): string {
  const header = Buffer.from(JSON.stringify({ alg: 'HS256', kid: id })).toString('base64url');
  const payload = Buffer.from(content).toString('base64url');
  const signature = createHmac('sha256', secret).update(`${header}.${payload}`).digest('base64url');
  return `${header}..${signature}`;
}

/** The cluster's description with a signature by each token, and by none that is gone; undefined when that is what it has. */
export function signedInfo({ data = {} }: ConfigMap, tokens: readonly SigningToken[]): Record<string, string> | undefined {
  const content = data['kubeconfig'];
  if (content === undefined) return undefined;
  const others = Object.entries(data).filter(([key]) => !key.startsWith(signaturePrefix));
  const next = Object.fromEntries([...others, ...tokens.map((token): [string, string] => [signaturePrefix + token.id, detachedSignature(content, token)])]);
  const isSame = Object.keys(next).length === Object.keys(data).length && Object.entries(next).every(([key, value]) => data[key] === value);
  return isSame ? undefined : next;
}
