import { STATUS_CODES, type IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { apiErrors } from '@typernetes/machinery';
import type { Environment } from '../environment';
import { streamIdleTimeoutMs, streamKeepAliveMs } from '../limits';
import { admitSubresource, subresourceContext, subresourceHandlerOf } from '../pipeline/call-subresource';
import { authorize, resourceAttributes } from '../pipeline/authorize';
import type { Credentials } from '../pipeline/authenticator';
import { identify } from '../pipeline/identify';
import type { ApiRequest } from '../pipeline/request';
import type { RequestVerb } from '../pipeline/types';
import { credentialsOf } from './credentials';
import { parseRequestInfo } from './request-info';
import { toApiError } from './respond';
import { authorizedCall, remoteAttributes } from './router';

/** `get` opens a WebSocket, `create` is SPDY's POST; both are authorised as what they are. */
const connectVerbs: readonly RequestVerb[] = ['get', 'create'];

/** HTTP upgrades (exec, attach, port-forward): authorised like any request, then the subresource's code has the socket. */
export async function upgrade(environment: Environment, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
  try {
    const [path = '/', search = ''] = (request.url ?? '/').split('?');
    const query = new URLSearchParams(search);
    const info = parseRequestInfo(request.method ?? 'GET', path, query);
    const remote = environment.extensions.aggregator?.at(path);
    if (remote) {
      const user = await identify(environment.extensions, credentialsWithToken(request));
      await authorize(environment.extensions.authorizers, user, remoteAttributes({ method: request.method ?? 'GET', path, query }, info));
      watchConnection(socket);
      return await environment.extensions.aggregator?.upgrade(remote, user, { request, socket, head });
    }
    if (info.type === 'path' || !connectVerbs.includes(info.verb)) throw apiErrors.pathNotFound();
    const apiRequest: ApiRequest = {
      verb: info.verb,
      target: info.target,
      // The query is the subresource's.
      options: {},
      query,
      credentials: credentialsWithToken(request),
    };
    const call = await authorizedCall(environment, apiRequest);
    const handler = subresourceHandlerOf(call);
    if (handler.upgradeVerb && handler.upgradeVerb !== info.verb) {
      await authorize(environment.extensions.authorizers, call.user, resourceAttributes({ ...apiRequest, verb: handler.upgradeVerb }));
    }
    if (!handler.upgrade) throw apiErrors.badRequest('unable to upgrade: this resource does not take upgraded connections');
    const context = subresourceContext(call);
    await admitSubresource(call, context);
    watchConnection(socket);
    await handler.upgrade(context, request, socket, head);
  } catch (error) {
    refuse(request, socket, error);
  }
}

function credentialsWithToken(request: IncomingMessage): Credentials {
  const credentials = credentialsOf(request);
  const token = credentials.bearerToken ?? tokenOfProtocols(request);
  return { ...credentials, ...(token ? { bearerToken: token } : {}) };
}

/** Whoever has gone without a word, or says nothing for hours, is let go. */
function watchConnection(socket: Duplex): void {
  if (!(socket instanceof Socket)) return;
  socket.setKeepAlive(true, streamKeepAliveMs);
  socket.setTimeout(streamIdleTimeoutMs, () => socket.destroy());
}

/** Browsers can't set headers on WebSockets: the token may come as a subprotocol. */
function tokenOfProtocols(request: IncomingMessage): string | undefined {
  const prefix = 'base64url.bearer.authorization.k8s.io.';
  const protocols = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((protocol) => protocol.trim());
  const encoded = protocols.find((protocol) => protocol.startsWith(prefix))?.slice(prefix.length);
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64url').toString();
}

/** Answers an upgrade that will not happen as if it had been a plain request. */
function refuse({ method }: IncomingMessage, socket: Duplex, error: unknown): void {
  const { status } = toApiError(error);
  if (socket.destroyed || !socket.writable) return void socket.destroy();
  const body = JSON.stringify(status);
  socket.end(
    `HTTP/1.1 ${status.code} ${STATUS_CODES[status.code] ?? 'Error'}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${method === 'HEAD' ? '' : body}`,
  );
}
