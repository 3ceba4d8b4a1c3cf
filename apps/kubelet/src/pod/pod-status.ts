import type { Pod, PodCondition, PodStatus } from '@typernetes/api';
import { formatTime, qosClass } from '@typernetes/machinery';
import type { Failure, StatusInput } from './container-status';
import { containerStatuses } from './container-status';
import { podPhase } from './phase';
import type { Phase } from './phase';
import { containersReady, initialized, podReady } from './pod-conditions';
import { containersOf, ephemeralContainersOf, initContainersOf } from './pod-kind';

type Outcome = Pick<PodCondition, 'status' | 'reason' | 'message'>;

export const isTerminalPhase = (phase: string | undefined): boolean => phase === 'Succeeded' || phase === 'Failed';

/** What the API shall say about the pod: a pure function of what is wanted, what runs, and what probes say. */
export function podStatus(input: StatusInput): PodStatus {
  const { pod, nowMs } = input;
  if (input.failure?.isRefused) return refused(input, input.failure);
  if (hasLongEnded(input)) return { ...pod.status, observedGeneration: pod.metadata?.generation };
  const init = containerStatuses(input, initContainersOf(pod));
  const regular = containerStatuses(input, containersOf(pod));
  const ephemeral = containerStatuses(input, ephemeralContainersOf(pod));
  const phase = phaseOf(input, init, regular);
  const ready = containersReady(pod, [...init, ...regular], phase);
  const { failure } = input;
  const outcomes: [string, Outcome][] = [
    ['PodReadyToStartContainers', { status: hasNetwork(input) ? 'True' : 'False' }],
    ['Initialized', initialized(pod, init, phase)],
    ['Ready', podReady(pod, ready)],
    ['ContainersReady', ready],
    ['PodScheduled', { status: 'True' }],
    ...(failure?.isEviction && !failure.isOwnFault ? [disruption(failure.message)] : []),
    ...(input.resizeConditions ?? []).map(({ type, ...outcome }): [string, Outcome] => [type, outcome]),
  ];
  const ips = podIPs(input);
  return {
    phase,
    observedGeneration: pod.metadata?.generation,
    conditions: outcomes.map(([type, outcome]) => condition(pod, type, outcome, nowMs)),
    ...(failure ? { reason: failure.reason, message: failure.message } : pod.status?.reason ? { reason: pod.status.reason, message: pod.status.message } : {}),
    hostIP: input.nodeIPs[0],
    hostIPs: input.nodeIPs.map((ip) => ({ ip })),
    ...(ips.length > 0 ? { podIP: ips[0], podIPs: ips.map((ip) => ({ ip })) } : {}),
    startTime: pod.status?.startTime ?? formatTime(nowMs),
    qosClass: pod.status?.qosClass ?? qosClass(pod),
    ...(init.length > 0 ? { initContainerStatuses: init } : {}),
    containerStatuses: regular,
    ...(ephemeral.length > 0 ? { ephemeralContainerStatuses: ephemeral } : {}),
  };
}

/** KEP-3329: what a Job's pod failure policy can pass over. */
const disruption = (message: string): [string, Outcome] => ['DisruptionTarget', { status: 'True', reason: 'TerminationByKubelet', message }];

/** A pod that the node never took: nothing of it can be told but why. */
function refused({ pod, nowMs }: StatusInput, { reason, message }: Failure): PodStatus {
  return {
    phase: 'Failed',
    observedGeneration: pod.metadata?.generation,
    reason,
    message,
    startTime: pod.status?.startTime ?? formatTime(nowMs),
    qosClass: pod.status?.qosClass ?? qosClass(pod),
  };
}

/** Its end has been told and the runtime remembers nothing. */
const hasLongEnded = ({ pod, runtime }: StatusInput): boolean =>
  isTerminalPhase(pod.status?.phase) && runtime.sandboxes.length === 0 && runtime.containers.length === 0;

/**
 * What may be told while something of the pod still runs: an end is told when it is one, since others build on it (a
 * Job starts the next pod).
 */
export function toldStatus(status: PodStatus, before: PodStatus | undefined, isRunning: boolean): PodStatus {
  if (!isRunning || !isTerminalPhase(status.phase) || isTerminalPhase(before?.phase)) return status;
  const { reason: _reason, message: _message, ...rest } = status;
  return { ...rest, phase: before?.phase ?? 'Pending' };
}

/** A pod that has ended never comes back, whatever containers look like afterwards. */
function phaseOf({ pod, failure, isStopping }: StatusInput, init: PodStatus['containerStatuses'] & object, regular: PodStatus['containerStatuses'] & object): Phase {
  const before = pod.status?.phase;
  if (before === 'Succeeded' || before === 'Failed') return before;
  if (failure) return 'Failed';
  if (isStopping && regular.length > 0 && regular.every(({ state }) => state?.terminated)) {
    return regular.every(({ state }) => state?.terminated?.exitCode === 0) ? 'Succeeded' : 'Failed';
  }
  return podPhase(pod, init, regular);
}

function hasNetwork({ pod, runtime }: StatusInput): boolean {
  const [sandbox] = runtime.sandboxes;
  return sandbox?.ready === true && (pod.spec?.hostNetwork === true || sandbox.ips.length > 0);
}

function podIPs({ pod, runtime, nodeIPs }: StatusInput): string[] {
  if (pod.spec?.hostNetwork) return nodeIPs;
  const [sandbox] = runtime.sandboxes;
  if (sandbox && sandbox.ips.length > 0) return sandbox.ips;
  return (pod.status?.podIPs ?? []).flatMap(({ ip }) => (ip ? [ip] : []));
}

function condition(pod: Pod, type: string, outcome: Outcome, nowMs: number): PodCondition {
  const before = pod.status?.conditions?.find((one) => one.type === type);
  const same = before?.status === outcome.status;
  return {
    type,
    ...outcome,
    observedGeneration: pod.metadata?.generation,
    lastProbeTime: undefined,
    lastTransitionTime: same && before.lastTransitionTime ? before.lastTransitionTime : formatTime(nowMs),
  };
}
