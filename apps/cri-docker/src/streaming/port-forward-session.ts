import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import net from 'node:net';
import { Duplex } from 'node:stream';
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

/** A program that runs inside the pod's network namespace and connects its stdin and stdout with the port. */
function connectInside(pid: number, port: number): { stream: Duplex; failure: Promise<string> } {
  // Without shut-close socat would keep its stdout open after the server has ended, and nobody would notice.
  const socat = ['socat', '-t', halfOpenSeconds, 'STDIN!!STDOUT,shut-close', `TCP:localhost:${port},nodelay`];
  const child: ChildProcess = spawn('nsenter', ['-t', String(pid), '-n', ...socat], { stdio: ['pipe', 'pipe', 'pipe'] });
  const { stdin, stdout, stderr } = child;
  if (!stdin || !stdout || !stderr) throw new Error('no pipes to nsenter');
  let text = '';
  stderr.on('data', (chunk: Buffer) => (text = (text + chunk.toString()).slice(-1_024)));
  const failure = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code) => resolve(code === 0 ? '' : text.trim() || `socat ended with code ${code}`));
  });
  const stream = Duplex.from({ writable: stdin, readable: stdout });
  stream.once('close', () => child.kill());
  return { stream, failure };
}

function connectOnHost(port: number): { stream: Duplex; failure: Promise<string> } {
  const socket = net.connect({ port, host: 'localhost', allowHalfOpen: true });
  const failure = new Promise<string>((resolve) => {
    socket.once('error', (error) => resolve(error.message));
    socket.once('close', () => resolve(''));
  });
  return { stream: socket, failure };
}

/** Connects a WebSocket with a port of a pod until either side ends. */
export function runPortForwardSession(socket: WebSocket, target: PodPort): void {
  const { stream, failure } = target.pid === undefined ? connectOnHost(target.port) : connectInside(target.pid, target.port);
  stream.on('data', (chunk: Buffer) => sendOn(socket, dataChannel, chunk, stream));
  stream.once('end', () => {
    sendOn(socket, channels.close, Buffer.from([dataChannel]));
    // A server that has said all hears nothing more: the connection is over.
    stream.end();
  });
  // Reported through `failure`.
  stream.on('error', () => stream.destroy());
  socket.on('message', (data) => {
    const message = bytesOf(data);
    if (message[0] === dataChannel) {
      if (!stream.destroyed && !stream.write(message.subarray(1))) {
        socket.pause();
        stream.once('drain', () => socket.resume());
      }
    } else if (message[0] === channels.close && message[1] === dataChannel) stream.end();
  });
  socket.once('close', () => stream.destroy());
  void failure.then((text) => {
    if (text) sendOn(socket, errorChannel, Buffer.from(text));
    socket.close(1000);
  });
}
