import type { DaemonSetStatus } from '@typernetes/api';
import { isPodAvailable, isPodReady } from '@typernetes/machinery';
import { podsByNode, type DaemonView } from './daemon-plan';
import { isUpdated, judgeNode } from './daemon-pod';

/** What a DaemonSet has come to. Of several pods on a node the oldest counts. */
export function daemonStatus({ set, nodes, pods, hash, nowMs }: Omit<DaemonView, 'mayRetry'>): DaemonSetStatus {
  const byNode = podsByNode(pods);
  const status = { desiredNumberScheduled: 0, currentNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0, updatedNumberScheduled: 0, numberAvailable: 0 };
  for (const node of nodes) {
    const there = byNode.get(node.metadata?.name ?? '');
    const pod = there?.[0];
    if (!judgeNode(set, node).shouldRun) {
      if (pod) status.numberMisscheduled++;
      continue;
    }
    status.desiredNumberScheduled++;
    if (!pod) continue;
    status.currentNumberScheduled++;
    if (isPodReady(pod)) status.numberReady++;
    if (isPodAvailable(pod, set.spec?.minReadySeconds ?? 0, nowMs)) status.numberAvailable++;
    if (isUpdated(set, pod, hash)) status.updatedNumberScheduled++;
  }
  return {
    ...set.status,
    ...status,
    numberUnavailable: status.desiredNumberScheduled - status.numberAvailable,
    observedGeneration: set.metadata?.generation,
  };
}
