import { fork, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { EmbeddedStorage } from './embedded-storage';

const rounds = 200;
const checkout = path.resolve(__dirname, '../../../..');

interface Acknowledged {
  readonly name: string;
  readonly revision: number;
}

/** Starts a writer, kills it after `count` acknowledged writes, and returns all that were acknowledged. */
function killAfter(count: number, script: string, args: string[]): Promise<Acknowledged[]> {
  return new Promise((resolve, reject) => {
    const acknowledged: Acknowledged[] = [];
    const child: ChildProcess = fork(script, args, { env: { ...process.env, NODE_PATH: path.join(checkout, 'node_modules') }, execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    child.on('message', (message) => {
      acknowledged.push(message as Acknowledged);
      if (acknowledged.length === count) child.kill('SIGKILL');
    });
    child.on('error', reject);
    child.on('close', () => (acknowledged.length >= count ? resolve(acknowledged) : reject(new Error(`the writer ended by itself after ${acknowledged.length} writes`))));
  });
}

it(`has every acknowledged write after each of ${rounds} SIGKILLs, and goes on from there`, async () => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 't8s-kill-'));
  const script = path.join(directory, 'writer.cjs');
  const data = path.join(directory, 'data');
  await build({
    entryPoints: [path.join(__dirname, '../testing/endless-writer.ts')],
    outfile: script,
    bundle: true,
    platform: 'node',
    external: ['lmdb'],
    // NODE_PATH serves require() only.
    supported: { 'dynamic-import': false },
    tsconfig: path.join(checkout, 'tsconfig.base.json'),
  });
  const expected = new Map<string, number>();
  try {
    for (let round = 0; round < rounds; round++) {
      for (const { name, revision } of await killAfter(1 + ((round * 7) % 40), script, [data, String(round)])) expected.set(`/registry/things/${name}`, revision);
      if (round % 20 < 19) continue;
      const storage = await EmbeddedStorage.open({ directory: data });
      const { entries, revision } = await storage.list('/registry/things/');
      const found = new Map(entries.map((entry) => [entry.key, entry.revision]));
      for (const [key, written] of expected) expect([key, found.get(key)]).toEqual([key, written]);
      expect(new Set(found.values()).size).toBe(found.size);
      expect(Math.max(...found.values())).toBeLessThanOrEqual(revision);
      await storage.close();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}, 240_000);
