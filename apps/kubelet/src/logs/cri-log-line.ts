/** One line of a container's log: `2016-10-06T00:17:09.669794202Z stdout F text`. */
export interface LogLine {
  /** RFC 3339 with nanoseconds, as written. */
  time: string;
  stream: 'stdout' | 'stderr';
  /** Its end follows in the next line of the same stream. */
  partial: boolean;
  /** Without a line feed. */
  text: string;
}

const shape = /^(\S+) (stdout|stderr) ([FP])(?::\S*)? ?(.*)$/s;

/** Undefined for what is no log line. */
export function parseLogLine(line: string): LogLine | undefined {
  const match = shape.exec(line);
  if (!match) return undefined;
  const [, time = '', stream, tag, text = ''] = match;
  return { time, stream: stream === 'stderr' ? 'stderr' : 'stdout', partial: tag === 'P', text };
}
