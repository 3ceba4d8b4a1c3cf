import { readFile, statfs } from 'node:fs/promises';
import os from 'node:os';
import type { ClusterSettings } from '../cluster/settings';
import { docker, lines } from '../docker/docker';
import { runCommand } from '../run-command';
import { checkPort } from './port';
import { parseRoutes } from './routes';
import { findTrap, type HostFacts } from './traps';

const numberIn = (file: string): Promise<number | undefined> => readFile(file, 'utf8').then(Number, () => undefined);

/** Docker's own directory; the home directory where Docker runs in a virtual machine. */
async function freeDisk(root: string): Promise<Pick<HostFacts, 'freeDiskBytes' | 'diskPath'>> {
  for (const diskPath of [root, os.homedir()]) {
    const disk = await statfs(diskPath).catch(() => undefined);
    if (disk) return { freeDiskBytes: disk.bavail * disk.bsize, diskPath };
  }
  return { freeDiskBytes: Infinity, diskPath: root };
}

async function dockerNetworks(): Promise<HostFacts['networks']> {
  const ids = lines(await docker(['network', 'ls', '--quiet']));
  const text = await docker(['network', 'inspect', '--format', '{{.Name}} {{range .IPAM.Config}}{{.Subnet}} {{end}}', ...ids]);
  return lines(text).map((line) => {
    const [name = '', ...subnets] = line.trim().split(' ');
    return { name, subnets };
  });
}

async function hostFacts(): Promise<HostFacts> {
  const inotify = '/proc/sys/fs/inotify';
  const [[memory = '', root = ''], networks, routes, inotifyInstances, inotifyWatches] = await Promise.all([
    docker(['info', '--format', '{{.MemTotal}}\t{{.DockerRootDir}}']).then((text) => text.trim().split('\t')),
    dockerNetworks(),
    runCommand('ip', ['-4', 'route', 'show', 'table', 'all']).catch(() => ''),
    numberIn(`${inotify}/max_user_instances`),
    numberIn(`${inotify}/max_user_watches`),
  ]);
  return { memoryBytes: Number(memory), ...(await freeDisk(root)), inotifyInstances, inotifyWatches, networks, routes: parseRoutes(routes) };
}

/**
 * Looks for the usual traps before a cluster is made.
 * @throws Problem for the first one found
 */
export async function checkHost(settings: ClusterSettings): Promise<void> {
  const problem = findTrap(await hostFacts(), settings);
  if (problem) throw problem;
  await checkPort(settings.apiBind);
}
