import type { ClientDuplexStream } from '@grpc/grpc-js';
import type { Status } from '@typernetes/machinery';
import type { node as proto } from '@typernetes/proto';
import { fromKubeletError } from './kubelet-error';

/** A process in a container, as the kubelet offers it. */
export type ExecCall = ClientDuplexStream<proto.ExecInput, proto.ExecOutput>;

/** The client's side of exec and attach: WebSocket and SPDY look the same from here. */
export interface ExecDoor {
  /** Calls `drained` at once, or when what is unsent has shrunk. */
  send(channel: 'stdout' | 'stderr', data: Buffer, drained: () => void): void;
  /** The last word; the door closes after it. */
  finish(status: Status): void;
  /** Called once, before anything flows. */
  listen(listener: ExecListener): void;
}

export interface ExecListener {
  /** Returns false when the door should wait for `resume`. */
  stdin(data: Buffer, resume: () => void): boolean;
  stdinClosed(): void;
  resize(width: number, height: number): void;
  /** The client is gone. */
  gone(): void;
}

/** Joins a client and a process until the process ends or the client leaves. */
export function bridgeExec(door: ExecDoor, call: ExecCall): void {
  let finished = false;
  let isFull = false;
  const finish = (status: Status): void => {
    if (finished) return;
    finished = true;
    door.finish(status);
  };
  door.listen({
    stdin: (value, resume) => {
      const flows = call.write({ input: { $case: 'stdin', value } });
      if (!flows && !isFull) {
        isFull = true;
        call.once('drain', () => {
          isFull = false;
          resume();
        });
      }
      return flows;
    },
    stdinClosed: () => call.write({ input: { $case: 'stdinClosed', value: true } }),
    resize: (width, height) => call.write({ input: { $case: 'resize', value: { width, height } } }),
    gone: () => call.cancel(),
  });
  call.on('data', ({ output }: proto.ExecOutput) => {
    if (output?.$case === 'status') finish(JSON.parse(output.value.toString()) as Status);
    else if (output) {
      call.pause();
      door.send(output.$case, output.value, () => call.resume());
    }
  });
  call.on('error', (error) => finish(fromKubeletError(error).status));
  call.on('end', () => finish(success));
}

const success: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 200 };
