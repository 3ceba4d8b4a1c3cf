import type { Environment } from '../environment';
import { admitSubresource, subresourceContext, subresourceHandlerOf } from '../pipeline/call-subresource';
import { authorize, resourceAttributes } from '../pipeline/authorize';
import { handle, makeCall } from '../pipeline/handle';
import { identify } from '../pipeline/identify';
import type { ApiRequest } from '../pipeline/request';
import { apiErrors } from '@typernetes/machinery';
import { readBody } from './body';
import { credentialsOf } from './credentials';
import { encodeList, encodeObjectResult, type EncodeOptions } from './encode';
import { headerOf, type Exchange, type HttpRequest } from './exchange';
import { negotiate } from './negotiate';
import { parseOptions } from './options';
import type { PathHandler } from './paths';
import { parseRequestInfo, type RequestInfo } from './request-info';
import { respond } from './respond';
import { streamWatch } from './watch-stream';

type ResourceInfo = Extract<RequestInfo, { type: 'resource' }>;

const bodyMethods: readonly string[] = ['POST', 'PUT', 'PATCH', 'DELETE'];

/** A request for a resource, as the pipeline takes it. */
export async function toApiRequest(exchange: Pick<Exchange, 'request' | 'method' | 'query'>, info: ResourceInfo): Promise<ApiRequest> {
  const { request, method, query } = exchange;
  return {
    verb: info.verb,
    target: info.target,
    options: parseOptions(query),
    query,
    credentials: credentialsOf(request),
    ...(bodyMethods.includes(method) ? { body: await readBody(request) } : {}),
  };
}

/** The REST door: gives each request to the pipeline, to a subresource's own code, or to the handler of its path. */
export async function route(environment: Environment, paths: PathHandler, exchange: Exchange): Promise<void> {
  const info = parseRequestInfo(exchange.method, exchange.path, exchange.query);
  if (info.type === 'path') return routePath(environment, paths, exchange);
  if (isOwnResponse(environment, info)) return respondBySubresource(environment, exchange, info);
  const { representation, mediaType } = negotiate(headerOf(exchange.request, 'accept'));
  const encode: EncodeOptions = { representation, includeObject: includeObjectOf(exchange.query), nowMs: environment.clock.now() };
  const { result, warnings } = await handle(environment, await toApiRequest(exchange, info));
  switch (result.type) {
    case 'watch':
      return streamWatch(exchange, result, { clock: environment.clock, encode });
    case 'list':
      return respond(exchange, { code: 200, chunks: encodeList(result, encode), warnings, mediaType });
    case 'object':
      return respond(exchange, { code: result.code, chunks: [encodeObjectResult(result, encode)], warnings, mediaType });
  }
}

function includeObjectOf(query: URLSearchParams): EncodeOptions['includeObject'] {
  const value = query.get('includeObject') ?? 'Metadata';
  if (value === 'None' || value === 'Metadata' || value === 'Object') return value;
  throw apiErrors.badRequest(`includeObject: Invalid value: ${JSON.stringify(value)}: must be 'Metadata', 'Object', 'None', or empty`);
}

async function routePath(environment: Environment, paths: PathHandler, exchange: Exchange): Promise<void> {
  const user = await identify(environment.extensions, credentialsOf(exchange.request));
  await authorize(environment.extensions.authorizers, user, { type: 'path', verb: exchange.method.toLowerCase(), path: exchange.path });
  if (!(await paths(exchange))) throw apiErrors.pathNotFound();
}

/** Whether the subresource writes its own HTTP answer (logs). */
function isOwnResponse({ extensions }: Environment, { target }: ResourceInfo): boolean {
  if (target.subresource === '') return false;
  const group = target.group ? `.${target.group}` : '';
  return extensions.subresourceHandlers[`${target.resource}${group}/${target.subresource}`]?.respond !== undefined;
}

async function respondBySubresource(environment: Environment, exchange: Exchange, info: ResourceInfo): Promise<void> {
  const call = await authorizedCall(environment, await toApiRequest(exchange, info));
  const handler = subresourceHandlerOf(call);
  const context = subresourceContext(call);
  await admitSubresource(call, context);
  await handler.respond?.(context, exchange.request, exchange.response);
}

/** Authenticates and authorises a request outside `handle`. */
export async function authorizedCall(environment: Environment, request: ApiRequest): Promise<ReturnType<typeof makeCall>> {
  const user = await identify(environment.extensions, request.credentials);
  await authorize(environment.extensions.authorizers, user, resourceAttributes(request));
  return makeCall(environment, request, user);
}

/** Splits a request's URL. */
export function exchangeOf(request: HttpRequest, response: Exchange['response']): Exchange {
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  return {
    request,
    response,
    method: request.method ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)),
  };
}
