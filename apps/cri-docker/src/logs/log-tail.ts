import { open, readdir } from 'node:fs/promises';
import path from 'node:path';
import { logResumeTailBytes } from '../limits';

/** The whole lines at a file's end, oldest first. A missing file has none. */
async function tailOf(file: string): Promise<string[]> {
  const handle = await open(file, 'r').catch(() => undefined);
  if (!handle) return [];
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, logResumeTailBytes);
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    const lines = buffer.toString('latin1').split('\n');
    // Before the first newline there may be half a line, after the last there is none or half a one.
    return lines.slice(size > length ? 1 : 0, -1);
  } finally {
    await handle.close();
  }
}

/** The newest rotated sibling, which is never compressed: `0.log.20260102-150405`. */
async function newestRotated(file: string): Promise<string | undefined> {
  const prefix = `${path.basename(file)}.`;
  const names = await readdir(path.dirname(file)).catch(() => [] as string[]);
  return names.filter((name) => name.startsWith(prefix) && !/\.(gz|tmp)$/.test(name)).sort().pop();
}

/** The last lines written for a container, also when the file has just been rotated away. */
export async function lastLines(file: string): Promise<string[]> {
  const lines = await tailOf(file);
  if (lines.length > 0) return lines;
  const rotated = await newestRotated(file);
  return rotated ? tailOf(path.join(path.dirname(file), rotated)) : [];
}

/** Cuts off half a line at the file's end. */
export async function trimPartialLine(file: string): Promise<void> {
  const handle = await open(file, 'r+').catch(() => undefined);
  if (!handle) return;
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, logResumeTailBytes);
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    const keep = buffer.lastIndexOf(0x0a) + 1;
    if (keep < length) await handle.truncate(size - length + keep);
  } finally {
    await handle.close();
  }
}
