import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { formerWorkers, removeFormerKeys } from './former-workers';
import { defaultSettings } from './settings';

it.each<[string[], number, string[]]>([
  [['worker-1', 'worker-2', 'worker-3'], 1, ['worker-2', 'worker-3']],
  [['worker-3', 'worker-3', 'etcd', 'build-box'], 2, ['worker-3']],
  [['worker-1', 'worker-2'], 3, []],
])('of %j with %d wanted: %j', (names, workers, expected) => {
  expect(formerWorkers(names, workers)).toEqual(expected);
});

it('leaves no keys of a worker that is gone', async () => {
  const home = await mkdtemp(path.join(os.tmpdir(), 't8s-home-'));
  const before = process.env['T8S_HOME'];
  process.env['T8S_HOME'] = home;
  try {
    const directory = path.join(home, 'clusters/t8s');
    for (const name of ['admin', 'worker-1', 'worker-2', 'worker-10']) await mkdir(path.join(directory, name, 'pki'), { recursive: true });
    await removeFormerKeys({ ...defaultSettings, workers: 1 });
    expect((await readdir(directory)).sort()).toEqual(['admin', 'worker-1']);
  } finally {
    if (before === undefined) delete process.env['T8S_HOME'];
    else process.env['T8S_HOME'] = before;
    await rm(home, { recursive: true });
  }
});
