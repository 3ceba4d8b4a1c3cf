import { readFile } from 'node:fs/promises';
import { cri } from '@typernetes/proto';
import { inspectSandbox, listEngineContainers } from '../engine';
import type { InspectedSandbox } from '../engine';
import type { Runtime } from '../runtime';
import { matchesLabels } from '../sandbox-view';
import { networkUsage } from '../stats';
import { nowNanos } from '../time';
import { measureContainers } from './container-stats';

export async function podSandboxStats(runtime: Runtime, request: cri.PodSandboxStatsRequest): Promise<cri.PodSandboxStatsResponse> {
  const sandbox = await inspectSandbox(runtime, request.podSandboxId);
  return cri.PodSandboxStatsResponse.create({ stats: await statsOf(runtime, sandbox) });
}

type Amount = cri.UInt64Value | undefined;

const sum = (amounts: Amount[]): cri.UInt64Value => ({
  value: amounts.reduce((total, amount) => total + (amount?.value ?? 0n), 0n),
});

/** A pod's figures are the sums over its containers; the network is the sandbox's. */
async function statsOf(runtime: Runtime, { record, inspect }: InspectedSandbox): Promise<cri.PodSandboxStats> {
  const timestamp = nowNanos(runtime.clock);
  const measured = await measureContainers(runtime, cri.ContainerStatsFilter.create({ podSandboxId: record.id }));
  const containers = measured.map(({ stats }) => stats);
  const netDev = await readFile(`/proc/${inspect.State.Pid}/net/dev`, 'utf8').catch(() => '');
  const processCount = measured.reduce((total, one) => total + one.processCount, 0);
  const { metadata, labels, annotations } = record.config;
  return cri.PodSandboxStats.create({
    attributes: { id: record.id, metadata, labels, annotations },
    linux: {
      cpu: {
        timestamp,
        usageCoreNanoSeconds: sum(containers.map(({ cpu }) => cpu?.usageCoreNanoSeconds)),
        usageNanoCores: sum(containers.map(({ cpu }) => cpu?.usageNanoCores)),
      },
      memory: {
        timestamp,
        usageBytes: sum(containers.map(({ memory }) => memory?.usageBytes)),
        workingSetBytes: sum(containers.map(({ memory }) => memory?.workingSetBytes)),
        rssBytes: sum(containers.map(({ memory }) => memory?.rssBytes)),
        pageFaults: sum(containers.map(({ memory }) => memory?.pageFaults)),
        majorPageFaults: sum(containers.map(({ memory }) => memory?.majorPageFaults)),
      },
      network: networkUsage(netDev, timestamp),
      process: { timestamp, processCount: { value: BigInt(processCount) } },
      containers,
    },
  });
}

/** Of running sandboxes only. */
export async function listOurSandboxStats(runtime: Runtime, filter: cri.PodSandboxStatsFilter | undefined): Promise<cri.PodSandboxStats[]> {
  const running = (await listEngineContainers(runtime, 'podsandbox')).filter(({ State }) => State === 'running');
  const wanted = running.filter(({ Id, Labels }) => {
    const record = runtime.records.sandbox(Id, Labels);
    return record && (!filter?.id || Id.startsWith(filter.id)) && matchesLabels(record.config.labels, filter?.labelSelector ?? {});
  });
  return Promise.all(wanted.map(async ({ Id }) => statsOf(runtime, await inspectSandbox(runtime, Id))));
}

export async function listPodSandboxStats(
  runtime: Runtime,
  request: cri.ListPodSandboxStatsRequest,
): Promise<cri.ListPodSandboxStatsResponse> {
  return cri.ListPodSandboxStatsResponse.create({ stats: await listOurSandboxStats(runtime, request.filter) });
}
