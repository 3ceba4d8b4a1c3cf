import { readFile, statfs } from 'node:fs/promises';
import os from 'node:os';

/** What the machine has; read once, since it does not change while the kubelet runs. */
export interface Machine {
  cpus: number;
  memoryBytes: number;
  storageBytes: number;
  machineId: string;
  systemUuid: string;
  bootId: string;
  kernelVersion: string;
  osImage: string;
  /** GOARCH's word: amd64, arm64. */
  architecture: string;
}

const readText = async (file: string): Promise<string> => (await readFile(file, 'utf8').catch(() => '')).trim();

const architectures: Record<string, string> = { x64: 'amd64', ia32: '386' };

export async function readMachine(rootDir: string): Promise<Machine> {
  const [meminfo, machineId, systemUuid, bootId, release] = await Promise.all(
    ['/proc/meminfo', '/etc/machine-id', '/sys/class/dmi/id/product_uuid', '/proc/sys/kernel/random/boot_id', '/etc/os-release'].map(readText),
  );
  const disk = await statfs(rootDir);
  return {
    cpus: os.cpus().length,
    memoryBytes: Number(/MemTotal:\s+(\d+) kB/.exec(meminfo ?? '')?.[1] ?? 0) * 1_024,
    storageBytes: disk.blocks * disk.bsize,
    machineId: machineId ?? '',
    systemUuid: systemUuid || (machineId ?? ''),
    bootId: bootId ?? '',
    kernelVersion: os.release(),
    osImage: /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(release ?? '')?.[1] ?? '',
    architecture: architectures[process.arch] ?? process.arch,
  };
}

/** The first address of the machine that is not its own loopback. */
export function defaultNodeIP(): string {
  const addresses = Object.values(os.networkInterfaces()).flatMap((list) => list ?? []);
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}
