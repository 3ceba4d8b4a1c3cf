import type { ContainerStatus, Pod } from '../generated/types';

/** What the STATUS and RESTARTS columns say. */
export interface PodSummary {
  reason: string;
  ready: number;
  total: number;
  restarts: number;
  /** When a container last ended and was restarted, RFC 3339. */
  lastRestart?: string;
}

/** One word for a pod's state, as `kubectl get pods` has always found it. */
export function summarizePod(pod: Pod): PodSummary {
  const { spec, status } = pod;
  const sidecars = new Set((spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always').map(({ name }) => name));
  const summary: PodSummary = {
    reason: status?.reason || status?.phase || '',
    ready: 0,
    total: (spec?.containers.length ?? 0) + sidecars.size,
    restarts: 0,
  };
  const gated = status?.conditions?.find(({ type, reason }) => type === 'PodScheduled' && reason === 'SchedulingGated');
  if (gated) summary.reason = 'SchedulingGated';
  const initializing = summarizeInit(pod, sidecars, summary);
  if (!initializing || isInitialized(pod)) summarizeContainers(pod, summary, initializing);
  if (pod.metadata?.deletionTimestamp) {
    const isOver = status?.phase === 'Succeeded' || status?.phase === 'Failed';
    if (status?.reason === 'NodeLost') summary.reason = 'Unknown';
    else if (!isOver) summary.reason = 'Terminating';
  }
  return summary;
}

function isInitialized({ status }: Pod): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === 'Initialized' && value === 'True') ?? false;
}

/** Goes through the init containers up to the one that is not through. True when there is one. */
function summarizeInit({ spec, status }: Pod, sidecars: ReadonlySet<string>, summary: PodSummary): boolean {
  const statuses = status?.initContainerStatuses ?? [];
  let restarts = 0;
  let lastRestart: string | undefined;
  for (const [index, container] of statuses.entries()) {
    const isSidecar = sidecars.has(container.name);
    restarts += container.restartCount;
    lastRestart = later(lastRestart, container.lastState?.terminated?.finishedAt);
    if (isSidecar) {
      summary.restarts += container.restartCount;
      summary.lastRestart = later(summary.lastRestart, container.lastState?.terminated?.finishedAt);
    }
    const { terminated, waiting } = container.state ?? {};
    if (terminated?.exitCode === 0) continue;
    if (isSidecar && container.started) {
      if (container.ready) summary.ready++;
      continue;
    }
    if (terminated) summary.reason = `Init:${terminationText(terminated)}`;
    else if (waiting?.reason && waiting.reason !== 'PodInitializing') summary.reason = `Init:${waiting.reason}`;
    else summary.reason = `Init:${index}/${spec?.initContainers?.length ?? 0}`;
    summary.restarts = restarts;
    summary.lastRestart = lastRestart;
    return true;
  }
  return false;
}

function summarizeContainers({ status }: Pod, summary: PodSummary, initializing: boolean): void {
  // An initialised pod that restarts an init container (its sandbox was lost) counts its containers' restarts alone.
  if (initializing) summary.restarts = 0;
  let hasRunning = false;
  // The first container has the last word, so it goes last.
  for (const container of [...(status?.containerStatuses ?? [])].reverse()) {
    summary.restarts += container.restartCount;
    summary.lastRestart = later(summary.lastRestart, container.lastState?.terminated?.finishedAt);
    const { waiting, terminated, running } = container.state ?? {};
    if (waiting?.reason) summary.reason = waiting.reason;
    else if (terminated) summary.reason = terminationText(terminated);
    else if (container.ready && running) {
      hasRunning = true;
      summary.ready++;
    }
  }
  if (summary.reason === 'Completed' && hasRunning) {
    const isReady = status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True');
    summary.reason = isReady ? 'Running' : 'NotReady';
  }
}

type Terminated = NonNullable<NonNullable<ContainerStatus['state']>['terminated']>;

function terminationText({ reason, signal, exitCode }: Terminated): string {
  if (reason) return reason;
  return signal ? `Signal:${signal}` : `ExitCode:${exitCode}`;
}

function later(a: string | undefined, b: string | undefined): string | undefined {
  return a === undefined || (b !== undefined && b > a) ? b : a;
}
