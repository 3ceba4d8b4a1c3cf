import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

let parts = 0;

/** Writes a file, and the directories to it, so that nobody ever reads half of it: also not after we were ended half-way. */
export async function writeWhole(file: string, text: string, mode = 0o644): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const part = `${file}.${process.pid}-${parts++}`;
  await writeFile(part, text, { mode });
  await rename(part, file);
}
