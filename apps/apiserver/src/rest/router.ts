import type { APIService, Registry } from '@typernetes/api';
import type { Environment } from '../environment';
import { admitSubresource, subresourceContext } from '../pipeline/call-subresource';
import { authorize, resourceAttributes } from '../pipeline/authorize';
import type { AuthorizationAttributes } from '../pipeline/authorizer';
import { handle, makeCall } from '../pipeline/handle';
import { identify } from '../pipeline/identify';
import type { ApiRequest, ApiResult } from '../pipeline/request';
import type { SubresourceHandler } from '../pipeline/subresource';
import { apiErrors, failure } from '@typernetes/machinery';
import { isEncodable } from '../protobuf/encode';
import { readBody } from './body';
import { credentialsOf } from './credentials';
import { encodeList, encodeObjectResult, type EncodeOptions } from './encode';
import { headerOf, type Exchange, type HttpRequest } from './exchange';
import { negotiate } from './negotiate';
import { parseOptions } from './options';
import type { PathHandler } from './paths';
import { parseRequestInfo, type RequestInfo } from './request-info';
import { protobufMediaType, protobufObject } from './protobuf-answer';
import { respond, type Answer } from './respond';
import { streamWatch } from './watch-stream';

type ResourceInfo = Extract<RequestInfo, { type: 'resource' }>;

const bodyMethods: readonly string[] = ['POST', 'PUT', 'PATCH', 'DELETE'];

/** A request for a resource, as the pipeline takes it. */
export async function toApiRequest(exchange: Pick<Exchange, 'request' | 'method' | 'query'>, info: ResourceInfo, streamsBody = false): Promise<ApiRequest> {
  const { request, method, query } = exchange;
  return {
    verb: info.verb,
    target: info.target,
    // A proxied query is the backend's.
    options: streamsBody ? {} : parseOptions(query),
    query,
    credentials: credentialsOf(request),
    userAgent: headerOf(request, 'user-agent') ?? '',
    ...(!streamsBody && bodyMethods.includes(method) ? { body: await readBody(request) } : {}),
  };
}

/** The REST door: gives each request to the pipeline, to a subresource's own code, or to the handler of its path. */
export async function route(environment: Environment, paths: PathHandler, exchange: Exchange): Promise<void> {
  const { info } = exchange;
  const remote = environment.extensions.aggregator?.at(exchange.path);
  if (remote) return routeRemote(environment, exchange, { info, remote });
  if (info.type === 'path') return routePath(environment, paths, exchange);
  const responder = ownResponder(environment, info);
  if (responder) return respondBySubresource(environment, exchange, info, responder);
  const wish = negotiate(headerOf(exchange.request, 'accept'), offersOf(environment, info));
  const encode: EncodeOptions = { ...wish, includeObject: includeObjectOf(exchange.query), nowMs: environment.clock.now() };
  const { result, warnings } = await handle(environment, await toApiRequest(exchange, info));
  switch (result.type) {
    case 'watch':
      return streamWatch(exchange, result, { clock: environment.clock, encode });
    case 'list':
      return respond(exchange, { code: 200, chunks: encodeList(result, encode), warnings, mediaType: wish.mediaType });
    case 'object':
      return respond(exchange, { code: result.code, warnings, ...encodeAnswer(environment.registry, result, encode) });
  }
}

/** In which forms the objects of a kind can be had. */
function offersOf({ registry }: Environment, { target }: ResourceInfo): { transforms: boolean; protobuf: boolean } {
  const kind = registry.lookup(target.group, target.version, target.resource);
  return { transforms: kind !== undefined && (kind.storagePath !== undefined || kind.verbs.includes('list')), protobuf: kind !== undefined && isEncodable(kind.definition) };
}

function encodeAnswer(registry: Registry, result: Extract<ApiResult, { type: 'object' }>, encode: EncodeOptions): Pick<Answer, 'chunks' | 'mediaType'> {
  const { mediaType, representation } = encode;
  if (mediaType !== protobufMediaType || representation === 'table') return { chunks: [encodeObjectResult(result, encode)], mediaType };
  const bytes = protobufObject(registry, result.value, result.kind ? representation : 'object');
  return bytes ? { chunks: [bytes], mediaType } : { chunks: [result.value] };
}

function includeObjectOf(query: URLSearchParams): EncodeOptions['includeObject'] {
  const value = query.get('includeObject') ?? 'Metadata';
  if (value === 'None' || value === 'Metadata' || value === 'Object') return value;
  throw apiErrors.badRequest(`includeObject: Invalid value: ${JSON.stringify(value)}: must be 'Metadata', 'Object', 'None', or empty`);
}

/** What another server serves: this one says who asks and whether they may, all else is that server's. */
async function routeRemote({ extensions }: Environment, exchange: Exchange, { info, remote }: { info: RequestInfo; remote: APIService }): Promise<void> {
  const user = await identify(extensions, credentialsOf(exchange.request));
  await authorize(extensions.authorizers, user, remoteAttributes(exchange, info));
  await extensions.aggregator?.respond(remote, user, exchange);
}

/** What a request to another server asks for. */
export const remoteAttributes = ({ method, path, query }: Pick<Exchange, 'method' | 'path' | 'query'>, info: RequestInfo): AuthorizationAttributes =>
  info.type === 'path' ? { type: 'path', verb: method.toLowerCase(), path } : resourceAttributes({ ...info, options: { fieldSelector: query.get('fieldSelector') ?? '' } });

async function routePath(environment: Environment, paths: PathHandler, exchange: Exchange): Promise<void> {
  const user = await identify(environment.extensions, credentialsOf(exchange.request));
  await authorize(environment.extensions.authorizers, user, { type: 'path', verb: exchange.method.toLowerCase(), path: exchange.path });
  if (!(await paths(exchange))) throw apiErrors.pathNotFound();
}

/** The subresource's own code, if it writes its own HTTP answers (logs, proxies). */
function ownResponder({ extensions }: Environment, { target }: ResourceInfo): SubresourceHandler | undefined {
  if (target.subresource === '') return undefined;
  const group = target.group ? `.${target.group}` : '';
  const handler = extensions.subresourceHandlers[`${target.resource}${group}/${target.subresource}`];
  return handler?.respond && handler;
}

async function respondBySubresource(environment: Environment, exchange: Exchange, info: ResourceInfo, handler: SubresourceHandler): Promise<void> {
  const call = await authorizedCall(environment, await toApiRequest(exchange, info, handler.streamsBody));
  const own = call.kind.subresources.find(({ name }) => name === info.target.subresource);
  if (!handler.streamsBody && own && !isOneOf(own.verbs, info.verb)) throw failure('MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
  const context = subresourceContext(call);
  await admitSubresource(call, context);
  await handler.respond?.(context, exchange.request, exchange.response);
}

const isOneOf = (verbs: readonly string[], verb: string): boolean => verbs.includes(verb);

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
  const method = request.method ?? 'GET';
  const path = mark < 0 ? url : url.slice(0, mark);
  const query = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
  return { request, response, method, path, query, info: parseRequestInfo(method, path, query) };
}
