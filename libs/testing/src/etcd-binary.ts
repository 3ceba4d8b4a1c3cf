import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const sources = 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian trixie main\n';

/** Where binaries that tests need are kept between runs. */
const cacheDirectory = (): string => path.join(process.env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache'), 'typernetes');

const exists = (file: string): Promise<boolean> => access(file).then(() => true, () => false);

/** apt with its own lists and sources, so that the machine's stay as they are and no root is needed. */
async function apt(directory: string, tool: string, ...args: string[]): Promise<void> {
  const options = {
    'Dir::Etc::sourcelist': path.join(directory, 'sources.list'),
    'Dir::Etc::sourceparts': '-',
    'Dir::State::lists': path.join(directory, 'lists'),
    'Dir::Cache': directory,
    'Dir::Cache::archives': path.join(directory, 'archives'),
    'Acquire::Languages': 'none',
    'APT::Sandbox::User': os.userInfo().username,
  };
  await run(tool, [...Object.entries(options).flatMap(([key, value]) => ['-o', `${key}=${value}`]), ...args], { cwd: directory });
}

async function downloadFromDebian(target: string): Promise<void> {
  await mkdir(cacheDirectory(), { recursive: true });
  const work = await mkdtemp(path.join(cacheDirectory(), 'etcd-download-'));
  try {
    await mkdir(path.join(work, 'lists/partial'), { recursive: true });
    await mkdir(path.join(work, 'archives/partial'), { recursive: true });
    await writeFile(path.join(work, 'sources.list'), sources);
    await apt(work, 'apt-get', 'update');
    await apt(work, 'apt-get', 'download', 'etcd-server');
    const deb = (await readdir(work)).find((file) => file.endsWith('.deb'));
    if (!deb) throw new Error('apt-get download etcd-server left no package');
    await run('dpkg-deb', ['-x', deb, 'root'], { cwd: work });
    // Another test run may have been faster: its copy is as good.
    await rename(path.join(work, 'root'), target).catch(async (error: unknown) => {
      if (!(await exists(target))) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * Path of an etcd 3.5 binary: `T8S_ETCD` if set, else Debian trixie's `etcd-server`, downloaded once into
 * `~/.cache/typernetes/etcd-3.5`.
 */
export async function ensureEtcd(): Promise<string> {
  const given = process.env['T8S_ETCD'];
  if (given) return given;
  const root = path.join(cacheDirectory(), 'etcd-3.5');
  const binary = path.join(root, 'usr/bin/etcd');
  if (!(await exists(binary))) await downloadFromDebian(root);
  return binary;
}
