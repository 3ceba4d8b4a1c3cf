import http, { type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import type { Duplex, Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createDeflate, createGunzip, createGzip, createInflate } from 'node:zlib';
import { apiErrors } from '@typernetes/machinery';
import type { SubresourceContext, SubresourceHandler } from '../pipeline/subresource';
import type { HttpRequest, HttpResponse } from '../rest/exchange';
import type { Backend } from './backend';
import { backendHeaders, clientHeaders } from './headers';
import { slashRedirect, splitProxyUrl, type ProxyUrl } from './proxy-url';
import { htmlRewriter } from './rewrite-html';
import { rewriteUrl, type RewriteContext } from './rewrite-url';

export type FindBackend = (context: SubresourceContext) => Promise<Backend> | Backend;

/** A proxy subresource: requests of every kind go to a backend of the cluster, and its answers come back. */
export function proxyHandler(find: FindBackend): SubresourceHandler {
  return {
    streamsBody: true,
    async respond(context, request, response) {
      const backend = await find(context);
      const url = splitProxyUrl(request.url ?? '/');
      if (url.path === '' && (request.method === 'GET' || request.method === 'HEAD')) {
        response.writeHead(301, { location: slashRedirect(url) });
        return void response.end();
      }
      const incoming = await send({ backend, request, response, url });
      await answer(incoming, { backend, request, response, url });
    },
    async upgrade(context, request, socket, head) {
      await tunnel(await find(context), request, { socket, head });
    },
  };
}

const hostOf = (request: HttpRequest): string => request.headers.host ?? String(request.headers[':authority'] ?? '');

function open(backend: Backend, request: HttpRequest, { prefix, path, search }: ProxyUrl, upgrades = false): http.ClientRequest {
  const forwarded = { client: request.socket.remoteAddress ?? '', host: hostOf(request), uri: prefix + (path || '/') };
  const headers = backendHeaders(request.headers, forwarded, upgrades);
  // A body whose length nobody has said.
  if (!upgrades && hasBody(request) && headers['content-length'] === undefined) headers['transfer-encoding'] = 'chunked';
  return http.request({ method: request.method, path: (path || '/') + search, headers: backend.adjustHeaders?.(headers) ?? headers, setHost: false, createConnection: () => backend.connect() });
}

function hasBody(request: HttpRequest): boolean {
  if ('stream' in request) return !request.stream.endAfterHeaders;
  return request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
}

/** One request on its way through the proxy. */
interface Exchanged {
  backend: Backend;
  request: HttpRequest;
  response: HttpResponse;
  url: ProxyUrl;
}

const unreachable = (error: unknown): Error => apiErrors.serviceUnavailable(`error trying to reach service: ${error instanceof Error ? error.message : String(error)}`);

/** @throws ApiError ServiceUnavailable when the backend does not answer */
function send({ backend, request, response, url }: Exchanged): Promise<IncomingMessage> {
  const outgoing = open(backend, request, url);
  const body: Readable = request;
  // Also a client that leaves while the backend still thinks.
  response.once('close', () => outgoing.destroy());
  return new Promise((resolve, reject) => {
    outgoing.once('response', resolve);
    outgoing.on('error', (error) => reject(unreachable(error)));
    // An answer may come before the body has been read; then nobody wants the rest of it.
    if (hasBody(request)) void pipeline(body, outgoing).catch(() => undefined);
    else outgoing.end();
  });
}

/** A whole exchange with a backend that speaks for itself: nothing of its answer is rewritten. @throws ApiError ServiceUnavailable */
export async function passOn(backend: Backend, request: HttpRequest, response: HttpResponse): Promise<void> {
  const incoming = await send({ backend, request, response, url: wholeUrl(request) });
  const output: Writable = response;
  response.writeHead(incoming.statusCode ?? 502, clientHeaders(incoming.headers));
  // A watch may have nothing to tell for long.
  if (response instanceof http.ServerResponse) response.flushHeaders();
  response.once('close', () => incoming.destroy());
  await pipeline(incoming, output).catch(() => output.destroy());
}

/** The URL as it came. */
export function wholeUrl({ url = '/' }: HttpRequest): ProxyUrl {
  const mark = url.indexOf('?');
  return { prefix: '', path: mark < 0 ? url : url.slice(0, mark), search: mark < 0 ? '' : url.slice(mark) };
}

async function answer(incoming: IncomingMessage, { backend, request, response, url }: Exchanged): Promise<void> {
  const headers = clientHeaders(incoming.headers);
  const context: RewriteContext = { prefix: url.prefix, hosts: [backend.authority, hostOf(request)] };
  if (incoming.headers.location) headers['location'] = rewriteUrl(incoming.headers.location, context);
  const steps = request.method === 'HEAD' || incoming.headers.location ? [] : rewriters(incoming, headers, context);
  const output: Writable = response;
  response.writeHead(incoming.statusCode ?? 502, headers);
  response.once('close', () => incoming.destroy());
  // Headers have gone: a broken connection is all that can tell the client.
  await pipeline([incoming, ...steps, output]).catch(() => output.destroy());
}

/** The steps through which a page goes; its length changes then. */
function rewriters({ headers }: IncomingMessage, outgoing: OutgoingHttpHeaders, context: RewriteContext): Duplex[] {
  if (headers['content-type']?.split(';')[0]?.trim().toLowerCase() !== 'text/html') return [];
  const rewriter = (): Duplex => htmlRewriter((link) => rewriteUrl(link, context));
  const steps = rewritersByEncoding[headers['content-encoding']?.toLowerCase() ?? '']?.(rewriter());
  if (!steps) return [];
  delete outgoing['content-length'];
  return steps;
}

/** Pages in other encodings pass as they are. */
const rewritersByEncoding: Readonly<Record<string, (rewriter: Duplex) => Duplex[]>> = {
  '': (rewriter) => [rewriter],
  gzip: (rewriter) => [createGunzip(), rewriter, createGzip()],
  deflate: (rewriter) => [createInflate(), rewriter, createDeflate()],
};

const tunnelListenersMax = 30;

/** Passes an upgrade on; from the backend's yes on both connections are one. @throws ApiError ServiceUnavailable */
export function tunnel(backend: Backend, request: IncomingMessage, { socket, head, url = splitProxyUrl(request.url ?? '/') }: { socket: Duplex; head: Buffer; url?: ProxyUrl }): Promise<void> {
  const outgoing = open(backend, request, url, true);
  socket.once('close', () => outgoing.destroy());
  socket.on('error', () => socket.destroy());
  return new Promise((resolve, reject) => {
    outgoing.once('upgrade', (answered, remote: Duplex, rest: Buffer) => {
      socket.write(headOf(answered));
      // Two directions, each with its own watch on both ends.
      for (const end of [socket, remote]) end.setMaxListeners(tunnelListenersMax);
      if (rest.length) socket.write(rest);
      if (head.length) remote.write(head);
      void Promise.allSettled([pipeline(socket, remote), pipeline(remote, socket)]).then(() => (socket.destroy(), remote.destroy()));
      resolve();
    });
    outgoing.once('response', (answered) => {
      socket.write(headOf(answered, ['connection', 'transfer-encoding', 'keep-alive'], 'Connection: close\r\n'));
      void pipeline(answered, socket).catch(() => socket.destroy());
      resolve();
    });
    outgoing.on('error', (error) => reject(unreachable(error)));
    outgoing.end();
  });
}

/** Status line and headers as they came. */
function headOf({ statusCode, statusMessage, rawHeaders }: IncomingMessage, without: readonly string[] = [], more = ''): string {
  let lines = '';
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (!without.includes(rawHeaders[i]?.toLowerCase() ?? '')) lines += `${rawHeaders[i]}: ${rawHeaders[i + 1]}\r\n`;
  }
  return `HTTP/1.1 ${statusCode} ${statusMessage}\r\n${lines}${more}\r\n`;
}
