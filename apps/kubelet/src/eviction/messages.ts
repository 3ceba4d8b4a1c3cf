import type { Pod } from '@typernetes/api';
import { quantityToNumber } from '@typernetes/machinery';
import { containersOf } from '../pod/pod-kind';
import type { PodUsage } from './ranking';
import { usedOf } from './ranking';
import type { SignalName } from './signals';
import { resourceOf } from './signals';
import type { Met } from './thresholds';

const shown = (signal: SignalName, amount: number): string => (signal === 'pid.available' ? String(amount) : `${Math.ceil(amount / 1_024)}Ki`);

/** Upstream's words to a pod that has to go. */
export function evictionMessage(pod: Pod, { signal, threshold, available }: Met, usage: PodUsage | undefined): string {
  const resource = resourceOf[signal];
  const head = `The node was low on resource: ${resource}. Threshold quantity: ${threshold}, available: ${available}. `;
  return containersOf(pod).reduce((text, { name, resources }) => {
    const used = usedOf(signal, usage?.containers.get(name));
    const request = resources?.requests?.[resource] ?? '0';
    if (used <= quantityToNumber(request, 'one')) return text;
    return `${text}Container ${name} was using ${shown(signal, used)}, request is ${request}, has larger consumption of ${resource}. `;
  }, head);
}
