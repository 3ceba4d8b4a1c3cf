import type { cri } from '@typernetes/proto';

/** The part of Docker's HostConfig that limits resources; it serves create and update alike. */
export interface ResourceOptions {
  CpuShares?: number;
  CpuPeriod?: number;
  CpuQuota?: number;
  CpusetCpus?: string;
  CpusetMems?: string;
  Memory?: number;
  MemorySwap?: number;
}

/** CRI's zero means "not given"; Docker's absent field means the same. Swap follows the memory limit unless given: none. */
export function resourceOptions(resources: cri.LinuxContainerResources | undefined): ResourceOptions {
  if (!resources) return {};
  const options: ResourceOptions = {};
  if (resources.cpuShares) options.CpuShares = Number(resources.cpuShares);
  if (resources.cpuPeriod) options.CpuPeriod = Number(resources.cpuPeriod);
  if (resources.cpuQuota) options.CpuQuota = Number(resources.cpuQuota);
  if (resources.cpusetCpus) options.CpusetCpus = resources.cpusetCpus;
  if (resources.cpusetMems) options.CpusetMems = resources.cpusetMems;
  if (resources.memoryLimitInBytes) {
    options.Memory = Number(resources.memoryLimitInBytes);
    options.MemorySwap = Number(resources.memorySwapLimitInBytes || resources.memoryLimitInBytes);
  }
  return options;
}

/** The lowest oom_score_adj that the engine may set: without CAP_SYS_RESOURCE not below its own. */
export function attainableOomScoreAdj(wanted: number, lowest: number): number {
  return Math.max(wanted, lowest);
}
