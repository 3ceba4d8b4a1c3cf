import type { RawData, WebSocket } from 'ws';

/** Channels of Kubernetes' remote command protocol over WebSocket: each message begins with the channel's number. */
export const channels = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

/** v5 is v4 plus the close channel: its payload is the number of the channel that ends (KEP 4006). */
export const execProtocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'] as const;

/** One port per connection; 0 carries data, 1 the error, and 255 ends the data in one direction. */
export const portForwardProtocol = 'v5.channel.k8s.io';

/** Above this the source is paused until the peer has read. */
const sendBufferBytesMax = 1 << 20;

export function bytesOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}

interface Pausable {
  pause(): unknown;
  resume(): unknown;
}

/** Sends one piece; `source` waits while the peer is slow. */
export function sendOn(socket: WebSocket, channel: number, data: Buffer, source?: Pausable): void {
  if (socket.readyState !== socket.OPEN) return;
  const slow = socket.bufferedAmount > sendBufferBytesMax;
  if (slow) source?.pause();
  socket.send(Buffer.concat([Buffer.from([channel]), data]), { binary: true }, () => {
    if (slow) source?.resume();
  });
}

/** meta/v1 Status of an ended command, as clients of exec expect it on the error channel. */
export function exitStatus(exitCode: number): object {
  if (exitCode === 0) return { metadata: {}, status: 'Success' };
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${exitCode}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  };
}

export function errorStatus(error: unknown): object {
  const message = error instanceof Error ? error.message : String(error);
  return { metadata: {}, status: 'Failure', message, reason: 'InternalError', code: 500 };
}

/** The command could not be started; the words around the reason are the kubelet's. */
export const startFailureStatus = (reason: string): object =>
  errorStatus(`Internal error occurred: error executing command in container: failed to exec in container: failed to start exec: ${reason}`);

/** `{"Width":80,"Height":24}`; undefined for anything else. */
export function parseResize(payload: Buffer): { w: number; h: number } | undefined {
  try {
    const { Width, Height } = JSON.parse(payload.toString()) as { Width?: number; Height?: number };
    return Width && Height ? { w: Width, h: Height } : undefined;
  } catch (notJson) {
    void notJson;
    return undefined;
  }
}
