import { once } from 'node:events';
import type { WriteStream } from 'node:fs';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';

/** A log file that is appended to and can be opened anew under its name after a rotation. */
export class LogFile {
  private stream: WriteStream | undefined;

  constructor(readonly file: string) {}

  async open(): Promise<void> {
    await mkdir(path.dirname(this.file), { recursive: true });
    const stream = createWriteStream(this.file, { flags: 'a', mode: 0o640 });
    await once(stream, 'open');
    // Errors after opening reach the writer through its callback.
    stream.on('error', () => undefined);
    const previous = this.stream;
    this.stream = stream;
    if (previous) await endOf(previous);
  }

  /** Resolves when the operating system has the bytes. */
  async write(bytes: Buffer): Promise<void> {
    const stream = this.stream;
    if (!stream) throw new Error(`${this.file} is not open`);
    await new Promise<void>((resolve, reject) => {
      stream.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
  }

  async close(): Promise<void> {
    const stream = this.stream;
    this.stream = undefined;
    if (stream) await endOf(stream);
  }
}

const endOf = (stream: WriteStream): Promise<void> => new Promise((resolve) => stream.end(() => resolve()));
