import type { ContainerInspectOptions } from 'dockerode';
import { cri } from '@typernetes/proto';
import { inspectContainer, listEngineContainers } from '../engine';
import { engineStatusCode } from '../errors';
import type { ContainerRecord } from '../record';
import type { Runtime } from '../runtime';
import { matchesLabels } from '../sandbox-view';
import type { EngineStats } from '../stats';
import { containerAttributes, cpuUsage, memoryUsage } from '../stats';
import { nowNanos } from '../time';

export async function containerStats(runtime: Runtime, request: cri.ContainerStatsRequest): Promise<cri.ContainerStatsResponse> {
  const { record } = await inspectContainer(runtime, request.containerId);
  const stats = (await measure(runtime, record))?.stats;
  return cri.ContainerStatsResponse.create({ stats: stats && { ...stats, writableLayer: await writableLayer(runtime, record.id) } });
}

/** What the container has written beside its volumes. The engine walks its files for that, so lists of many go without. */
async function writableLayer(runtime: Runtime, id: string): Promise<cri.FilesystemUsage | undefined> {
  const { SizeRw } = (await runtime.docker.getContainer(id).inspect({ size: true } as ContainerInspectOptions)) as { SizeRw?: number };
  return SizeRw === undefined ? undefined : cri.FilesystemUsage.fromPartial({ timestamp: nowNanos(runtime.clock), usedBytes: { value: BigInt(SizeRw) } });
}

/** One look at the engine's counters. Undefined when the container has gone. */
async function engineStats(runtime: Runtime, id: string): Promise<EngineStats | undefined> {
  try {
    return (await runtime.docker.getContainer(id).stats({ stream: false, 'one-shot': true } as { stream: false })) as EngineStats;
  } catch (error) {
    if (engineStatusCode(error) === 404) return undefined;
    throw error;
  }
}

export interface Measured {
  stats: cri.ContainerStats;
  processCount: number;
}

async function measure(runtime: Runtime, record: ContainerRecord): Promise<Measured | undefined> {
  const stats = await engineStats(runtime, record.id);
  if (!stats) return undefined;
  const timestamp = nowNanos(runtime.clock);
  return {
    stats: cri.ContainerStats.create({
      attributes: containerAttributes(record),
      cpu: cpuUsage(runtime.cpuSamples, record.id, stats.cpu_stats.cpu_usage.total_usage, timestamp),
      memory: memoryUsage(stats.memory_stats, timestamp),
    }),
    processCount: stats.pids_stats?.current ?? 0,
  };
}

/** Of running containers only. */
export async function measureContainers(runtime: Runtime, filter: cri.ContainerStatsFilter | undefined): Promise<Measured[]> {
  const running = (await listEngineContainers(runtime, 'container')).filter(({ State }) => State === 'running');
  const records = running
    .flatMap(({ Id, Labels }) => runtime.records.container(Id, Labels) ?? [])
    .filter((record) => !filter?.id || record.id.startsWith(filter.id))
    .filter((record) => !filter?.podSandboxId || record.sandboxId.startsWith(filter.podSandboxId))
    .filter((record) => matchesLabels(record.config.labels, filter?.labelSelector ?? {}));
  const measured = await Promise.all(records.map((record) => measure(runtime, record)));
  return measured.filter((one) => one !== undefined);
}

export async function listOurContainerStats(runtime: Runtime, filter: cri.ContainerStatsFilter | undefined): Promise<cri.ContainerStats[]> {
  return (await measureContainers(runtime, filter)).map(({ stats }) => stats);
}

export async function listContainerStats(
  runtime: Runtime,
  request: cri.ListContainerStatsRequest,
): Promise<cri.ListContainerStatsResponse> {
  return cri.ListContainerStatsResponse.create({ stats: await listOurContainerStats(runtime, request.filter) });
}
