import { createReadStream } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';

/** What stands at a path below the node's log directory. */
export type LogFile = { type: 'missing' } | { type: 'redirect'; location: string } | { type: 'page'; html: string } | { type: 'file'; bytes: number; open(): Readable };

const escape = (text: string): string => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

/** A directory as a page of links, as Go's file server shows it. */
export function directoryPage(entries: readonly { name: string; isDirectory: boolean }[]): string {
  const links = entries.map(({ name, isDirectory }) => (isDirectory ? `${name}/` : name)).sort();
  return `<!doctype html>\n<meta name="viewport" content="width=device-width">\n<pre>\n${links.map((link) => `<a href="${encodeURI(link)}">${escape(link)}</a>\n`).join('')}</pre>\n`;
}

/** Undefined for what is no encoding of anything. */
function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** `/logs/...`: files of the node's log directory and of nothing else, whatever links lie in it. @param encoded begins with a slash, as in the URL */
export async function logFile(root: string, encoded: string): Promise<LogFile> {
  const below = decode(encoded);
  if (below === undefined || below.includes('\0')) return { type: 'missing' };
  const base = await realpath(root).catch(() => undefined);
  const file = await realpath(path.join(root, path.posix.normalize(below))).catch(() => undefined);
  if (base === undefined || file === undefined || (file !== base && !file.startsWith(base + path.sep))) return { type: 'missing' };
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile()) return { type: 'file', bytes: found.size, open: () => createReadStream(file, { end: Math.max(0, found.size - 1) }) };
  if (!found?.isDirectory()) return { type: 'missing' };
  if (!below.endsWith('/')) return { type: 'redirect', location: `${path.posix.basename(below)}/` };
  const entries = await readdir(file, { withFileTypes: true });
  return { type: 'page', html: directoryPage(entries.map((entry) => ({ name: entry.name, isDirectory: entry.isDirectory() }))) };
}
