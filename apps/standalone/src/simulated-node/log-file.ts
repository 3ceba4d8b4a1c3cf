import { appendFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { formatMicroTime } from '@typernetes/machinery';

/** Adds lines to a container's log, in CRI's format: time, stream, tag, text. The file is made when it is missing. */
export async function appendLog(file: string, lines: readonly string[], nowMs: number): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await appendFile(file, lines.map((line) => `${formatMicroTime(nowMs)} stdout F ${line}\n`).join(''));
}
