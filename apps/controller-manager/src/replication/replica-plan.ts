import type { Pod } from '@typernetes/api';
import { formatTime, isPodActive, isPodAvailable, isPodReady, isPodTerminal, isPodTerminating, selectorFromMap } from '@typernetes/machinery';
import { rankForDeletion } from './pod-ranking';
import type { ReplicaOwner, ReplicaStatus } from './replica-style';

/** Pods created or deleted in one go; the rest follows in the next reconcile. */
export const burstReplicas = 500;

export interface ReplicaPlan {
  createCount: number;
  delete: Pod[];
}

/**
 * What has to happen so that as many pods run as are wanted. An owner on its way out does nothing more: the garbage
 * collector decides about its pods.
 *
 * @param owned the owner's pods
 * @param related pods of its siblings too, whose nodes count when some have to go
 */
export function planReplicas(owner: ReplicaOwner, owned: readonly Pod[], related: readonly Pod[] = owned): ReplicaPlan {
  if (owner.metadata?.deletionTimestamp !== undefined) return { createCount: 0, delete: [] };
  const active = owned.filter(isPodActive);
  const missing = (owner.spec?.replicas ?? 1) - active.length;
  return {
    createCount: Math.max(0, Math.min(missing, burstReplicas)),
    delete: missing < 0 ? rankForDeletion(active, related.filter(isPodActive)).slice(0, Math.min(-missing, burstReplicas)) : [],
  };
}

/** The status that the pods make; conditions are kept. */
export function replicaStatus(owner: ReplicaOwner, owned: readonly Pod[], { nowMs, countsTerminating }: { nowMs: number; countsTerminating: boolean }): ReplicaStatus {
  const active = owned.filter(isPodActive);
  const template = selectorFromMap(owner.spec?.template?.metadata?.labels ?? {});
  return {
    ...owner.status,
    replicas: active.length,
    fullyLabeledReplicas: active.filter(({ metadata }) => template.matches(metadata?.labels ?? {})).length,
    readyReplicas: active.filter(isPodReady).length,
    availableReplicas: active.filter((pod) => isPodAvailable(pod, owner.spec?.minReadySeconds ?? 0, nowMs)).length,
    ...(countsTerminating ? { terminatingReplicas: owned.filter((pod) => isPodTerminating(pod) && !isPodTerminal(pod)).length } : {}),
    observedGeneration: owner.metadata?.generation,
  };
}

/** What could not be done, and which way the number was to change. */
export interface ReplicaFailure {
  readonly reason: 'FailedCreate' | 'FailedDelete';
  readonly message: string;
}

/**
 * The ReplicaFailure condition is there exactly while pods cannot be created or deleted. It tells the first failure of
 * its sort: a message with the name of each pod that was refused would be written, seen and answered for ever.
 */
export function failureConditions({ status }: ReplicaOwner, failure: ReplicaFailure | undefined, nowMs: number): ReplicaStatus['conditions'] {
  const others = (status?.conditions ?? []).filter(({ type }) => type !== 'ReplicaFailure');
  const known = status?.conditions?.find(({ type }) => type === 'ReplicaFailure');
  if (!failure) return others.length ? others : undefined;
  if (known?.status === 'True' && known.reason === failure.reason) return [...others, known];
  return [...others, { type: 'ReplicaFailure', status: 'True', ...failure, lastTransitionTime: known?.lastTransitionTime ?? formatTime(nowMs) }];
}
