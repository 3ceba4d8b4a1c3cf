import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import path from 'node:path';
import { UnusableDirectoryError } from './unusable-directory';

/** The number in both of LMDB's first pages, behind a page header of 24 bytes; then its page size, 24 bytes further. */
const magic = 0xbeefc0de;
const magicOffset = 24;
const pageSizeOffset = 48;
const headBytes = 52;

/** LMDB itself ends the process when it maps a file that is none of its own. @throws UnusableDirectoryError */
export function checkLmdbFile(directory: string): void {
  const file = path.join(directory, 'data.mdb');
  const size = existsSync(file) ? statSync(file).size : 0;
  if (size === 0) return;
  const damaged = new UnusableDirectoryError(`${file} is damaged: it does not begin as a file of LMDB does`);
  const descriptor = openSync(file, 'r');
  try {
    const headAt = (position: number): Buffer => {
      const head = Buffer.alloc(headBytes);
      if (readSync(descriptor, head, 0, headBytes, position) < headBytes || head.readUInt32LE(magicOffset) !== magic) throw damaged;
      return head;
    };
    const pageSize = headAt(0).readUInt32LE(pageSizeOffset);
    if (size < 2 * pageSize) throw damaged;
    headAt(pageSize);
  } finally {
    closeSync(descriptor);
  }
}
