import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { createWebSocketStream } from 'ws';
import { apiErrors } from '@typernetes/machinery';
import type { node as proto } from '@typernetes/proto';
import type { SubresourceContext, SubresourceHandler } from '../pipeline/subresource';
import type { PodTarget, StreamingDependencies } from './pod-target';
import { findPodTarget } from './pod-target';
import { acceptSpdy, serveSpdy } from './spdy-connection';
import type { SpdyConnection, SpdyStream } from './spdy-connection';
import { acceptWebSocket, isWebSocket } from './web-socket-door';

/** SPDY frames in binary WebSocket messages (KEP-4006): what kubectl 1.31 and later speak. */
const tunnelProtocol = 'SPDY/3.1+portforward.k8s.io';
const spdyProtocol = 'portforward.k8s.io';

/** pods/portforward: each forwarded connection is a pair of SPDY streams, data and error. */
export function portForwardHandler(dependencies: StreamingDependencies): SubresourceHandler {
  const upgrade = async (context: SubresourceContext, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const target = await findPodTarget(dependencies, context);
    if (target.pod.status?.phase !== 'Running') {
      throw apiErrors.badRequest(`unable to forward port because pod is not running. Current status=${target.pod.status?.phase}`);
    }
    serveForwards(await openConnection(request, socket, head), target);
  };
  return { upgrade };
}

async function openConnection(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<SpdyConnection> {
  if (!isWebSocket(request)) return acceptSpdy(request, socket, head, [spdyProtocol]).connection;
  const tunnel = createWebSocketStream(await acceptWebSocket(request, socket, head, [tunnelProtocol]));
  tunnel.on('error', () => tunnel.destroy());
  return serveSpdy(tunnel);
}

/** Streams of one forwarded connection; the error stream comes first. */
interface Pair {
  error?: SpdyStream;
  data?: SpdyStream;
}

function serveForwards(connection: SpdyConnection, target: PodTarget): void {
  const pairs = new Map<string, Pair>();
  const calls = new Set<() => void>();
  connection.on('close', () => calls.forEach((cancel) => cancel()));
  connection.on('stream', (stream) => {
    stream.respond(200, {});
    stream.on('error', () => stream.destroy());
    const { streamtype, requestid = '', port = '' } = stream.headers;
    const pair = pairs.get(requestid) ?? {};
    pairs.set(requestid, pair);
    if (streamtype === 'error') pair.error = stream;
    else pair.data = stream;
    if (!pair.data || !pair.error) return;
    pairs.delete(requestid);
    const call = target.client.portForward();
    const cancel = (): void => call.cancel();
    calls.add(cancel);
    call.once('close', () => calls.delete(cancel));
    bridgeConnection({ data: pair.data, error: pair.error }, call);
    call.write({ input: { $case: 'start', value: { target: { ...target.address, container: '' }, port: Number(port) } } });
  });
}

type ForwardCall = ReturnType<proto.NodeClient['portForward']>;

function bridgeConnection({ data, error }: Required<Pair>, call: ForwardCall): void {
  data.on('data', (value: Buffer) => {
    if (call.write({ input: { $case: 'data', value } })) return;
    data.pause();
    call.once('drain', () => data.resume());
  });
  data.on('end', () => call.write({ input: { $case: 'closed', value: true } }));
  let left = false;
  let remoteClosed = false;
  data.on('close', () => {
    left = true;
    // A server that has said all may yet have failed: the reason comes last.
    if (!remoteClosed) call.cancel();
  });
  call.on('data', ({ output }: proto.PortForwardOutput) => {
    switch (output?.$case) {
      case 'data':
        if (data.write(output.value)) return;
        call.pause();
        data.once('drain', () => call.resume());
        return;
      case 'error':
        error.write(output.value);
        return;
      case 'closed':
        remoteClosed = true;
        data.end();
    }
  });
  const finish = (): void => {
    data.end();
    error.end();
  };
  call.on('end', finish);
  call.on('error', (failure) => {
    // A call that we ended ourselves is no failure of the forwarding.
    if (!left && !error.writableEnded) error.write(failure.message);
    finish();
  });
}
