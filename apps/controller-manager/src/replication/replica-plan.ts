import type { Pod, ReplicationController } from '@typernetes/api';
import { controllerOf, isPodActive, isPodAvailable, isPodReady, selectorFromMap } from '@typernetes/machinery';
import { rankForDeletion } from './pod-ranking';

/** Pods created or deleted in one go; the rest follows in the next reconcile. */
export const burstReplicas = 500;

export interface ReplicaPlan {
  /** Orphans that match the selector. */
  adopt: Pod[];
  /** Pods of ours that no longer match. */
  release: Pod[];
  createCount: number;
  delete: Pod[];
  /** Pods that count as ours after this plan's adoptions and releases. */
  owned: Pod[];
}

/**
 * What has to happen so that as many pods run as are wanted. `pods` are those of the controller's namespace. A
 * controller on its way out does nothing more: the garbage collector decides about its pods.
 */
export function planReplicas(controller: ReplicationController, pods: readonly Pod[]): ReplicaPlan {
  const plan: ReplicaPlan = { adopt: [], release: [], createCount: 0, delete: [], owned: [] };
  const selector = selectorFromMap(controller.spec?.selector ?? {});
  const leaving = controller.metadata?.deletionTimestamp !== undefined;
  for (const pod of pods) {
    const owner = controllerOf(pod);
    const matches = selector.matches(pod.metadata?.labels ?? {});
    if (owner?.uid === controller.metadata?.uid) {
      if (matches) plan.owned.push(pod);
      else if (!leaving) plan.release.push(pod);
    } else if (!owner && matches && !leaving && isPodActive(pod)) {
      plan.adopt.push(pod);
      plan.owned.push(pod);
    }
  }
  if (leaving) return plan;
  const active = plan.owned.filter(isPodActive);
  const missing = (controller.spec?.replicas ?? 1) - active.length;
  if (missing > 0) plan.createCount = Math.min(missing, burstReplicas);
  else if (missing < 0) plan.delete = rankForDeletion(active).slice(0, Math.min(-missing, burstReplicas));
  return plan;
}

/** The status that the pods make; conditions are kept. */
export function replicaStatus(controller: ReplicationController, owned: readonly Pod[], nowMs: number): NonNullable<ReplicationController['status']> {
  const active = owned.filter(isPodActive);
  const template = selectorFromMap(controller.spec?.template?.metadata?.labels ?? {});
  return {
    ...controller.status,
    replicas: active.length,
    fullyLabeledReplicas: active.filter(({ metadata }) => template.matches(metadata?.labels ?? {})).length,
    readyReplicas: active.filter(isPodReady).length,
    availableReplicas: active.filter((pod) => isPodAvailable(pod, controller.spec?.minReadySeconds ?? 0, nowMs)).length,
    observedGeneration: controller.metadata?.generation,
  };
}
