import type { ServerDuplexStream } from '@grpc/grpc-js';
import { apiErrors } from '@typernetes/machinery';
import type { node } from '@typernetes/proto';
import { runtimeMethods } from '../runtime/cri-client';
import type { ServerContext } from './find-container';
import { findPod } from './find-container';
import { addressOf, connectTo } from './pod-connection';
import { bytesOf, openStream, sendTo } from './remote-command';

export type PortForwardStream = ServerDuplexStream<node.PortForwardInput, node.PortForwardOutput>;

const channels = { data: 0, error: 1, close: 255 } as const;

function firstOf(call: PortForwardStream): Promise<node.PortForwardStart> {
  return new Promise((resolve, reject) => {
    call.once('data', ({ input }: node.PortForwardInput) => {
      call.pause();
      if (input?.$case === 'start') resolve(input.value);
      else reject(apiErrors.badRequest('the first message must be start'));
    });
    call.once('end', () => reject(apiErrors.badRequest('no message')));
    call.once('cancelled', () => reject(apiErrors.badRequest('cancelled')));
  });
}

/** Bridges one connection with a port of a pod. */
export async function portForward(server: ServerContext, call: PortForwardStream): Promise<void> {
  const { target, port, address } = await firstOf(call);
  const { pod, runtime } = await findPod(server, target);
  if (address) return connectTo(call, addressOf(pod, runtime, address), port);
  const sandbox = runtime.sandboxes.find(({ ready }) => ready);
  if (!sandbox) throw apiErrors.internal(new Error(`unable to forward port because pod is not running: pod ${pod.metadata?.name ?? ''} has no sandbox`));
  const { url } = await server.context.cri.call(runtimeMethods.portForward, { podSandboxId: sandbox.id, port: [port] });
  const socket = await openStream(url);
  const what = `port ${port} to pod ${pod.metadata?.name ?? ''}_${pod.metadata?.namespace ?? ''}, uid ${pod.metadata?.uid ?? ''}`;
  await new Promise<void>((resolve) => {
    call.on('data', ({ input }: node.PortForwardInput) => {
      if (input?.$case === 'data') sendTo(socket, channels.data, input.value, call);
      else if (input?.$case === 'closed') sendTo(socket, channels.close, Buffer.from([channels.data]), call);
    });
    call.on('end', () => sendTo(socket, channels.close, Buffer.from([channels.data]), call));
    call.once('cancelled', () => socket.terminate());
    socket.on('message', (data) => {
      const output = outputOf(bytesOf(data), what);
      if (!output || call.cancelled || call.write({ output }) || socket.isPaused) return;
      socket.pause();
      call.once('drain', () => socket.resume());
    });
    socket.on('error', (error) => server.context.logger.debug({ error }, 'a forwarded connection broke off'));
    socket.once('close', () => resolve());
    socket.resume();
    call.resume();
  });
}

function outputOf(message: Buffer, what: string): node.PortForwardOutput['output'] {
  const value = message.subarray(1);
  switch (message[0]) {
    case channels.data:
      return { $case: 'data', value };
    case channels.error:
      return { $case: 'error', value: `error forwarding ${what}: ${value.toString()}` };
    case channels.close:
      return { $case: 'closed', value: true };
    default:
      return undefined;
  }
}
