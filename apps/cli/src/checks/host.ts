import { readFile, statfs } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import type { ClusterSettings } from '../cluster/settings';
import { overlap } from '../cluster/cidr';
import { docker, lines } from '../docker/docker';
import { Problem } from '../problem';
import { runCommand } from '../run-command';
import { parseRoutes, routeInTheWay } from './routes';

const gibibyte = 2 ** 30;
/** The control plane with etcd, and one worker with its Docker; measured, with room for a few pods. */
const memoryOf = (workers: number): number => 0.7 * gibibyte + workers * 0.4 * gibibyte;
const diskBytesMin = 4 * gibibyte;
/** Each node's daemons and kubelet use about 30. */
const inotifyInstancesMin = 128;

async function checkMemory(settings: ClusterSettings): Promise<void> {
  const total = Number(await docker(['info', '--format', '{{.MemTotal}}']));
  const needed = memoryOf(settings.workers);
  if (total >= needed) return;
  const inGibibytes = (bytes: number): string => (bytes / gibibyte).toFixed(1);
  throw new Problem(
    `Docker has ${inGibibytes(total)} GiB of memory; ${settings.workers} workers need ${inGibibytes(needed)} GiB.`,
    'Give Docker more memory (in Docker Desktop: Settings, Resources) or ask for fewer --workers.',
  );
}

async function checkDisk(): Promise<void> {
  const disk = await statfs(os.homedir());
  const free = disk.bavail * disk.bsize;
  if (free < diskBytesMin) {
    throw new Problem(`Only ${(free / gibibyte).toFixed(1)} GiB of disk are free; 4 GiB are needed.`, 'Make room, for example by docker system prune.');
  }
}

async function checkInotify(): Promise<void> {
  const file = '/proc/sys/fs/inotify/max_user_instances';
  const limit = Number(await readFile(file, 'utf8').catch(() => String(inotifyInstancesMin)));
  if (limit < inotifyInstancesMin) {
    throw new Problem(`The inotify limit of this host, ${limit} instances, is too low for several nodes.`, 'Raise it: sudo sysctl fs.inotify.max_user_instances=512');
  }
}

function checkPort(settings: ClusterSettings): Promise<void> {
  const [, host, port] = /^(.*):(\d+)$/.exec(settings.apiBind) ?? [];
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.on('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'EADDRINUSE') resolve();
      else reject(new Problem(`Port ${port} is taken.`, 'End what listens there (another cluster?), or give another one: --api 127.0.0.1:7443', { cause }));
    });
    server.listen({ host, port: Number(port), exclusive: true }, () => server.close(() => resolve()));
  });
}

async function checkDockerNetworks(settings: ClusterSettings): Promise<void> {
  const ids = lines(await docker(['network', 'ls', '--quiet']));
  const networks = lines(await docker(['network', 'inspect', '--format', '{{.Name}} {{range .IPAM.Config}}{{.Subnet}} {{end}}', ...ids]));
  for (const line of networks) {
    const [name, ...subnets] = line.trim().split(' ');
    if (subnets.some((subnet) => !subnet.includes(':') && overlap(subnet, settings.nodeCidr))) {
      throw new Problem(`The Docker network "${name}" uses addresses of ${settings.nodeCidr}.`, 'Remove it, or give another range: --node-cidr 172.29.0.0/16');
    }
  }
}

async function checkRoutes(settings: ClusterSettings): Promise<void> {
  const text = await runCommand('ip', ['-4', 'route', 'show']).catch(() => '');
  const routes = parseRoutes(text);
  const ranges = [['--node-cidr', settings.nodeCidr], ['--pod-cidr', settings.podCidr], ['--service-cidr', settings.serviceCidr]] as const;
  for (const [flag, range] of ranges) {
    const route = routeInTheWay(range, routes);
    if (route) {
      throw new Problem(`A route of this host (${route.cidr} by ${route.device}, perhaps a VPN) uses addresses of ${range}.`, `Give another range with ${flag}.`);
    }
  }
}

/**
 * Looks for the usual traps before a cluster is made.
 * @throws Problem for the first one found
 */
export async function checkHost(settings: ClusterSettings): Promise<void> {
  await checkMemory(settings);
  await checkDisk();
  await checkInotify();
  await checkPort(settings);
  await checkDockerNetworks(settings);
  await checkRoutes(settings);
}
