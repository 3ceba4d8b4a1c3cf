import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { writeWhole } from './write-file';

it('writes whole files, also the same one several times at once, and leaves nothing else', async () => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 't8s-write-'));
  try {
    const file = path.join(directory, 'deep/er/key');
    await Promise.all(Array.from({ length: 5 }, () => writeWhole(file, 'secret', 0o600)));
    expect(await readFile(file, 'utf8')).toBe('secret');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(path.dirname(file))).toEqual(['key']);
  } finally {
    await rm(directory, { recursive: true });
  }
});
