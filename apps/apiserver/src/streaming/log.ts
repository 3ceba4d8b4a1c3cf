import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import type { Duplex } from 'node:stream';
import type { ClientReadableStream } from '@grpc/grpc-js';
import type { node as proto } from '@typernetes/proto';
import type { SubresourceContext, SubresourceHandler } from '../pipeline/subresource';
import { streamProtocols } from './channel-protocols';
import { chooseContainer } from './container-choice';
import { fromKubeletError } from './kubelet-error';
import { parseLogOptions } from './log-options';
import type { StreamingDependencies } from './pod-target';
import { findPodTarget } from './pod-target';
import { acceptWebSocket, sendMessage } from './web-socket';

/** pods/log: plain text as the kubelet sends it; with `follow` until the container ends or the client leaves. */
export function logHandler(dependencies: StreamingDependencies): SubresourceHandler {
  const open = async (context: SubresourceContext): Promise<{ stream: ClientReadableStream<proto.Bytes>; follow: boolean }> => {
    const { pod, client, address } = await findPodTarget(dependencies, context);
    const { container, ...options } = parseLogOptions(context.query, address.pod);
    const target = { ...address, container: chooseContainer(pod, container) };
    return { stream: client.logs({ target, ...options }), follow: options.follow };
  };
  return {
    async respond(context, _request, response) {
      const { stream, follow } = await open(context);
      response.once('close', () => stream.cancel());
      try {
        await copy(stream, response, follow);
      } catch (error) {
        // Nothing said yet: the client gets a Status. Later the connection is all that can tell it.
        if (!response.headersSent) throw fromKubeletError(error);
        response.destroy();
      }
    },
    async upgrade(context, request, socket, head) {
      const { stream } = await open(context);
      await copyToWebSocket(stream, request, socket, head);
    },
  };
}

/** Each piece is a message; the end closes the socket. @throws ApiError as long as nothing has been said */
async function copyToWebSocket(stream: ClientReadableStream<proto.Bytes>, request: IncomingMessage, raw: Duplex, head: Buffer): Promise<void> {
  const pieces = (stream as AsyncIterable<proto.Bytes>)[Symbol.asyncIterator]();
  const first = await pieces.next().catch((error: unknown) => Promise.reject(fromKubeletError(error)));
  const { socket, protocol } = await acceptWebSocket(request, raw, head, streamProtocols);
  socket.once('close', () => stream.cancel());
  // What clients say is nothing to a log, but pings and the end must be heard.
  socket.resume();
  const send = (data: Buffer): Promise<void> =>
    new Promise((resolve) => sendMessage(socket, protocol.encoding === 'base64' ? data.toString('base64') : data, resolve));
  try {
    for (let piece = first; !piece.done; piece = await pieces.next()) await send(piece.value.data);
    socket.close(1000);
  } catch {
    // The kubelet is gone, or the client is.
    socket.close(1011);
  }
}

async function copy(stream: AsyncIterable<proto.Bytes>, response: ServerResponse | Http2ServerResponse, follow: boolean): Promise<void> {
  const begin = (): void => {
    if (response.headersSent) return;
    response.writeHead(200, { 'content-type': 'text/plain' });
    if (follow && 'flushHeaders' in response) response.flushHeaders();
  };
  for await (const { data } of stream) {
    begin();
    const write: (chunk: Buffer) => boolean = response.write.bind(response);
    if (!write(data)) await new Promise<void>((resolve) => response.once('drain', resolve).once('close', resolve));
    if (response.destroyed) return;
  }
  begin();
  response.end();
}
