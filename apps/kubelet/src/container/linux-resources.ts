import type { Container, Pod } from '@typernetes/api';
import { qosClass, quantityToNumber } from '@typernetes/machinery';
import { cri } from '@typernetes/proto';

/** Microseconds: the kernel's default period of CFS. */
const cpuPeriod = 100_000;
const sharesPerCpu = 1024;
const sharesMin = 2;
const sharesMax = 262_144;
const quotaMin = 1_000;

export const cpuShares = (milliCpu: number): number => Math.min(sharesMax, Math.max(sharesMin, Math.floor((milliCpu * sharesPerCpu) / 1_000)));

/** Which process the kernel ends first when memory runs out (upstream's table by QoS class). */
export function oomScoreAdjust(pod: Pod, container: Container, nodeMemoryBytes: number): number {
  switch (qosClass(pod)) {
    case 'Guaranteed':
      return -997;
    case 'BestEffort':
      return 1000;
    default: {
      const request = quantityToNumber(container.resources?.requests?.['memory'] ?? '0', 'one');
      return Math.min(999, Math.max(3, Math.trunc(1000 - (1000 * request) / nodeMemoryBytes)));
    }
  }
}

/** Requests and limits as the kernel's cgroup values. */
export function linuxResources(pod: Pod, container: Container, nodeMemoryBytes: number): cri.LinuxContainerResources {
  const { requests, limits } = container.resources ?? {};
  const cpuLimit = quantityToNumber(limits?.['cpu'] ?? '0', 'milli');
  const cpuRequest = requests?.['cpu'] === undefined ? cpuLimit : quantityToNumber(requests['cpu'], 'milli');
  const quota = cpuLimit > 0 ? Math.max(quotaMin, Math.floor((cpuLimit * cpuPeriod) / 1_000)) : 0;
  return cri.LinuxContainerResources.fromPartial({
    cpuPeriod: BigInt(quota > 0 ? cpuPeriod : 0),
    cpuQuota: BigInt(quota),
    cpuShares: BigInt(cpuShares(cpuRequest)),
    memoryLimitInBytes: BigInt(quantityToNumber(limits?.['memory'] ?? '0', 'one')),
    oomScoreAdj: BigInt(oomScoreAdjust(pod, container, nodeMemoryBytes)),
  });
}
