import { cri } from '@typernetes/proto';
import type { ContainerRecord } from './record';

/** The part of Docker's stats that counts; `stats` is memory.stat of cgroup v1 or v2. */
export interface EngineStats {
  cpu_stats: { cpu_usage: { total_usage: number } };
  memory_stats: { usage?: number; limit?: number; stats?: Record<string, number> };
  pids_stats?: { current?: number };
}

/** Computes CPU usage per second between two looks at the same container. */
export class CpuSamples {
  private readonly last = new Map<string, { at: bigint; total: bigint; nanoCores: bigint }>();

  /** Undefined at the first look. Two looks at the same time give the same answer. */
  nanoCores(id: string, at: bigint, total: bigint): bigint | undefined {
    const previous = this.last.get(id);
    if (previous && at <= previous.at) return previous.nanoCores;
    const nanoCores = previous && total >= previous.total ? ((total - previous.total) * 1_000_000_000n) / (at - previous.at) : 0n;
    this.last.set(id, { at, total, nanoCores });
    return previous && nanoCores;
  }

  forget(id: string): void {
    this.last.delete(id);
  }
}

const value = (amount: number | bigint): cri.UInt64Value => ({ value: BigInt(Math.max(Number(amount), 0)) });

/** Working set: usage less file cache that nobody has used lately, as cAdvisor counts it. */
export function memoryUsage(memory: EngineStats['memory_stats'], timestamp: bigint): cri.MemoryUsage {
  const usage = memory.usage ?? 0;
  const stats = memory.stats ?? {};
  const inactiveFile = stats.total_inactive_file ?? stats.inactive_file ?? 0;
  const workingSet = Math.max(usage - inactiveFile, 0);
  return cri.MemoryUsage.create({
    timestamp,
    usageBytes: value(usage),
    workingSetBytes: value(workingSet),
    rssBytes: value(stats.total_rss ?? stats.anon ?? 0),
    pageFaults: value(stats.total_pgfault ?? stats.pgfault ?? 0),
    majorPageFaults: value(stats.total_pgmajfault ?? stats.pgmajfault ?? 0),
    ...(memory.limit ? { availableBytes: value(memory.limit - workingSet) } : {}),
  });
}

export function cpuUsage(samples: CpuSamples, id: string, total: number, timestamp: bigint): cri.CpuUsage {
  const nanoCores = samples.nanoCores(id, timestamp, BigInt(total));
  return cri.CpuUsage.create({
    timestamp,
    usageCoreNanoSeconds: value(total),
    ...(nanoCores === undefined ? {} : { usageNanoCores: { value: nanoCores } }),
  });
}

export function containerAttributes(record: ContainerRecord): cri.ContainerAttributes {
  const { metadata, labels, annotations } = record.config;
  return { id: record.id, metadata, labels, annotations };
}

/** Interfaces of a network namespace, from the text of /proc/<pid>/net/dev; without loopback. */
export function networkUsage(procNetDev: string, timestamp: bigint): cri.NetworkUsage {
  const interfaces = procNetDev.split('\n').flatMap((line) => {
    const match = /^\s*([^:\s]+):\s*(.+)$/.exec(line);
    const name = match?.[1] ?? 'lo';
    if (name === 'lo') return [];
    const fields = (match?.[2] ?? '').trim().split(/\s+/).map(Number);
    const [rxBytes = 0, , rxErrors = 0] = fields;
    const [txBytes = 0, , txErrors = 0] = fields.slice(8);
    return [
      { name, rxBytes: value(rxBytes), rxErrors: value(rxErrors), txBytes: value(txBytes), txErrors: value(txErrors) },
    ];
  });
  return cri.NetworkUsage.create({ timestamp, defaultInterface: interfaces[0], interfaces: interfaces.slice(1) });
}
