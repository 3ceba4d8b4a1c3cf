import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { createWebSocketStream } from 'ws';
import { apiErrors } from '@typernetes/machinery';
import type { node as proto } from '@typernetes/proto';
import type { SubresourceContext, SubresourceHandler } from '../pipeline/subresource';
import { fromKubeletError } from './kubelet-error';
import type { PodTarget, StreamingDependencies } from './pod-target';
import { findPodTarget } from './pod-target';
import { acceptSpdy, serveSpdy } from './spdy-connection';
import type { SpdyConnection, SpdyStream } from './spdy-connection';
import { forwardOverWebSocket, type Forward, type ForwardPair, type OpenForward } from './port-forward-web-socket';
import { acceptWebSocket, chooseProtocol, isWebSocket } from './web-socket';

/** SPDY frames in binary WebSocket messages (KEP-4006): what kubectl 1.31 and later speak. */
const tunnelProtocols = [{ name: 'SPDY/3.1+portforward.k8s.io' }];
const spdyProtocol = 'portforward.k8s.io';

/** pods/portforward: over SPDY each forwarded connection is a pair of streams, data and error. */
export function portForwardHandler(dependencies: StreamingDependencies): SubresourceHandler {
  const upgrade = async (context: SubresourceContext, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const target = await findPodTarget(dependencies, context);
    if (target.pod.status?.phase !== 'Running') {
      throw apiErrors.badRequest(`unable to forward port because pod is not running. Current status=${target.pod.status?.phase}`);
    }
    const open: OpenForward = (pair, port) => openForward(target, pair, port);
    if (!isWebSocket(request)) return serveForwards(acceptSpdy(request, socket, head, [spdyProtocol]).connection, open);
    if (chooseProtocol(request.headers['sec-websocket-protocol'] ?? '', tunnelProtocols)) return serveForwards(await openTunnel(request, socket, head), open);
    return forwardOverWebSocket({ request, socket, head, query: context.query }, open);
  };
  return { upgrade, upgradeVerb: 'create' };
}

async function openTunnel(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<SpdyConnection> {
  const tunnel = createWebSocketStream((await acceptWebSocket(request, socket, head, tunnelProtocols)).socket);
  tunnel.on('error', () => tunnel.destroy());
  return serveSpdy(tunnel);
}

/** Streams of one forwarded connection; over SPDY the error stream comes first. */
type Pair = { error?: SpdyStream; data?: SpdyStream };

function serveForwards(connection: SpdyConnection, open: OpenForward): void {
  const pairs = new Map<string, Pair>();
  const cancels = new Set<() => void>();
  connection.on('close', () => cancels.forEach((cancel) => cancel()));
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
    const { cancel, ended } = open({ data: pair.data, error: pair.error }, Number(port));
    cancels.add(cancel);
    void ended.then(() => cancels.delete(cancel));
  });
}

function openForward(target: PodTarget, pair: ForwardPair, port: number): Forward {
  const call = target.client.portForward();
  const ended = new Promise<void>((resolve) => call.once('status', () => resolve()));
  bridgeConnection(pair, call);
  call.write({ input: { $case: 'start', value: { target: { ...target.address, container: '' }, port, address: '' } } });
  return { cancel: () => call.cancel(), ended };
}

type ForwardCall = ReturnType<proto.NodeClient['portForward']>;

function bridgeConnection({ data, error }: ForwardPair, call: ForwardCall): void {
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
    if (!left && !error.writableEnded) error.write(fromKubeletError(failure).message);
    finish();
  });
}
