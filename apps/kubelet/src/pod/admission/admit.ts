import type { Node, Pod } from '@typernetes/api';
import { affinityRefusal, portRefusal, taintRefusal } from './placement';
import type { Refusal } from './refusal';
import { resourceRefusal } from './resources';
import { sysctlRefusal } from './sysctls';

/** What the decision about a new pod looks at. */
export interface AdmissionFacts {
  /** Pods of the node that have not ended. */
  others: readonly Pod[];
  /** Undefined before the node is registered. */
  node: Node | undefined;
  allocatable: Readonly<Record<string, string>>;
  allowedUnsafeSysctls: readonly string[];
  /** From the node's own files: no taint keeps it away. */
  isStatic?: boolean;
}

/** Why the node does not take the pod; undefined when it does. The first rule that is broken is told, in upstream's order. */
export function refusalOf(pod: Pod, { others, node, allocatable, allowedUnsafeSysctls, isStatic }: AdmissionFacts): Refusal | undefined {
  const steps: (() => Refusal | undefined)[] = [
    () => sysctlRefusal(pod, allowedUnsafeSysctls),
    () => resourceRefusal(pod, others, allocatable),
    () => node && affinityRefusal(pod, node),
    () => portRefusal(pod, others),
    () => (node && !isStatic ? taintRefusal(pod, node) : undefined),
  ];
  for (const step of steps) {
    const refusal = step();
    if (refusal) return refusal;
  }
  return undefined;
}
