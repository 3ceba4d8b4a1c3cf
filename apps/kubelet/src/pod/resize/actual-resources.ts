import type { Container, ResourceRequirements } from '@typernetes/api';
import type { cri } from '@typernetes/proto';

/** Limits that the kernel enforces, as the runtime tells them; 0: none. */
export interface KernelResources {
  cpuShares: number;
  cpuQuota: number;
  cpuPeriod: number;
  memoryLimitBytes: number;
}

export const kernelResources = (linux: cri.LinuxContainerResources): KernelResources => ({
  cpuShares: Number(linux.cpuShares),
  cpuQuota: Number(linux.cpuQuota),
  cpuPeriod: Number(linux.cpuPeriod),
  memoryLimitBytes: Number(linux.memoryLimitInBytes),
});

/** Which of the amounts that can be resized are not as they shall be. */
export function differing(actual: KernelResources, wanted: KernelResources): ('cpu' | 'memory')[] {
  const cpu = actual.cpuShares !== wanted.cpuShares || actual.cpuQuota !== wanted.cpuQuota;
  return [...(cpu ? (['cpu'] as const) : []), ...(actual.memoryLimitBytes === wanted.memoryLimitBytes ? [] : (['memory'] as const))];
}

const milli = (amount: number): string => (amount % 1_000 === 0 ? String(amount / 1_000) : `${amount}m`);

/**
 * What the container has now, in the API's terms. Where the kernel's values are those of the promised amounts, these are
 * told as they were written: the kernel's are coarser.
 */
export function actualResources({ resources = {} }: Container, actual: KernelResources | undefined, wanted: KernelResources): ResourceRequirements {
  const { requests, limits } = resources;
  if (!actual || differing(actual, wanted).length === 0) return { ...(limits ? { limits } : {}), ...(requests ? { requests } : {}) };
  const told: ResourceRequirements = { ...(limits ? { limits: { ...limits } } : {}), ...(requests ? { requests: { ...requests } } : {}) };
  if (told.limits) {
    const { limits: list } = told;
    if (actual.cpuQuota !== wanted.cpuQuota) {
      if (actual.cpuQuota > 0) list['cpu'] = milli(Math.ceil((actual.cpuQuota * 1_000) / (actual.cpuPeriod || 100_000)));
      else delete list['cpu'];
    }
    if (actual.memoryLimitBytes !== wanted.memoryLimitBytes) {
      if (actual.memoryLimitBytes > 0) list['memory'] = String(actual.memoryLimitBytes);
      else delete list['memory'];
    }
  }
  if (told.requests?.['cpu'] !== undefined && actual.cpuShares !== wanted.cpuShares) told.requests['cpu'] = milli(Math.ceil((actual.cpuShares * 1_000) / 1_024));
  return told;
}
