import type { Pod, PodSpec } from '@typernetes/api';
import type { AdmissionPlugin } from '../pipeline/admission';
import { forbid, isCore } from './forbid';

/** The built-in classes (API documentation "PriorityClass"); others are not served. */
const priorities: Readonly<Record<string, number>> = { 'system-cluster-critical': 2_000_000_000, 'system-node-critical': 2_000_001_000 };

const defaultPriority = 0;
const preemptionPolicy = 'PreemptLowerPriority';

/** Why a pod's priority can't be what it says; else sets it. Changes `spec`. */
export function resolvePriority(spec: PodSpec): string | undefined {
  const className = spec.priorityClassName ?? '';
  const priority = className ? priorities[className] : defaultPriority;
  if (priority === undefined) return `no PriorityClass with name ${className} was found`;
  if (spec.priority !== undefined && spec.priority !== priority) {
    return `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${priority} from the given PriorityClass name`;
  }
  if (spec.preemptionPolicy && spec.preemptionPolicy !== preemptionPolicy) {
    return `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${preemptionPolicy} from the given PriorityClass name`;
  }
  spec.priority = priority;
  spec.preemptionPolicy = preemptionPolicy;
  return undefined;
}

/** Keeps what was resolved when the client leaves it out. */
function keepPriority(spec: PodSpec, previous: PodSpec | undefined): void {
  if (spec.priority === undefined && previous?.priority !== undefined) spec.priority = previous.priority;
  if (spec.preemptionPolicy === undefined && previous?.preemptionPolicy !== undefined) spec.preemptionPolicy = previous.preemptionPolicy;
}

export const priority: AdmissionPlugin = {
  name: 'Priority',
  operations: ['CREATE', 'UPDATE'],
  admit: (context) => {
    const pod: Pod | undefined = context.object;
    if (!isCore(context, 'pods') || !pod?.spec) return;
    if (context.operation === 'UPDATE') return keepPriority(pod.spec, (context.previous as Pod | undefined)?.spec);
    const why = resolvePriority(pod.spec);
    if (why !== undefined) throw forbid(context, why);
  },
};
