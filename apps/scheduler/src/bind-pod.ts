import { resources } from '@typernetes/api';
import type { Pod } from '@typernetes/api';
import { hasReason } from '@typernetes/machinery';
import type { NodeInfo } from './framework/node-info';
import type { PodInfo } from './framework/pod-info';
import type { Profile } from './framework/profile';
import type { SchedulerDependencies } from './dependencies';
import { reportFailure } from './report-failure';

interface Placement {
  readonly info: PodInfo;
  readonly profile: Profile;
  readonly node: NodeInfo | undefined;
  readonly nodeName: string;
}

/** What to call around waits that have nothing to do with the apiserver: they take no turn from other bindings. */
export interface Turn {
  leave(): void;
  takeAgain(): void;
}

/** Binds a pod that is assumed on its node already. Returns whether it has the node; if not, the pod is back in the queue, or known to be gone. */
export async function bindPod(placement: Placement, turn: Turn, dependencies: SchedulerDependencies): Promise<boolean> {
  const { info, nodeName } = placement;
  const { recorderOf, cache, queue, clock, logger } = dependencies;
  try {
    await preBind(placement, turn, dependencies);
    await bind(placement, dependencies);
    queue.done(info.uid);
    logger.info({ pod: info.key, node: nodeName }, 'bound');
    recorderOf(info.pod).record({ type: resources.pods, object: info.pod }, 'Normal', 'Scheduled', `Successfully assigned ${info.key} to ${nodeName}`);
    return true;
  } catch (error) {
    cache.forget(info.uid);
    await takeBack(placement, dependencies);
    const nowMs = clock.monotonic();
    // Gone, or bound by somebody else: the informer tells.
    if (hasReason(error, 'NotFound', 'Conflict')) queue.done(info.uid);
    else queue.failed(info.uid, new Set(), nowMs);
    queue.moveOnEvent({ kind: 'AssignedPodDelete', pod: info, node: placement.node }, nowMs);
    const message = error instanceof Error ? error.message : String(error);
    logger.warn({ pod: info.key, node: nodeName, error }, 'could not bind');
    if (!hasReason(error, 'NotFound')) await reportFailure(info, { reason: 'SchedulerError', message: `binding rejected: ${message}` }, dependencies);
    return false;
  }
}

/** What the plugins had written for the pod; a failure leaves it to the controllers that clean up. */
async function takeBack({ info, profile }: Placement, { logger }: SchedulerDependencies): Promise<void> {
  for (const plugin of profile.preBinders) {
    await plugin.unreserve?.(info).catch((error: unknown) => logger.warn({ pod: info.key, plugin: plugin.name, error }, 'could not take back what was reserved'));
  }
}

async function preBind({ info, profile, node }: Placement, turn: Turn, { metrics, clock }: SchedulerDependencies): Promise<void> {
  const startedAtMs = clock.monotonic();
  const waits = node ? profile.preBinders.flatMap((plugin) => plugin.preBind?.(info, node) ?? []) : [];
  if (waits.length === 0) return;
  turn.leave();
  let status: 'Success' | 'Error' = 'Error';
  try {
    await Promise.all(waits);
    status = 'Success';
  } finally {
    turn.takeAgain();
    metrics.point('preBind', profile.schedulerName, { status, seconds: (clock.monotonic() - startedAtMs) / 1_000 });
  }
}

async function bind({ info, profile, nodeName }: Placement, { client, clock, metrics, extenders }: SchedulerDependencies): Promise<void> {
  const startedAtMs = clock.monotonic();
  const extender = extenders.find((one) => one.binds && one.isInterestedIn(info));
  let status: 'Success' | 'Error' = 'Error';
  try {
    if (extender) await extender.bind(info, nodeName);
    else await client.resource(resources.pods).createSubresource(info.pod.metadata?.name ?? '', 'binding', bindingOf(info.pod, nodeName), { namespace: info.namespace });
    status = 'Success';
  } finally {
    metrics.point('bind', profile.schedulerName, { status, seconds: (clock.monotonic() - startedAtMs) / 1_000 });
  }
}

function bindingOf({ metadata }: Pod, nodeName: string): object {
  const { name, namespace, uid } = metadata ?? {};
  return { apiVersion: 'v1', kind: 'Binding', metadata: { name, namespace, uid }, target: { apiVersion: 'v1', kind: 'Node', name: nodeName } };
}
