import type { Pod } from '@typernetes/api';
import { qosClass, tolerates } from '@typernetes/machinery';
import { isCritical } from '../../eviction/ranking';
import type { Pressure } from '../../node/pressure';
import type { Refusal } from './refusal';

const memoryTaint = { key: 'node.kubernetes.io/memory-pressure', effect: 'NoSchedule' };

/** A node that is short of something takes critical pods only; when it is memory alone, also pods that ask for some or know about it. */
export function pressureRefusal(pod: Pod, { memory, disk, pid }: Pressure): Refusal | undefined {
  const conditions = [...(memory ? ['MemoryPressure'] : []), ...(disk ? ['DiskPressure'] : []), ...(pid ? ['PIDPressure'] : [])];
  if (conditions.length === 0 || isCritical(pod)) return undefined;
  if (memory && conditions.length === 1) {
    if (qosClass(pod) !== 'BestEffort') return undefined;
    if ((pod.spec?.tolerations ?? []).some((toleration) => tolerates(toleration, memoryTaint))) return undefined;
  }
  return { reason: 'Evicted', message: `The node had condition: [${conditions.join(' ')}]. ` };
}
