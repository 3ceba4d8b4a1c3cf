import { readFile, statfs } from 'node:fs/promises';

/** What a node can run short of, by upstream's names (concept documentation "Node-pressure Eviction"). */
export const signalNames = ['memory.available', 'nodefs.available', 'nodefs.inodesFree', 'pid.available'] as const;
export type SignalName = (typeof signalNames)[number];

/** In bytes, inodes or processes. */
export interface Signal {
  available: number;
  capacity: number;
}

export type Signals = Readonly<Record<SignalName, Signal>>;

/** The resource of a signal as messages name it. */
export const resourceOf: Readonly<Record<SignalName, string>> = {
  'memory.available': 'memory',
  'nodefs.available': 'ephemeral-storage',
  'nodefs.inodesFree': 'inodes',
  'pid.available': 'pids',
};

/** Looks at the machine and at the disk that holds `rootDir`. */
export async function readSignals(rootDir: string): Promise<Signals> {
  const [meminfo, loadavg, pidMax, disk] = await Promise.all([
    readFile('/proc/meminfo', 'utf8'),
    readFile('/proc/loadavg', 'utf8'),
    readFile('/proc/sys/kernel/pid_max', 'utf8'),
    statfs(rootDir),
  ]);
  const bytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(meminfo)?.[1] ?? Infinity) * 1_024;
  // `0.1 0.2 0.3 2/345 6789`: running and existing tasks.
  const tasks = Number(/\/(\d+) /.exec(loadavg)?.[1] ?? 0);
  return {
    'memory.available': { available: bytes('MemAvailable'), capacity: bytes('MemTotal') },
    'nodefs.available': { available: disk.bavail * disk.bsize, capacity: disk.blocks * disk.bsize },
    'nodefs.inodesFree': { available: disk.ffree, capacity: disk.files },
    'pid.available': { available: Number(pidMax) - tasks, capacity: Number(pidMax) },
  };
}
