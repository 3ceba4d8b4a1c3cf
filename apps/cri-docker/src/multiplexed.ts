/** A reader of Docker's attach stream: `[stream, 0, 0, 0, length…]` and that many bytes. */
export type OutputHandler = (stream: 'stdout' | 'stderr', data: Buffer) => void;

const headerBytes = 8;

/** Passes each piece on as it comes; a frame may come in several pieces. */
export function multiplexedReader(onOutput: OutputHandler): (chunk: Buffer) => void {
  let header = Buffer.alloc(0);
  let left = 0;
  let stream: 'stdout' | 'stderr' = 'stdout';
  return (chunk) => {
    let rest = chunk;
    while (rest.length > 0) {
      if (left > 0) {
        const piece = rest.subarray(0, left);
        left -= piece.length;
        rest = rest.subarray(piece.length);
        onOutput(stream, piece);
        continue;
      }
      const needed = headerBytes - header.length;
      header = Buffer.concat([header, rest.subarray(0, needed)]);
      rest = rest.subarray(needed);
      if (header.length < headerBytes) return;
      stream = header[0] === 2 ? 'stderr' : 'stdout';
      left = header.readUInt32BE(4);
      header = Buffer.alloc(0);
    }
  };
}
