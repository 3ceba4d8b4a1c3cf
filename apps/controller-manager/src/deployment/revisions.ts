import type { Deployment, ReplicaSet } from '@typernetes/api';
import { sizeOf } from './replica-sets';

export const annotations = {
  revision: 'deployment.kubernetes.io/revision',
  history: 'deployment.kubernetes.io/revision-history',
  desired: 'deployment.kubernetes.io/desired-replicas',
  max: 'deployment.kubernetes.io/max-replicas',
} as const;

/** Those that tell of the object they stand on, and mean nothing on another. */
const own: readonly string[] = [...Object.values(annotations), 'kubectl.kubernetes.io/last-applied-configuration', 'deprecated.deployment.rollback.to'];

/** A number that an annotation says; undefined when it says none. */
export function numberIn({ metadata }: { metadata?: { annotations?: Record<string, string> } }, annotation: string): number | undefined {
  const text = metadata?.annotations?.[annotation];
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined;
}

/** One more than that of any other ReplicaSet. */
export const nextRevision = (others: readonly ReplicaSet[]): number => Math.max(0, ...others.map((set) => numberIn(set, annotations.revision) ?? 0)) + 1;

/** The annotations of the newest ReplicaSet: the Deployment's, its revision, and which ones it was before. */
export function newestAnnotations(deployment: Deployment, set: Partial<Pick<ReplicaSet, 'metadata'>>, revision: number): Record<string, string> {
  const inherited = Object.entries(deployment.metadata?.annotations ?? {}).filter(([name]) => !own.includes(name));
  const present = set.metadata?.annotations ?? {};
  const before = numberIn(set, annotations.revision) ?? 0;
  const kept = { ...present, ...Object.fromEntries(inherited) };
  if (before >= revision) return kept;
  const history = before > 0 ? [...(present[annotations.history]?.split(',') ?? []), String(before)] : [];
  return { ...kept, [annotations.revision]: String(revision), ...(history.length > 0 ? { [annotations.history]: history.join(',') } : {}) };
}

/** What a ReplicaSet remembers of the size that was wanted when it got its own. */
export const sizeAnnotations = ({ replicas, maxSurge }: { replicas: number; maxSurge: number }): Record<string, string> => ({
  [annotations.desired]: String(replicas),
  [annotations.max]: String(replicas + maxSurge),
});

/** Old ReplicaSets beyond the limit that have and had nothing to do, the lowest revisions first. */
export function superfluousSets({ spec }: Deployment, old: readonly ReplicaSet[]): ReplicaSet[] {
  const limit = spec?.revisionHistoryLimit;
  if (limit === undefined) return [];
  const living = old.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
  const sorted = [...living].sort((a, b) => (numberIn(a, annotations.revision) ?? 0) - (numberIn(b, annotations.revision) ?? 0));
  return sorted.slice(0, Math.max(0, living.length - limit)).filter((set) => sizeOf(set) === 0 && (set.status?.replicas ?? 0) === 0 && (set.metadata?.generation ?? 0) <= (set.status?.observedGeneration ?? 0));
}
