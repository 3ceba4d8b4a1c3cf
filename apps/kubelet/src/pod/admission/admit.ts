import type { Node, Pod } from '@typernetes/api';
import type { Pressure } from '../../node/pressure';
import { affinityRefusal, portRefusal, taintRefusal } from './placement';
import { pressureRefusal } from './pressure';
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
  pressure: Pressure;
  /** From the node's own files: no taint keeps it away. */
  isStatic?: boolean;
}

/** Why the node does not take the pod; undefined when it does. The first rule that is broken is told, in upstream's order. */
export function refusalOf(pod: Pod, { others, node, allocatable, allowedUnsafeSysctls, pressure, isStatic }: AdmissionFacts): Refusal | undefined {
  const steps: (() => Refusal | undefined)[] = [
    () => pressureRefusal(pod, pressure),
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
