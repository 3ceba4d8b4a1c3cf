import { apiErrors } from '@typernetes/machinery';
import type { Environment } from '../environment';
import type { Call } from '../pipeline/call';
import type { SubresourceContext } from '../pipeline/subresource';

/** A handler's context as a call on the object whose subresource it is, for the verbs' own functions. */
export function callOf(environment: Environment, context: SubresourceContext, { resource, name, group = '' }: { resource: string; name: string; group?: string }): Call {
  const { target, user, dryRun, verb, query } = context;
  const kind = environment.registry.lookup(group, 'v1', resource);
  if (!kind) throw apiErrors.pathNotFound();
  const request = { verb, target: { ...target, group, version: 'v1', resource, name, subresource: '' }, options: {}, query, credentials: {} };
  return { environment, kind, user, dryRun, warnings: [], request };
}
