import { cri } from '@typernetes/proto';
import { nanosOf, type Sandbox, type SimulatedContainer } from './simulated-pod';

const value = (amount: number): cri.UInt64Value => ({ value: BigInt(Math.round(amount)) });

interface Usage {
  readonly cores: number;
  readonly coreSeconds: number;
  readonly bytes: number;
}

function usageOf({ state, behaviour, startedAtMs }: SimulatedContainer, nowMs: number): Usage {
  if (state !== cri.ContainerState.CONTAINER_RUNNING) return { cores: 0, coreSeconds: 0, bytes: 0 };
  return { cores: behaviour.cpuCores, coreSeconds: (behaviour.cpuCores * (nowMs - startedAtMs)) / 1_000, bytes: behaviour.memoryBytes };
}

const cpuOf = ({ cores, coreSeconds }: Usage, timestamp: bigint): cri.CpuUsage =>
  cri.CpuUsage.create({ timestamp, usageNanoCores: value(cores * 1e9), usageCoreNanoSeconds: value(coreSeconds * 1e9) });

const memoryOf = ({ bytes }: Usage, timestamp: bigint): cri.MemoryUsage =>
  cri.MemoryUsage.create({ timestamp, usageBytes: value(bytes), workingSetBytes: value(bytes), rssBytes: value(bytes) });

/** What a pod uses, by its annotations. */
export function sandboxStats({ id, config }: Sandbox, containers: readonly SimulatedContainer[], nowMs: number): cri.PodSandboxStats {
  const timestamp = nanosOf(nowMs);
  const usages = containers.map((container) => ({ container, usage: usageOf(container, nowMs) }));
  const sum = (pick: (usage: Usage) => number): number => usages.reduce((total, { usage }) => total + pick(usage), 0);
  const whole: Usage = { cores: sum(({ cores }) => cores), coreSeconds: sum(({ coreSeconds }) => coreSeconds), bytes: sum(({ bytes }) => bytes) };
  return cri.PodSandboxStats.create({
    attributes: { id, metadata: config.metadata, labels: config.labels, annotations: config.annotations },
    linux: cri.LinuxPodSandboxStats.create({
      cpu: cpuOf(whole, timestamp),
      memory: memoryOf(whole, timestamp),
      containers: usages.map(({ container, usage }) =>
        cri.ContainerStats.create({
          attributes: { id: container.id, metadata: container.config.metadata, labels: container.config.labels, annotations: container.config.annotations },
          cpu: cpuOf(usage, timestamp),
          memory: memoryOf(usage, timestamp),
        }),
      ),
    }),
  });
}
