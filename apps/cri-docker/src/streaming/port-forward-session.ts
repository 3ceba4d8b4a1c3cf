import { spawn } from 'node:child_process';
import net from 'node:net';
import type { Readable, Writable } from 'node:stream';
import type { WebSocket } from 'ws';
import { bytesOf, channels, sendOn } from './channels';

const dataChannel = 0;
const errorChannel = 1;

/** How long the other direction may go on after one has ended. */
const halfOpenSeconds = '3600';

export interface PodPort {
  /** Of the sandbox's pause process; undefined on the host's network. */
  pid: number | undefined;
  port: number;
}

/** A connection with the port. Reader and writer are apart so that nothing stands between them and the pipes of a program. */
interface PortConnection {
  input: Writable;
  output: Readable;
  /** Resolves when all output has been read; with a text when something went wrong. */
  over: Promise<string>;
  destroy(): void;
}

/** A program that runs inside the pod's network namespace and connects its stdin and stdout with the port. */
function connectInside(pid: number, port: number): PortConnection {
  // Without shut-close socat would keep its stdout open after the server has ended, and nobody would notice.
  const socat = ['socat', '-t', halfOpenSeconds, 'STDIN!!STDOUT,shut-close', `TCP:localhost:${port},nodelay`];
  const child = spawn('nsenter', ['-t', String(pid), '-n', ...socat], { stdio: ['pipe', 'pipe', 'pipe'] });
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => (text = (text + chunk.toString()).slice(-1_024)));
  const over = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code) => resolve(code === 0 ? '' : text.trim() || `socat ended with code ${code}`));
  });
  const destroy = (): void => {
    child.kill();
    child.stdout.destroy();
    child.stdin.destroy();
  };
  return { input: child.stdin, output: child.stdout, over, destroy };
}

function connectOnHost(port: number): PortConnection {
  const socket = net.connect({ port, host: 'localhost', allowHalfOpen: true });
  const over = new Promise<string>((resolve) => {
    socket.once('error', (error) => resolve(error.message));
    socket.once('close', () => resolve(''));
  });
  return { input: socket, output: socket, over, destroy: () => socket.destroy() };
}

/** Connects a WebSocket with a port of a pod until either side ends. */
export function runPortForwardSession(socket: WebSocket, target: PodPort): void {
  const { input, output, over, destroy } = target.pid === undefined ? connectOnHost(target.port) : connectInside(target.pid, target.port);
  output.on('data', (chunk: Buffer) => sendOn(socket, dataChannel, chunk, output));
  output.once('end', () => {
    sendOn(socket, channels.close, Buffer.from([dataChannel]));
    // A server that has said all hears nothing more: the connection is over.
    input.end();
  });
  // Reported through `over`.
  for (const end of new Set([input, output])) end.on('error', () => undefined);
  socket.on('message', (data) => {
    const message = bytesOf(data);
    if (message[0] === dataChannel) {
      if (input.writable && !input.write(message.subarray(1)) && !socket.isPaused) {
        socket.pause();
        const resume = (): void => {
          input.off('drain', resume).off('close', resume);
          socket.resume();
        };
        input.once('drain', resume).once('close', resume);
      }
    } else if (message[0] === channels.close && message[1] === dataChannel) input.end();
  });
  socket.once('close', destroy);
  void over.then((text) => {
    if (text) sendOn(socket, errorChannel, Buffer.from(text));
    socket.close(1000);
  });
}
