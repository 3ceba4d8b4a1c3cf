import type { Pod } from '@typernetes/api';
import { resources } from '@typernetes/api';
import type { ApiClient, EventRecorder } from '@typernetes/client';
import type { Logger } from '@typernetes/component';
import type { Clock } from '@typernetes/machinery';
import { formatTime, hasReason } from '@typernetes/machinery';
import type { PodInfo } from './framework/pod-info';

export interface EvictionDependencies {
  client: ApiClient;
  recorderOf(pod: Pod): EventRecorder;
  clock: Clock;
  logger: Logger;
}

/** Ends the victims for the pod's sake: each learns why (condition and event), then it is deleted with its own grace period. */
export async function evictVictims(preemptor: PodInfo, { nodeName, victims }: { nodeName: string; victims: readonly PodInfo[] }, dependencies: EvictionDependencies): Promise<void> {
  // One that is on its way out already only has to be waited for.
  await Promise.all(victims.filter(({ terminating }) => !terminating).map((victim) => evict(preemptor, victim, nodeName, dependencies)));
}

async function evict(preemptor: PodInfo, victim: PodInfo, nodeName: string, { client, recorderOf, clock, logger }: EvictionDependencies): Promise<void> {
  const pods = client.resource(resources.pods);
  const { name = '', namespace, uid } = victim.pod.metadata ?? {};
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'PreemptionByScheduler',
    message: `${preemptor.pod.spec?.schedulerName ?? 'default-scheduler'}: preempting to accommodate a higher priority pod`,
    lastTransitionTime: formatTime(clock.now()),
  };
  try {
    const patch = { metadata: { uid }, status: { conditions: [condition] } };
    await pods.patch(name, patch, { namespace, subresource: 'status', type: 'application/strategic-merge-patch+json' });
    await pods.delete(name, { namespace, preconditions: { uid } });
    recorderOf(preemptor.pod).record({ type: resources.pods, object: victim.pod }, 'Normal', 'Preempted', `Preempted by pod ${preemptor.uid} on node ${nodeName}`);
    logger.info({ pod: preemptor.key, victim: victim.key, node: nodeName }, 'preempted');
  } catch (error) {
    // Gone, or another pod of its name: the room is there all the same.
    if (!hasReason(error, 'NotFound', 'Conflict')) throw error;
  }
}
