import { open } from 'node:fs/promises';
import { parseLogLine } from './cri-log-line';

/** Bytes read from the end of a log: room for the time stamps around short lines. */
const readBytesMax = 64 << 10;

/** The text of the last lines of a CRI log file, cut to the given bytes at the front. Empty when there is no file. */
export async function tailOfLog(path: string, limit: { lines: number; bytes: number }): Promise<string> {
  const file = await open(path).catch(() => undefined);
  if (!file) return '';
  try {
    const { size } = await file.stat();
    const length = Math.min(size, readBytesMax);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    const lines = buffer.toString().split('\n').slice(length < size ? 1 : 0);
    const texts = lines.flatMap((line) => {
      const parsed = parseLogLine(line);
      return parsed ? [parsed.text + (parsed.partial ? '' : '\n')] : [];
    });
    return Buffer.from(texts.slice(-limit.lines).join('')).subarray(-limit.bytes).toString();
  } finally {
    await file.close();
  }
}
