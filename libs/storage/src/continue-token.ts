import { apiErrors } from '@typernetes/machinery';

/** A place in a list: upstream's `meta.k8s.io/v1` token, unpadded base64url of JSON, which clients treat as opaque. */
export interface ContinueToken {
  /** The list is pinned to it; -1: continue with the newest state (inconsistent list). */
  readonly revision: number;
  /** First key wanted, relative to the resource. */
  readonly startKey: string;
}

export function encodeContinueToken({ revision, startKey }: ContinueToken): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start: startKey })).toString('base64url');
}

/** @throws ApiError BadRequest */
export function decodeContinueToken(token: string): ContinueToken {
  const parsed = parse(token);
  if (typeof parsed !== 'object' || parsed === null) throw apiErrors.badRequest(`continue key is not valid: invalid token`);
  const { v, rv, start } = parsed as { v?: unknown; rv?: unknown; start?: unknown };
  if (v !== 'meta.k8s.io/v1') throw apiErrors.badRequest(`continue key is not valid: server does not recognize this encoded version ${JSON.stringify(v ?? '')}`);
  if (typeof rv !== 'number' || !Number.isSafeInteger(rv) || rv === 0) throw apiErrors.badRequest('continue key is not valid: incorrect encoded start resourceVersion');
  if (typeof start !== 'string' || start === '' || start.startsWith('/') || start.split('/').includes('..')) {
    throw apiErrors.badRequest('continue key is not valid: encoded start key empty or invalid');
  }
  return { revision: rv, startKey: start };
}

function parse(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString());
  } catch {
    return undefined;
  }
}
