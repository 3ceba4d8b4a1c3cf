import { engineLogFrameBytes } from '../limits';
import type { LogFrame, LogStream } from './cri-log-format';
import { frameOf } from './cri-log-format';

/** Takes bytes of the engine's log stream, gives back whole frames. */
export interface LogDecoder {
  push(chunk: Buffer): LogFrame[];
}

const headerBytes = 8;

/** Docker's multiplexed stream: 1 byte stream, 3 unused, 4 length, then the frame. */
export function multiplexedDecoder(): LogDecoder {
  let rest: Buffer = Buffer.alloc(0);
  return {
    push(chunk) {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const frames: LogFrame[] = [];
      for (;;) {
        if (rest.length < headerBytes) break;
        const end = headerBytes + rest.readUInt32BE(4);
        if (rest.length < end) break;
        const stream: LogStream = rest[0] === 2 ? 'stderr' : 'stdout';
        const frame = frameOf(stream, rest.subarray(headerBytes, end));
        if (frame) frames.push(frame);
        rest = rest.subarray(end);
      }
      return frames;
    },
  };
}

/**
 * A terminal's stream has no frames: lines with a timestamp each. A line longer than the engine's buffer goes on after
 * exactly that many bytes with another timestamp.
 */
export function terminalDecoder(): LogDecoder {
  let rest: Buffer = Buffer.alloc(0);
  return {
    push(chunk) {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const frames: LogFrame[] = [];
      for (;;) {
        const end = terminalFrameEnd(rest);
        if (end === 0) break;
        const frame = frameOf('stdout', rest.subarray(0, end));
        if (frame) frames.push(frame);
        rest = rest.subarray(end);
      }
      return frames;
    },
  };
}

/** Length of the first frame, 0 when it is not complete. */
function terminalFrameEnd(buffer: Buffer): number {
  const newline = buffer.indexOf(0x0a);
  const textStart = buffer.indexOf(0x20) + 1;
  const full = textStart + engineLogFrameBytes;
  if (newline >= 0 && newline <= full) return newline + 1;
  return textStart > 0 && buffer.length > full ? full : 0;
}
