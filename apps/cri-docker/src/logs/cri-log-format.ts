/** One line of a CRI log file: `<RFC3339Nano> <stdout|stderr> <P|F> <text>`. P: the line goes on in the next. */
export type LogStream = 'stdout' | 'stderr';

/** A frame of the engine's log with timestamps: `<RFC3339Nano> <text>`. */
export interface LogFrame {
  timestamp: string;
  stream: LogStream;
  /** Without the line's end. */
  text: Buffer;
  /** False when the line goes on. */
  ended: boolean;
}

const newline = 0x0a;
const space = 0x20;

/** Undefined when the payload has no timestamp. */
export function frameOf(stream: LogStream, payload: Buffer): LogFrame | undefined {
  const end = payload.indexOf(space);
  if (end < 20 || end > 40) return undefined;
  const ended = payload[payload.length - 1] === newline;
  const stop = ended ? payload.length - 1 : payload.length;
  return { timestamp: payload.toString('latin1', 0, end), stream, text: payload.subarray(end + 1, stop), ended };
}

export function formatLogLine(frame: LogFrame): Buffer {
  return Buffer.concat([
    Buffer.from(`${frame.timestamp} ${frame.stream} ${frame.ended ? 'F' : 'P'} `, 'latin1'),
    frame.text,
    Buffer.from([newline]),
  ]);
}

/** Timestamp and stream of a written line; undefined for a line cut off by a crash. */
export function parseLogLineHead(line: string): { timestamp: string; stream: LogStream } | undefined {
  const match = /^(\d{4}-\d\d-\d\dT\S+) (stdout|stderr) [FP] /.exec(line);
  return match ? { timestamp: match[1] ?? '', stream: match[2] as LogStream } : undefined;
}
