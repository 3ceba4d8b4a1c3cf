import { readFile, statfs } from 'node:fs/promises';

/** Upstream's hard eviction thresholds. */
const memoryAvailableBytesMin = 100 << 20;
const storageAvailablePartMin = 0.1;
const inodesFreePartMin = 0.05;
const pidsFreePartMin = 0.02;

export interface Pressure {
  memory: boolean;
  disk: boolean;
  pid: boolean;
}

/** Whether the machine is short of something. */
export async function readPressure(rootDir: string): Promise<Pressure> {
  const [meminfo, loadavg, pidMax, disk] = await Promise.all([
    readFile('/proc/meminfo', 'utf8'),
    readFile('/proc/loadavg', 'utf8'),
    readFile('/proc/sys/kernel/pid_max', 'utf8'),
    statfs(rootDir),
  ]);
  const availableBytes = Number(/MemAvailable:\s+(\d+) kB/.exec(meminfo)?.[1] ?? Infinity) * 1_024;
  // `0.1 0.2 0.3 2/345 6789`: running and existing tasks.
  const tasks = Number(/\/(\d+) /.exec(loadavg)?.[1] ?? 0);
  const hasFewInodes = disk.files > 0 && disk.ffree / disk.files < inodesFreePartMin;
  return {
    memory: availableBytes < memoryAvailableBytesMin,
    disk: disk.bavail / disk.blocks < storageAvailablePartMin || hasFewInodes,
    pid: 1 - tasks / Number(pidMax) < pidsFreePartMin,
  };
}
