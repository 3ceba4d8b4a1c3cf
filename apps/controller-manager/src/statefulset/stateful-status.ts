import type { Pod, StatefulSetStatus } from '@typernetes/api';
import { isPodAvailable, isPodReady, isPodTerminating } from '@typernetes/machinery';
import type { StatefulView } from './stateful-plan';
import { replicasOf, revisionOf } from './stateful-pod';

/** What a StatefulSet has come to; when all pods are of the new revision, it becomes the current one. */
export function statefulStatus({ set, pods, currentRevision, updateRevision, nowMs }: StatefulView): StatefulSetStatus {
  const minReady = set.spec?.minReadySeconds ?? 0;
  const ready = pods.filter((pod) => pod.status?.phase === 'Running' && isPodReady(pod));
  const counted = pods.filter((pod) => !isPodTerminating(pod));
  const ofRevision = (name: string): number => counted.filter((pod: Pod) => revisionOf(pod) === name).length;
  const status: StatefulSetStatus = {
    ...set.status,
    observedGeneration: set.metadata?.generation,
    replicas: pods.length,
    readyReplicas: ready.length,
    availableReplicas: ready.filter((pod) => isPodAvailable(pod, minReady, nowMs)).length,
    currentReplicas: ofRevision(currentRevision),
    updatedReplicas: ofRevision(updateRevision),
    currentRevision,
    updateRevision,
  };
  const replicas = replicasOf(set);
  const isComplete = status.updatedReplicas === replicas && status.readyReplicas === replicas && status.replicas === replicas;
  if (isComplete && set.spec?.updateStrategy?.type !== 'OnDelete') {
    status.currentReplicas = status.updatedReplicas;
    status.currentRevision = updateRevision;
  }
  return status;
}
