import { Duplex } from 'node:stream';
import type { node as proto } from '@typernetes/proto';
import { fromKubeletError } from '../streaming/kubelet-error';

type ForwardCall = ReturnType<proto.NodeClient['portForward']>;

/** A connection to a pod's port by way of its kubelet, as a socket. Nodes reach their pods; the apiserver need not. */
export function kubeletSocket(call: ForwardCall, start: proto.PortForwardStart): Duplex {
  let hasEnded = false;
  const socket = new Duplex({
    read: () => void call.resume(),
    write: (value: Buffer, _encoding, done) => {
      if (call.write({ input: { $case: 'data', value } })) done();
      else call.once('drain', () => done());
    },
    final: (done) => {
      call.write({ input: { $case: 'closed', value: true } });
      done();
    },
    destroy: (error, done) => {
      call.cancel();
      done(error);
    },
  });
  const end = (): void => {
    if (!hasEnded) socket.push(null);
    hasEnded = true;
  };
  call.on('data', ({ output }: proto.PortForwardOutput) => {
    if (output?.$case === 'error') socket.destroy(new Error(output.value));
    else if (output?.$case === 'closed') end();
    else if (output && !hasEnded && !socket.push(output.value)) call.pause();
  });
  call.on('end', end);
  call.on('error', (error) => socket.destroy(fromKubeletError(error)));
  call.write({ input: { $case: 'start', value: start } });
  return socket;
}
