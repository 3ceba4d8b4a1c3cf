import type { RequestVerb, Target } from '../pipeline/types';

/** What a path and method ask for: a resource, or a path of its own. */
export type RequestInfo = { readonly type: 'resource'; readonly verb: RequestVerb; readonly target: Target } | { readonly type: 'path' };

const verbOfMethod: Readonly<Record<string, RequestVerb>> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete', GET: 'get', HEAD: 'get' };

/** Subresources of a namespace itself; any other third part is a resource in it. */
const namespaceSubresources = new Set(['status', 'finalize']);

/**
 * Reads `/api/v1/...` and `/apis/<group>/<version>/...` (API concepts, "Resource URIs").
 * `namespaces/<name>` is the object, `namespaces/<ns>/<resource>` a resource in it.
 */
export function parseRequestInfo(method: string, path: string, query: URLSearchParams): RequestInfo {
  const parts = path.split('/').filter((part) => part !== '').map(decodePart);
  const isCore = parts[0] === 'api';
  if (!isCore && parts[0] !== 'apis') return { type: 'path' };
  const group = isCore ? '' : parts[1];
  const version = isCore ? parts[1] : parts[2];
  let rest = parts.slice(isCore ? 2 : 3);
  const isLegacyWatch = rest[0] === 'watch' && rest.length > 1;
  if (isLegacyWatch) rest = rest.slice(1);
  if (group === undefined || version === undefined || rest.length === 0) return { type: 'path' };
  const target = targetOf({ group, version }, rest);
  if (!target) return { type: 'path' };
  const verb = verbOf(method, target, isLegacyWatch || (target.subresource === '' && isTrue(query.get('watch'))));
  return verb ? { type: 'resource', verb, target: withSelectedName(verb, target, query) } : { type: 'path' };
}

function targetOf(groupVersion: { group: string; version: string }, parts: string[]): Target | undefined {
  const [first = '', second = '', third = ''] = parts;
  if (first === 'namespaces' && second !== '' && third !== '' && !namespaceSubresources.has(third)) {
    const [resource = '', name = '', subresource = ''] = parts.slice(2);
    return parts.length > 5 && subresource !== 'proxy' ? undefined : { ...groupVersion, resource, namespace: second, name, subresource };
  }
  if (parts.length > 3 && third !== 'proxy') return undefined;
  return { ...groupVersion, resource: first, namespace: '', name: second, subresource: third };
}

function verbOf(method: string, { name, subresource }: Target, isWatch: boolean): RequestVerb | undefined {
  const verb = subresource === 'proxy' && method === 'OPTIONS' ? 'options' : verbOfMethod[method];
  if (verb === 'get' && isWatch) return 'watch';
  if (verb === 'get' && name === '') return 'list';
  if (verb === 'delete' && name === '') return 'deletecollection';
  return verb;
}

/** A list of one name is authorised by that name, so that a role for one object can watch it. */
function withSelectedName(verb: RequestVerb, target: Target, query: URLSearchParams): Target {
  if (target.name !== '' || (verb !== 'list' && verb !== 'watch' && verb !== 'deletecollection')) return target;
  const match = /(?:^|,)metadata\.name==?([^,]+)(?:,|$)/.exec(query.get('fieldSelector') ?? '');
  return match?.[1] ? { ...target, name: match[1] } : target;
}

const isTrue = (value: string | null): boolean => value === 'true' || value === '1';

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
