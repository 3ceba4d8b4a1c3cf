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

/** What a watcher is told that had seen all up to one revision when the process was killed, until another revision. */
function eventsAfter(storage: EmbeddedStorage, seen: number, until: number): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const revisions: number[] = [];
    const watch = storage.watch('/registry/things/', seen, {
      onEvents: (events, revision) => {
        revisions.push(...events.map((event) => event.revision));
        if (revision < until) return;
        watch.close();
        resolve(revisions);
      },
      onProgress: () => undefined,
      onError: reject,
    });
  });
}

it(`has every acknowledged write after each of ${rounds} SIGKILLs, and watchers go on where they were`, async () => {
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
  let seen = 0;
  try {
    for (let round = 0; round < rounds; round++) {
      const acknowledged = await killAfter(1 + ((round * 7) % 40), script, [data, String(round)]);
      for (const { name, revision } of acknowledged) expected.set(`/registry/things/${name}`, revision);
      const storage = await EmbeddedStorage.open({ directory: data });
      const { entries, revision } = await storage.list('/registry/things/');
      const found = new Map(entries.map((entry) => [entry.key, entry.revision]));
      const lost = [...expected].filter(([key, written]) => found.get(key) !== written);
      expect({ round, lost }).toEqual({ round, lost: [] });
      expect(new Set(found.values()).size).toBe(found.size);
      expect(Math.max(...found.values())).toBeLessThanOrEqual(revision);
      expect(await eventsAfter(storage, seen, revision)).toEqual(entries.filter((entry) => entry.revision > seen).map((entry) => entry.revision).sort((a, b) => a - b));
      seen = revision;
      await storage.close();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}, 1_200_000);
