import { resources, systemPriorities, type Pod, type PodSpec, type PriorityClass } from '@typernetes/api';
import type { AdmissionPlugin } from '../pipeline/admission';
import type { ObjectReader } from '../pipeline/object-reader';
import { forbid, isCore } from './forbid';

const defaultPriority = 0;
const defaultPolicy = 'PreemptLowerPriority';

/** The class of a name; the system's own hold from before they are stored. */
function classNamed(name: string, classes: readonly PriorityClass[]): PriorityClass | undefined {
  const stored = classes.find(({ metadata }) => metadata?.name === name);
  const value = systemPriorities[name];
  return stored ?? (value === undefined ? undefined : { metadata: { name }, value });
}

/** Of several classes that claim to be the default, the lowest counts. */
function defaultClass(classes: readonly PriorityClass[]): PriorityClass | undefined {
  const defaults = classes.filter(({ globalDefault }) => globalDefault);
  return defaults.sort((a, b) => (a.value ?? 0) - (b.value ?? 0))[0];
}

/** Why a pod's priority can't be what it says; else sets it (API documentation "Pod Priority and Preemption"). Changes `spec`. */
export function resolvePriority(spec: PodSpec, classes: readonly PriorityClass[]): string | undefined {
  const className = spec.priorityClassName ?? '';
  const found = className ? classNamed(className, classes) : defaultClass(classes);
  if (className && !found) return `no PriorityClass with name ${className} was found`;
  const priority = found ? (found.value ?? 0) : defaultPriority;
  const policy = found?.preemptionPolicy ?? defaultPolicy;
  if (spec.priority !== undefined && spec.priority !== priority) {
    return `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${priority} from the given PriorityClass name`;
  }
  if (spec.preemptionPolicy && spec.preemptionPolicy !== policy) {
    return `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`;
  }
  if (found?.metadata?.name) spec.priorityClassName = found.metadata.name;
  spec.priority = priority;
  spec.preemptionPolicy = policy;
  return undefined;
}

/** Keeps what was resolved when the client leaves it out. */
function keepPriority(spec: PodSpec, previous: PodSpec | undefined): void {
  if (spec.priority === undefined && previous?.priority !== undefined) spec.priority = previous.priority;
  if (spec.preemptionPolicy === undefined && previous?.preemptionPolicy !== undefined) spec.preemptionPolicy = previous.preemptionPolicy;
}

/** Gives pods the number that their PriorityClass stands for. */
export const priority = (objects: ObjectReader): AdmissionPlugin => ({
  name: 'Priority',
  operations: ['CREATE', 'UPDATE'],
  admit: async (context) => {
    const pod: Pod | undefined = context.object;
    if (!isCore(context, 'pods') || !pod?.spec) return;
    if (context.operation === 'UPDATE') return keepPriority(pod.spec, (context.previous as Pod | undefined)?.spec);
    const classes = objects.list(resources.priorityClasses);
    const name = pod.spec.priorityClassName;
    // A class that was made a moment ago is not in the cache yet.
    const fresh = name && !classNamed(name, classes) ? await objects.read(resources.priorityClasses, name) : undefined;
    const why = resolvePriority(pod.spec, fresh ? [...classes, fresh] : classes);
    if (why !== undefined) throw forbid(context, why);
  },
});
