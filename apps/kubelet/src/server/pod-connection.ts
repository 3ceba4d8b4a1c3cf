import net from 'node:net';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { Pod } from '@typernetes/api';
import { dialErrorText } from '@typernetes/component';
import { apiErrors } from '@typernetes/machinery';
import type { node } from '@typernetes/proto';
import { dialTimeoutMs } from '../limits';
import type { RuntimePod } from '../runtime/runtime-pod';

type Connection = Pick<ServerDuplexStream<node.PortForwardInput, node.PortForwardOutput>, 'on' | 'once' | 'pause' | 'resume' | 'write' | 'cancelled'>;

/** The address, if it is one of the pod's: this door leads to nobody else. @throws ApiError BadRequest */
export function addressOf(pod: Pick<Pod, 'metadata' | 'status'>, runtime: Pick<RuntimePod, 'sandboxes'>, address: string): string {
  const known = [...(pod.status?.podIPs ?? []).map(({ ip }) => ip), ...runtime.sandboxes.flatMap(({ ips }) => ips)];
  if (!known.includes(address)) throw apiErrors.badRequest(`${address} is no address of pod ${pod.metadata?.name ?? ''}`);
  return address;
}

/** Bridges a stream with a TCP connection from this node to a pod's address. Resolves when the connection is over. */
export function connectTo(call: Connection, host: string, port: number): Promise<void> {
  const socket = net.connect({ host, port, allowHalfOpen: true, noDelay: true });
  return new Promise((resolve) => {
    call.on('data', ({ input }: node.PortForwardInput) => {
      if (input?.$case === 'closed') socket.end();
      else if (input?.$case === 'data' && socket.writable && !socket.write(input.value)) {
        call.pause();
        socket.once('drain', () => call.resume());
      }
    });
    call.on('end', () => socket.end());
    call.once('cancelled', () => socket.destroy());
    socket.setTimeout(dialTimeoutMs, () => socket.destroy(Object.assign(new Error('i/o timeout'), { code: 'ETIMEDOUT' })));
    socket.once('connect', () => socket.setTimeout(0));
    const say = (output: node.PortForwardOutput['output']): boolean => call.cancelled || call.write({ output });
    socket.on('data', (value: Buffer) => {
      if (say({ $case: 'data', value })) return;
      socket.pause();
      call.once('drain', () => socket.resume());
    });
    socket.on('end', () => say({ $case: 'closed', value: true }));
    socket.on('error', (error: NodeJS.ErrnoException) => say({ $case: 'error', value: dialErrorText(error, net.isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`) }));
    socket.once('close', () => resolve());
    call.resume();
  });
}
