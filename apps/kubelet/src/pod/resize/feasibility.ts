import type { Pod } from '@typernetes/api';
import { shortages, shortageText } from '../admission/resources';

/** What becomes of a wish for other amounts: granted, not now, or never on this node. */
export type Feasibility = { kind: 'granted' } | { kind: 'Deferred' | 'Infeasible'; message: string };

const resizable = (name: string): boolean => name === 'cpu' || name === 'memory';

/** Whether the node has room for the pod as it wants to be, next to the others as they are. */
export function feasibility(pod: Pod, others: readonly Pod[], allocatable: Readonly<Record<string, string>>): Feasibility {
  const never = shortages(pod, [], allocatable).find(({ name }) => resizable(name));
  if (never) {
    const { name, requested, capacity } = never;
    return { kind: 'Infeasible', message: `Node didn't have enough capacity: ${name}, requested: ${requested}, capacity: ${capacity}` };
  }
  const now = shortages(pod, others, allocatable).find(({ name }) => resizable(name));
  return now ? { kind: 'Deferred', message: shortageText(now) } : { kind: 'granted' };
}
