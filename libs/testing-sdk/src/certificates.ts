import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { standalonePki } from '@typernetes/pki';

const hosts = ['127.0.0.1', 'localhost'];

/**
 * Where the certificates of test clusters are kept: one folder per user of the machine, since making keys takes longer
 * than the rest of the start. Made aside and renamed, so that parallel workers see all or nothing.
 */
export async function certificatesDirectory(nowMs: number, cache = path.join(os.tmpdir(), `typernetes-testing-${os.userInfo().uid}`)): Promise<string> {
  const directory = path.join(cache, 'pki');
  if (existsSync(directory)) return directory;
  await mkdir(cache, { recursive: true, mode: 0o700 });
  const aside = await mkdtemp(path.join(cache, 'new-'));
  standalonePki(aside, hosts, nowMs);
  try {
    await rename(aside, directory);
  } catch (error) {
    await rm(aside, { recursive: true });
    // Another worker was first.
    if (!existsSync(directory)) throw error;
  }
  return directory;
}
