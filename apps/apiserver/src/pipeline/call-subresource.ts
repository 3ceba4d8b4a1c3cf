import { apiErrors, formatApiVersion, formatGroupResource } from '@typernetes/machinery';
import { admissionContext, runAdmission } from './write-steps';
import { encodeObject, type Call } from './call';
import { decodeBody } from './decode';
import type { ApiResult } from './request';
import type { SubresourceContext, SubresourceHandler, SubresourceResult } from './subresource';

const bodyVerbs: readonly string[] = ['create', 'update', 'patch'];

/** The handler for a subresource, or for a kind that is never stored. @throws ApiError NotFound */
export function subresourceHandlerOf({ environment, kind, request }: Call): SubresourceHandler {
  const { subresource } = request.target;
  const key = formatGroupResource(kind) + (subresource ? `/${subresource}` : '');
  const handler = environment.extensions.subresourceHandlers[key];
  if (!handler) throw apiErrors.pathNotFound();
  return handler;
}

/** What a handler gets to know of the call. */
export function subresourceContext(call: Call): SubresourceContext {
  const { kind, request, user } = call;
  const own = kind.subresources.find(({ name }) => name === request.target.subresource);
  const expected = own ? { apiVersion: formatApiVersion(own), kind: own.kind, definition: bodyDefinition(own) } : undefined;
  return {
    target: request.target,
    verb: request.verb,
    kind,
    user,
    query: request.query,
    ...(bodyVerbs.includes(request.verb) && request.body && request.body.bytes.length > 0 ? { body: decodeBody(call, expected) } : {}),
    dryRun: call.dryRun,
    warn: (text) => void call.warnings.push(text),
  };
}

const bodyDefinition = ({ group, version, kind }: { group: string; version: string; kind: string }): string =>
  `io.k8s.api.${group ? group.split('.')[0] : 'core'}.${version}.${kind}`;

/** Runs admission for a subresource with code of its own, as CONNECT for streams and as CREATE for bodies. */
export async function admitSubresource(call: Call, context: SubresourceContext): Promise<void> {
  if (call.environment.extensions.admission.length === 0) return;
  const operation = context.body ? (context.verb === 'create' ? 'CREATE' : 'UPDATE') : 'CONNECT';
  const admission = admissionContext(call, { operation, subresource: context.target.subresource, ...(context.body ? { object: context.body } : {}) });
  await runAdmission(call, 'admit', admission);
  await runAdmission(call, 'validate', admission);
}

/** Object in, object out. @throws ApiError BadRequest for handlers that only stream */
export async function callSubresource(call: Call): Promise<ApiResult> {
  const handler = subresourceHandlerOf(call);
  if (!handler.call) throw apiErrors.badRequest('Upgrade request required');
  const context = subresourceContext(call);
  await admitSubresource(call, context);
  const answer = await handler.call(context);
  const { code, object } = isResult(answer) ? answer : { code: call.request.verb === 'create' ? 201 : 200, object: answer };
  return { type: 'object', code, value: encodeObject(object) };
}

const isResult = (answer: object): answer is SubresourceResult => 'code' in answer && 'object' in answer && !('status' in answer);
