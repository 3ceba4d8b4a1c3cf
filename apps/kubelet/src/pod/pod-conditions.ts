import type { ContainerStatus, Pod, PodCondition } from '@typernetes/api';
import { findCondition, isConditionTrue } from '@typernetes/machinery';
import { containersOf, initContainersOf, isSidecar } from './pod-kind';
import type { Phase } from './phase';

type Outcome = Pick<PodCondition, 'status' | 'reason' | 'message'>;

/** Conditions that the kubelet writes; all others are left as they are. */
export const ownConditions = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'] as const;

/** Those that are there for a while only: the kubelet also takes them away. */
export const passingConditions = ['PodResizePending', 'PodResizeInProgress'] as const;

/** One that others set too: told when it is the kubelet's, and never taken away. */
export const sharedConditions = ['DisruptionTarget'] as const;

const yes: Outcome = { status: 'True' };
const completed = (status: 'True' | 'False'): Outcome => ({ status, reason: 'PodCompleted' });
const namesText = (names: string[]): string => `[${names.join(' ')}]`;

export function initialized(pod: Pod, init: ContainerStatus[], phase: Phase): Outcome {
  if (phase === 'Succeeded') return completed('True');
  const byName = new Map(init.map((status) => [status.name, status]));
  const incomplete = initContainersOf(pod).filter((container) => {
    const status = byName.get(container.name);
    return isSidecar(container) ? !status?.started : !status?.ready;
  });
  if (incomplete.length === 0) return yes;
  return {
    status: 'False',
    reason: 'ContainersNotInitialized',
    message: `containers with incomplete status: ${namesText(incomplete.map(({ name }) => name))}`,
  };
}

export function containersReady(pod: Pod, statuses: ContainerStatus[], phase: Phase): Outcome {
  if (phase === 'Succeeded') return completed('False');
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  const byName = new Map(statuses.map((status) => [status.name, status]));
  const counted = [...initContainersOf(pod).filter(isSidecar), ...containersOf(pod)];
  const unready = counted.filter(({ name }) => !byName.get(name)?.ready);
  if (unready.length === 0) return yes;
  return { status: 'False', reason: 'ContainersNotReady', message: `containers with unready status: ${namesText(unready.map(({ name }) => name))}` };
}

/** Ready: the containers are, and every readiness gate is open (KEP-580). */
export function podReady(pod: Pod, containers: Outcome): Outcome {
  if (containers.status !== 'True') return containers;
  const texts = (pod.spec?.readinessGates ?? []).flatMap(({ conditionType }) => {
    const gate = findCondition(pod.status?.conditions, conditionType);
    if (!gate) return [`corresponding condition of pod readiness gate "${conditionType}" does not exist.`];
    return isConditionTrue(pod.status?.conditions, conditionType)
      ? []
      : [`the status of pod readiness gate "${conditionType}" is not "True", but ${gate.status}`];
  });
  return texts.length === 0 ? yes : { status: 'False', reason: 'ReadinessGatesNotReady', message: texts.join(', ') };
}
