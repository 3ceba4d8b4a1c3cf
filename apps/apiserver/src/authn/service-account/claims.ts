import { serviceAccountUserName } from './user';

/** An object that a token lives and dies with. */
export interface BoundObject {
  readonly name: string;
  readonly uid: string;
}

/** Bound tokens (KEP-1205, KEP-4193): for an audience and a time, and no longer than the objects that they name. */
export interface BoundClaims {
  readonly type: 'bound';
  readonly namespace: string;
  readonly serviceAccount: BoundObject;
  readonly pod?: BoundObject;
  readonly secret?: BoundObject;
  readonly node?: BoundObject;
  readonly audiences: readonly string[];
  readonly id?: string;
  readonly expiresAtMs: number;
}

/** Tokens from Secrets of type kubernetes.io/service-account-token: they end with their Secret. */
export interface LegacyClaims {
  readonly type: 'legacy';
  readonly namespace: string;
  readonly serviceAccount: BoundObject;
  readonly secretName: string;
}

export type TokenClaims = BoundClaims | LegacyClaims;

export const legacyIssuer = 'kubernetes/serviceaccount';
const privateClaim = 'kubernetes.io';
const legacyPrefix = 'kubernetes.io/serviceaccount/';

/** A kubelet asks for this; the token works for a year, so that old clients that do not read it again go on working. */
export const warnOnlySeconds = 3_607;
export const extendedSeconds = 365 * 24 * 3_600;

export interface NewToken extends Omit<BoundClaims, 'type' | 'expiresAtMs' | 'id'> {
  readonly issuer: string;
  readonly id: string;
  /** Seconds since the epoch. */
  readonly issuedAt: number;
  readonly expirationSeconds: number;
  /** Whether 3607 seconds stand for a year. */
  readonly mayExtend: boolean;
}

/** The payload of a bound token. */
export function payloadOf(token: NewToken): Record<string, unknown> {
  const { issuedAt, expirationSeconds, namespace } = token;
  const isExtended = token.mayExtend && expirationSeconds === warnOnlySeconds;
  const own: Record<string, unknown> = { namespace };
  for (const kind of ['node', 'pod', 'secret'] as const) if (token[kind]) own[kind] = token[kind];
  own['serviceaccount'] = token.serviceAccount;
  if (isExtended) own['warnafter'] = issuedAt + expirationSeconds;
  return {
    aud: token.audiences,
    exp: issuedAt + (isExtended ? extendedSeconds : expirationSeconds),
    iat: issuedAt,
    iss: token.issuer,
    jti: token.id,
    [privateClaim]: own,
    nbf: issuedAt,
    sub: serviceAccountUserName(namespace, token.serviceAccount.name),
  };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const recordOf = (value: unknown): Record<string, unknown> => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {});

function boundObject(value: unknown): BoundObject | undefined {
  if (value === undefined) return undefined;
  const { name, uid } = recordOf(value);
  return { name: textOf(name), uid: textOf(uid) };
}

/** Reads a payload whose signature was verified; undefined when it is not a service account's. */
export function readClaims(payload: Readonly<Record<string, unknown>>): TokenClaims | undefined {
  const claims = payload['iss'] === legacyIssuer ? readLegacy(payload) : readBound(payload);
  if (!claims) return undefined;
  return payload['sub'] === serviceAccountUserName(claims.namespace, claims.serviceAccount.name) ? claims : undefined;
}

function readLegacy(payload: Readonly<Record<string, unknown>>): LegacyClaims | undefined {
  const claim = (name: string): string => textOf(payload[legacyPrefix + name]);
  const claims = {
    namespace: claim('namespace'),
    serviceAccount: { name: claim('service-account.name'), uid: claim('service-account.uid') },
    secretName: claim('secret.name'),
  };
  return claims.namespace && claims.serviceAccount.name && claims.serviceAccount.uid && claims.secretName ? { type: 'legacy', ...claims } : undefined;
}

function readBound(payload: Readonly<Record<string, unknown>>): BoundClaims | undefined {
  const own = recordOf(payload[privateClaim]);
  const [serviceAccount, pod, secret, node] = ['serviceaccount', 'pod', 'secret', 'node'].map((kind) => boundObject(own[kind]));
  const namespace = textOf(own['namespace']);
  const expiry = payload['exp'];
  if (!serviceAccount?.name || !serviceAccount.uid || !namespace || typeof expiry !== 'number') return undefined;
  const audience = payload['aud'];
  return {
    type: 'bound',
    namespace,
    serviceAccount,
    ...(pod ? { pod } : {}),
    ...(secret ? { secret } : {}),
    ...(node ? { node } : {}),
    audiences: (Array.isArray(audience) ? audience : [audience]).filter((it): it is string => typeof it === 'string'),
    ...(payload['jti'] ? { id: textOf(payload['jti']) } : {}),
    expiresAtMs: expiry * 1000,
  };
}
