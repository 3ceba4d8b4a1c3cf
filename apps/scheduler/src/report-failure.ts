import { resources } from '@typernetes/api';
import { formatTime, hasReason, setCondition } from '@typernetes/machinery';
import type { PodInfo } from './framework/pod-info';
import type { SchedulerDependencies } from './dependencies';

export interface Failure {
  reason: 'Unschedulable' | 'SchedulerError';
  message: string;
  /** null: the pod has none any more; undefined: as it was. */
  nominatedNodeName?: string | null;
}

type Needs = Pick<SchedulerDependencies, 'client' | 'recorderOf' | 'clock' | 'logger'>;

/** Event, PodScheduled condition and nomination; the status is written only when it changes. */
export async function reportFailure({ pod, key }: PodInfo, failure: Failure, needs: Needs): Promise<void> {
  const { recorderOf, clock } = needs;
  const { reason, message, nominatedNodeName } = failure;
  recorderOf(pod).record({ type: resources.pods, object: pod }, 'Warning', 'FailedScheduling', message);
  const known = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  const isKnown = known?.status === 'False' && known.reason === reason && known.message === message;
  if (isKnown && (nominatedNodeName === undefined || nominatedNodeName === pod.status?.nominatedNodeName)) return;
  const condition = { type: 'PodScheduled', status: 'False', reason, message, lastProbeTime: undefined, lastTransitionTime: formatTime(clock.now()) };
  const conditions = setCondition(pod.status?.conditions, condition, clock.now()).filter(({ type }) => type === 'PodScheduled');
  await writePodStatus({ pod, key }, { conditions, nominatedNodeName }, needs);
}

/** Changes parts of a pod's status. What goes wrong is logged: the next attempt writes anew. */
export async function writePodStatus({ pod, key }: Pick<PodInfo, 'pod' | 'key'>, status: object, { client, logger }: Needs): Promise<void> {
  try {
    await client.resource(resources.pods).patch(
      pod.metadata?.name ?? '',
      { status },
      { namespace: pod.metadata?.namespace, subresource: 'status', type: 'application/strategic-merge-patch+json' },
    );
  } catch (error) {
    if (!hasReason(error, 'NotFound')) logger.warn({ error, pod: key }, 'could not write the status');
  }
}
