import { watch } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Clock } from '@typernetes/machinery';
import { LogFilter } from './log-filter';
import type { LogRequest } from './log-request';
import { rotatedLogs } from './log-rotator';

const chunkBytes = 64 << 10;
/** Without a word from the file system the log is looked at this often. */
const pollMs = 1_000;

const unzip = promisify(gunzip);

export interface LogSource {
  file: string;
  /** Whether the container may still write. */
  isRunning(): Promise<boolean>;
  clock: Clock;
  signal: AbortSignal;
}

/** The container's log as the request wants it. Ends when all is said, and with `follow` when the container ends. */
export async function* readLog(source: LogSource, request: LogRequest): AsyncIterable<Buffer> {
  const filter = new LogFilter(request);
  // Opened first: a rotation while the older files are read takes nothing away and doubles nothing.
  const current = await open(source.file).catch(() => undefined);
  const emit = (lines: string[]): Buffer => Buffer.concat(lines.map((line) => filter.take(line)));
  try {
    const old = await oldLines(source.file, current, request);
    for (const lines of old.before) {
      const bytes = emit(lines);
      if (bytes.length > 0) yield bytes;
    }
    for await (const lines of linesFrom(source, { handle: current, offset: old.offset }, request.follow)) {
      const bytes = emit(lines);
      if (bytes.length > 0) yield bytes;
      if (filter.isFull) return;
    }
  } finally {
    await current?.close();
  }
}

/** Lines of rotated files that are wanted, and where to begin in the current one. */
async function oldLines(file: string, current: FileHandle | undefined, { tailLines }: LogRequest): Promise<{ before: string[][]; offset: number }> {
  const rotated = await withoutFile(await rotatedLogs(file), current);
  if (tailLines === undefined) return { before: await Promise.all(rotated.map(linesOf)), offset: 0 };
  const { offset, found } = current ? await tailOffset(current, tailLines) : { offset: 0, found: 0 };
  const before: string[][] = [];
  let missing = tailLines - found;
  for (const old of rotated.reverse()) {
    if (missing <= 0) break;
    const lines = (await linesOf(old)).slice(-missing);
    missing -= lines.length;
    before.unshift(lines);
  }
  return { before, offset };
}

async function withoutFile(files: string[], opened: FileHandle | undefined): Promise<string[]> {
  if (!opened) return files;
  const { ino } = await opened.stat();
  const inodes = await Promise.all(files.map((file) => stat(file).then((found) => found.ino, () => undefined)));
  return files.filter((_, i) => inodes[i] !== ino);
}

/** No lines when the file was removed meanwhile; one that was packed meanwhile is unpacked. */
async function linesOf(file: string): Promise<string[]> {
  const plain = file.endsWith('.gz') ? undefined : await readFile(file).catch(() => undefined);
  const packed = plain ? undefined : await readFile(file.endsWith('.gz') ? file : `${file}.gz`).catch(() => undefined);
  const bytes = plain ?? (packed && (await unzip(packed)));
  return bytes?.toString().split('\n').filter(Boolean) ?? [];
}

/** Where the last `lines` lines of a file begin, and how many of them there are. */
export async function tailOffset(handle: FileHandle, lines: number): Promise<{ offset: number; found: number }> {
  const { size } = await handle.stat();
  if (lines <= 0) return { offset: size, found: 0 };
  let found = 0;
  for (let end = size; end > 0; ) {
    const begin = Math.max(0, end - chunkBytes);
    const { buffer } = await handle.read(Buffer.alloc(end - begin), 0, end - begin, begin);
    // The line feed at the very end ends the last line; it begins none.
    for (let i = buffer.length - 1; i >= 0; i--) {
      if (buffer[i] !== 10 || begin + i === size - 1) continue;
      if (++found === lines) return { offset: begin + i + 1, found };
    }
    end = begin;
  }
  return { offset: 0, found: size > 0 ? found + 1 : 0 };
}

/** Whole lines from `offset` of the opened file on; with `follow` also those that come, over rotations, until the container has ended. */
async function* linesFrom(source: LogSource, from: { handle: FileHandle | undefined; offset: number }, follow: boolean): AsyncIterable<string[]> {
  const { file, signal } = source;
  let { handle, offset: position } = from;
  const splitter = new LineSplitter();
  const changes = follow ? new FileChanges(source) : undefined;
  const close = async (): Promise<void> => (handle === from.handle ? undefined : handle?.close());
  try {
    while (!signal.aborted) {
      const wasRunning = follow && (await source.isRunning());
      handle ??= await open(file).catch(() => undefined);
      for (let bytes = await readChunk(handle, position); bytes.length > 0; bytes = await readChunk(handle, position)) {
        position += bytes.length;
        yield splitter.push(bytes);
      }
      if (await isReplaced(handle, file)) {
        await close();
        handle = undefined;
        position = 0;
        continue;
      }
      if (!wasRunning) return;
      await changes?.next();
    }
  } finally {
    changes?.close();
    await close();
  }
}

async function readChunk(handle: FileHandle | undefined, position: number): Promise<Buffer> {
  if (!handle) return Buffer.alloc(0);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(chunkBytes), 0, chunkBytes, position);
  return buffer.subarray(0, bytesRead);
}

async function isReplaced(handle: FileHandle | undefined, file: string): Promise<boolean> {
  if (!handle) return false;
  const [now, there] = await Promise.all([handle.stat(), stat(file).catch(() => undefined)]);
  return there !== undefined && there.ino !== now.ino;
}

class LineSplitter {
  private rest = Buffer.alloc(0);

  push(bytes: Buffer): string[] {
    const all = Buffer.concat([this.rest, bytes]);
    const end = all.lastIndexOf(10);
    this.rest = all.subarray(end + 1);
    return end < 0 ? [] : all.subarray(0, end).toString().split('\n');
  }
}

/** Wakes a reader when the log's directory changes, and every now and then. */
class FileChanges {
  private wake: () => void = () => {};
  private readonly watcher;
  private hasChanged = false;

  constructor(private readonly source: LogSource) {
    this.watcher = watch(path.dirname(source.file), () => this.changed());
    this.watcher.on('error', () => this.changed());
    source.signal.addEventListener('abort', () => this.changed(), { once: true });
  }

  async next(): Promise<void> {
    if (!this.hasChanged) {
      const cancel = new AbortController();
      const woken = new Promise<void>((resolve) => (this.wake = resolve));
      await Promise.race([woken, this.source.clock.sleep(pollMs, cancel.signal).catch(() => undefined)]);
      cancel.abort();
    }
    this.hasChanged = false;
  }

  close(): void {
    this.watcher.close();
  }

  private changed(): void {
    this.hasChanged = true;
    this.wake();
  }
}
