import type { Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet } from '@typernetes/api';
import { findCondition, formatTime, parseTime } from '@typernetes/machinery';
import { sizeOf, sum } from './replica-sets';
import { boundsOf } from './rollout-bounds';

/** This deadline means that there is none (upstream's math.MaxInt32). */
const noDeadline = 2_147_483_647;

type Conditions = readonly DeploymentCondition[];
type News = Pick<DeploymentCondition, 'type' | 'status' | 'reason' | 'message'>;

/** Puts a condition in. One that says the same (status and reason) stays, unless `renewed`: then it says so anew. */
export function withCondition(conditions: Conditions, news: News, { nowMs, renewed = false }: { nowMs: number; renewed?: boolean }): Conditions {
  const known = findCondition(conditions, news.type);
  if (!renewed && known?.status === news.status && known.reason === news.reason) return conditions;
  const now = formatTime(nowMs);
  const lastTransitionTime = known?.status === news.status ? known.lastTransitionTime : now;
  return [...conditions.filter(({ type }) => type !== news.type), { ...news, lastUpdateTime: now, lastTransitionTime }];
}

const hasDeadline = ({ spec }: Deployment): boolean => (spec?.progressDeadlineSeconds ?? noDeadline) !== noDeadline;

/** Everything wanted is there, is of the present template and serves. */
export function isComplete({ metadata, spec }: Deployment, status: DeploymentStatus): boolean {
  const replicas = spec?.replicas ?? 1;
  return status.updatedReplicas === replicas && status.replicas === replicas && status.availableReplicas === replicas && (status.observedGeneration ?? 0) >= (metadata?.generation ?? 0);
}

function isProgressing({ status: before = {} }: Deployment, now: DeploymentStatus): boolean {
  const old = (status: DeploymentStatus): number => (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return (now.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) || old(now) < old(before) || (now.readyReplicas ?? 0) > (before.readyReplicas ?? 0) || (now.availableReplicas ?? 0) > (before.availableReplicas ?? 0);
}

/** Milliseconds until a rollout that makes no progress has failed; undefined: no rollout is on its way. */
export function deadlineInMs(deployment: Deployment, conditions: Conditions, nowMs: number): number | undefined {
  const progressing = findCondition(conditions, 'Progressing');
  if (!progressing || !hasDeadline(deployment) || progressing.reason === 'NewReplicaSetAvailable' || deployment.spec?.paused) return undefined;
  const since = parseTime(progressing.lastUpdateTime ?? '') ?? nowMs;
  return since + (deployment.spec?.progressDeadlineSeconds ?? 0) * 1000 - nowMs;
}

/** The numbers and whether enough pods serve; other conditions are kept. */
export function countedStatus(deployment: Deployment, newest: ReplicaSet | undefined, all: readonly ReplicaSet[], nowMs: number): DeploymentStatus {
  const available = sum(all, ({ status }) => status?.availableReplicas);
  const { replicas, maxUnavailable } = boundsOf(deployment);
  const isAvailable = available >= replicas - maxUnavailable;
  const news: News = {
    type: 'Available',
    status: isAvailable ? 'True' : 'False',
    reason: isAvailable ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
    message: isAvailable ? 'Deployment has minimum availability.' : 'Deployment does not have minimum availability.',
  };
  const { collisionCount } = deployment.status ?? {};
  return {
    observedGeneration: deployment.metadata?.generation,
    replicas: sum(all, ({ status }) => status?.replicas),
    updatedReplicas: newest?.status?.replicas ?? 0,
    readyReplicas: sum(all, ({ status }) => status?.readyReplicas),
    availableReplicas: available,
    terminatingReplicas: sum(all, ({ status }) => status?.terminatingReplicas),
    unavailableReplicas: Math.max(0, sum(all, sizeOf) - available),
    ...(collisionCount === undefined ? {} : { collisionCount }),
    conditions: [...withCondition(deployment.status?.conditions ?? [], news, { nowMs })],
  };
}

/** As `countedStatus`, and what is to be said of the rollout. */
export function rolloutStatus(deployment: Deployment, newest: ReplicaSet | undefined, all: readonly ReplicaSet[], nowMs: number): DeploymentStatus {
  const counted = countedStatus(deployment, newest, all, nowMs);
  const conditions = withFailure(withProgress(deployment, counted, newest, nowMs), newest, all);
  return { ...counted, conditions: [...conditions] };
}

function withProgress(deployment: Deployment, status: DeploymentStatus, newest: ReplicaSet | undefined, nowMs: number): Conditions {
  const conditions = status.conditions ?? [];
  if (!hasDeadline(deployment)) return conditions.filter(({ type }) => type !== 'Progressing');
  const known = findCondition(conditions, 'Progressing');
  // A rollout that is over stays over, whatever becomes of its pods later.
  if (known?.reason === 'NewReplicaSetAvailable' && status.replicas === status.updatedReplicas) return conditions;
  const what = newest ? `ReplicaSet "${newest.metadata?.name}"` : `Deployment "${deployment.metadata?.name}"`;
  const news = (ok: boolean, reason: string, rest: string): News => ({ type: 'Progressing', status: ok ? 'True' : 'False', reason, message: `${what} ${rest}` });
  if (isComplete(deployment, status)) return withCondition(conditions, news(true, 'NewReplicaSetAvailable', 'has successfully progressed.'), { nowMs });
  if (isProgressing(deployment, status)) return withCondition(conditions, news(true, 'ReplicaSetUpdated', 'is progressing.'), { nowMs, renewed: true });
  const isLate = known?.reason === 'ProgressDeadlineExceeded' || (deadlineInMs(deployment, conditions, nowMs) ?? 1) <= 0;
  return isLate ? withCondition(conditions, news(false, 'ProgressDeadlineExceeded', 'has timed out progressing.'), { nowMs }) : conditions;
}

/** What hinders a ReplicaSet hinders the Deployment: the newest one's trouble first. */
function withFailure(conditions: Conditions, newest: ReplicaSet | undefined, all: readonly ReplicaSet[]): Conditions {
  const failure = [...(newest ? [newest] : []), ...all].map(({ status }) => findCondition(status?.conditions, 'ReplicaFailure')).find((found) => found?.status === 'True');
  const others = conditions.filter(({ type }) => type !== 'ReplicaFailure');
  if (!failure) return others;
  return [...others, { ...failure, lastUpdateTime: failure.lastTransitionTime }];
}

/** Paused and resumed rollouts are told, so that the deadline starts anew. @returns the conditions, the same ones when there is nothing new */
export function withPause({ spec, status }: Deployment, nowMs: number): Conditions {
  const conditions = status?.conditions ?? [];
  const known = findCondition(conditions, 'Progressing');
  if (spec?.progressDeadlineSeconds === undefined || known?.reason === 'ProgressDeadlineExceeded') return conditions;
  const isTold = known?.reason === 'DeploymentPaused';
  if (spec.paused && !isTold) return withCondition(conditions, { type: 'Progressing', status: 'Unknown', reason: 'DeploymentPaused', message: 'Deployment is paused' }, { nowMs });
  if (!spec.paused && isTold) return withCondition(conditions, { type: 'Progressing', status: 'Unknown', reason: 'DeploymentResumed', message: 'Deployment is resumed' }, { nowMs });
  return conditions;
}
