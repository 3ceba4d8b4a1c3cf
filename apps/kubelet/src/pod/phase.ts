import type { ContainerStatus, Pod } from '@typernetes/api';
import { containersOf, initContainersOf, isSidecar } from './pod-kind';

export type Phase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

const exitCodeOf = (status: ContainerStatus | undefined): number | undefined =>
  status?.state?.terminated?.exitCode ?? (status?.state?.waiting ? status.lastState?.terminated?.exitCode : undefined);

/** One word for the whole pod (API docs: pod phase). */
export function podPhase(pod: Pod, init: ContainerStatus[], regular: ContainerStatus[]): Phase {
  const byName = new Map([...init, ...regular].map((status) => [status.name, status]));
  const hasStarted = regular.some(({ state, lastState }) => state?.running || state?.terminated || lastState?.terminated);
  let initPending = false;
  for (const container of initContainersOf(pod)) {
    const status = byName.get(container.name);
    if (isSidecar(container)) {
      if (!status?.started) initPending = true;
    } else if (exitCodeOf(status) !== 0) {
      if (status?.state?.terminated && pod.spec?.restartPolicy === 'Never') return 'Failed';
      initPending = true;
    }
  }
  if (initPending && !hasStarted) return 'Pending';
  return phaseOfContainers(pod, byName);
}

function phaseOfContainers(pod: Pod, byName: ReadonlyMap<string, ContainerStatus>): Phase {
  const statuses = containersOf(pod).map(({ name }) => byName.get(name));
  const counts = { running: 0, waiting: 0, stopped: 0, succeeded: 0 };
  for (const status of statuses) {
    if (status?.state?.running) counts.running++;
    else if (status?.state?.terminated) {
      counts.stopped++;
      if (status.state.terminated.exitCode === 0) counts.succeeded++;
    } else if (status?.lastState?.terminated) counts.stopped++;
    else counts.waiting++;
  }
  if (counts.waiting > 0) return 'Pending';
  if (counts.running > 0) return 'Running';
  const policy = pod.spec?.restartPolicy ?? 'Always';
  if (policy === 'Always') return 'Running';
  if (counts.stopped === counts.succeeded) return 'Succeeded';
  return policy === 'Never' ? 'Failed' : 'Running';
}
