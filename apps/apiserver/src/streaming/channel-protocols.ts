import type { Status } from '@typernetes/machinery';

/** Channels of remotecommand, in the first byte of each message (KEP-4006). */
export const channels = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

/** How messages of a WebSocket carry channels. */
export interface ChannelProtocol {
  /** Empty: the client asked for none. */
  readonly name: string;
  /** `base64`: text messages, for clients that know no binary ones; the channel is then a digit. */
  readonly encoding: 'binary' | 'base64';
  /** From version 4 on the last word is a Status in JSON; before, nothing at success, else a text. */
  readonly speaksStatus: boolean;
  /** Version 5 can say that standard input has ended. */
  readonly canClose: boolean;
}

const protocol = (name: string, rest: Partial<ChannelProtocol> = {}): ChannelProtocol => ({ encoding: 'binary', speaksStatus: false, canClose: false, ...rest, name });

/** Best first. */
export const execProtocols: readonly ChannelProtocol[] = [
  protocol('v5.channel.k8s.io', { speaksStatus: true, canClose: true }),
  protocol('v4.channel.k8s.io', { speaksStatus: true }),
  protocol('v4.base64.channel.k8s.io', { speaksStatus: true, encoding: 'base64' }),
  protocol('channel.k8s.io'),
  protocol('base64.channel.k8s.io', { encoding: 'base64' }),
  protocol(''),
];

/** pods/portforward, for clients that do not tunnel SPDY: two channels for each port of the query. */
export const portForwardProtocols: readonly ChannelProtocol[] = [
  protocol('v4.channel.k8s.io'),
  protocol('v4.base64.channel.k8s.io', { encoding: 'base64' }),
  protocol(''),
];

/** A stream without channels: logs. */
export interface StreamProtocol {
  readonly name: string;
  readonly encoding: 'binary' | 'base64';
}

export const streamProtocols: readonly StreamProtocol[] = [
  { name: 'binary.k8s.io', encoding: 'binary' },
  { name: 'base64.binary.k8s.io', encoding: 'base64' },
  { name: '', encoding: 'binary' },
];

const zero = '0'.charCodeAt(0);

/** A message for the client: a Buffer goes as a binary one, a string as text. */
export function encodeFrame({ encoding }: Pick<ChannelProtocol, 'encoding'>, channel: number, data: Buffer): Buffer | string {
  if (encoding === 'base64') return String.fromCharCode(zero + channel) + data.toString('base64');
  const frame = Buffer.allocUnsafe(data.length + 1);
  frame[0] = channel;
  data.copy(frame, 1);
  return frame;
}

/** Undefined for a message without a channel. */
export function decodeFrame({ encoding }: Pick<ChannelProtocol, 'encoding'>, message: Buffer): { channel: number; data: Buffer } | undefined {
  const [first] = message;
  if (first === undefined) return undefined;
  const rest = message.subarray(1);
  return encoding === 'base64' ? { channel: first - zero, data: Buffer.from(rest.toString('latin1'), 'base64') } : { channel: first, data: rest };
}

/** What the error channel says at the end; undefined: nothing. */
export function lastWord({ speaksStatus }: Pick<ChannelProtocol, 'speaksStatus'>, status: Status): Buffer | undefined {
  if (speaksStatus) return Buffer.from(JSON.stringify(status));
  return status.status === 'Success' ? undefined : Buffer.from(status.message ?? '');
}
