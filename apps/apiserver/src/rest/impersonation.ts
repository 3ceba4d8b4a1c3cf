import { apiErrors } from '@typernetes/machinery';
import type { UserInfo } from '../pipeline/types';
import { headerOf, type HttpRequest } from './exchange';

const extraPrefix = 'impersonate-extra-';

/** The identity that the Impersonate-* headers ask for. @throws ApiError BadRequest for parts without a user */
export function impersonationOf(request: HttpRequest): UserInfo | undefined {
  const name = headerOf(request, 'impersonate-user');
  const uid = headerOf(request, 'impersonate-uid');
  const groups = valuesOf(request, 'impersonate-group');
  const extra = extraOf(request);
  if (!name) {
    if (uid || groups.length > 0 || Object.keys(extra).length > 0) throw apiErrors.badRequest('requested impersonation without impersonating a user');
    return undefined;
  }
  return { name, groups, ...(uid ? { uid } : {}), ...(Object.keys(extra).length > 0 ? { extra } : {}) };
}

/** Repeated headers; HTTP/1.1 joins those that it does not know with commas. */
function valuesOf(request: HttpRequest, name: string): string[] {
  const { rawHeaders } = request;
  return rawHeaders.flatMap((header, i) => (i % 2 === 0 && header.toLowerCase() === name ? [rawHeaders[i + 1] ?? ''] : []));
}

function extraOf(request: HttpRequest): Record<string, string[]> {
  const keys = Object.keys(request.headers).filter((name) => name.startsWith(extraPrefix));
  return Object.fromEntries(keys.map((name) => [unescapeKey(name.slice(extraPrefix.length)), valuesOf(request, name)]));
}

/** Keys are percent-encoded; what is not is taken as it came. */
function unescapeKey(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}
