import { readFile } from 'node:fs/promises';
import { formatTime } from '@typernetes/machinery';
import { cri as proto } from '@typernetes/proto';
import { runtimeMethods } from '../runtime/cri-client';
import { labels } from '../runtime/labels';
import type { ServerContext } from './find-container';

const number = (value: proto.UInt64Value | undefined): number | undefined => (value === undefined ? undefined : Number(value.value));
const timeOf = (nanos: bigint): string => formatTime(Number(nanos / 1_000_000n));

const cpuOf = (cpu: proto.CpuUsage | undefined): object | undefined =>
  cpu && { time: timeOf(cpu.timestamp), usageNanoCores: number(cpu.usageNanoCores), usageCoreNanoSeconds: number(cpu.usageCoreNanoSeconds) };

const memoryOf = (memory: proto.MemoryUsage | undefined): object | undefined =>
  memory && {
    time: timeOf(memory.timestamp),
    availableBytes: number(memory.availableBytes),
    usageBytes: number(memory.usageBytes),
    workingSetBytes: number(memory.workingSetBytes),
    rssBytes: number(memory.rssBytes),
    pageFaults: number(memory.pageFaults),
    majorPageFaults: number(memory.majorPageFaults),
  };

const interfaceOf = ({ name, rxBytes, rxErrors, txBytes, txErrors }: proto.NetworkInterfaceUsage): object => ({
  name, rxBytes: number(rxBytes), rxErrors: number(rxErrors), txBytes: number(txBytes), txErrors: number(txErrors),
});

const networkOf = (network: proto.NetworkUsage | undefined): object | undefined =>
  network && {
    time: timeOf(network.timestamp),
    ...(network.defaultInterface ? interfaceOf(network.defaultInterface) : {}),
    interfaces: [...(network.defaultInterface ? [network.defaultInterface] : []), ...network.interfaces].map(interfaceOf),
  };

function podStats({ attributes, linux }: proto.PodSandboxStats): object {
  const tags = attributes?.labels ?? {};
  return {
    podRef: { name: tags[labels.podName], namespace: tags[labels.podNamespace], uid: tags[labels.podUid] },
    containers: (linux?.containers ?? []).map(({ attributes: of, cpu, memory, writableLayer }) => ({
      name: of?.labels[labels.containerName] ?? of?.metadata?.name,
      cpu: cpuOf(cpu),
      memory: memoryOf(memory),
      rootfs: writableLayer && { time: timeOf(writableLayer.timestamp), usedBytes: number(writableLayer.usedBytes), inodesUsed: number(writableLayer.inodesUsed) },
    })),
    cpu: cpuOf(linux?.cpu),
    memory: memoryOf(linux?.memory),
    network: networkOf(linux?.network),
    process_stats: linux?.process && { process_count: number(linux.process.processCount) },
  };
}

/** USER_HZ: the unit of /proc/stat. */
const ticksPerSecond = 100;

async function machineStats(nowMs: number): Promise<{ cpu: object; memory: object }> {
  const [stat, meminfo] = await Promise.all([readFile('/proc/stat', 'utf8'), readFile('/proc/meminfo', 'utf8')]);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = (/^cpu +(.*)$/m.exec(stat)?.[1] ?? '').split(' ').map(Number);
  const kilobytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(meminfo)?.[1] ?? 0) * 1_024;
  const time = formatTime(nowMs);
  const availableBytes = kilobytes('MemAvailable');
  return {
    cpu: { time, usageCoreNanoSeconds: ((user + nice + system + irq + softirq) / ticksPerSecond) * 1e9 },
    memory: { time, availableBytes, usageBytes: kilobytes('MemTotal') - kilobytes('MemFree'), workingSetBytes: kilobytes('MemTotal') - availableBytes },
  };
}

/** The kubelet's Summary API as JSON (stats/v1alpha1). */
export async function summary({ context }: ServerContext): Promise<Buffer> {
  const [{ stats }, machine] = await Promise.all([
    context.cri.call(runtimeMethods.listPodSandboxStats, proto.ListPodSandboxStatsRequest.create()),
    machineStats(context.clock.now()),
  ]);
  return Buffer.from(JSON.stringify({ node: { nodeName: context.node.name, ...machine }, pods: stats.map(podStats) }));
}
