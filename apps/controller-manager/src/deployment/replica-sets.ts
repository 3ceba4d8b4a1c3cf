import type { Deployment, PodTemplateSpec, ReplicaSet } from '@typernetes/api';
import { parseTime } from '@typernetes/machinery';
import { canonicalJson } from '../controller-revisions/template-hash';

/** On ReplicaSets, their selectors and their pods: which template they are of. */
export const hashLabel = 'pod-template-hash';

export const sizeOf = ({ spec }: ReplicaSet): number => spec?.replicas ?? 1;

export const sum = (sets: readonly ReplicaSet[], of: (set: ReplicaSet) => number | undefined): number => sets.reduce((total, set) => total + (of(set) ?? 0), 0);

const createdAt = ({ metadata }: ReplicaSet): number => parseTime(metadata?.creationTimestamp ?? '') ?? 0;
const byName = (a: ReplicaSet, b: ReplicaSet): number => ((a.metadata?.name ?? '') < (b.metadata?.name ?? '') ? -1 : 1);

export const oldestFirst = (sets: readonly ReplicaSet[]): ReplicaSet[] => [...sets].sort((a, b) => createdAt(a) - createdAt(b) || byName(a, b));

/** Largest first; of equal ones the newer (or the older) first. */
export function largestFirst(sets: readonly ReplicaSet[], ofEqual: 'newer' | 'older'): ReplicaSet[] {
  const sign = ofEqual === 'newer' ? -1 : 1;
  return [...sets].sort((a, b) => sizeOf(b) - sizeOf(a) || sign * (createdAt(a) - createdAt(b)) || byName(a, b));
}

function withoutHash(template: PodTemplateSpec | undefined): unknown {
  const { [hashLabel]: _hash, ...labels } = template?.metadata?.labels ?? {};
  return { ...template, metadata: { ...template?.metadata, labels } };
}

export interface Generations {
  /** The one of the present template; absent: there is none yet. */
  readonly newest: ReplicaSet | undefined;
  readonly old: ReplicaSet[];
}

/** Which ReplicaSet is of the present template: the oldest of those that are, should there be several. */
export function generationsOf({ spec }: Deployment, sets: readonly ReplicaSet[]): Generations {
  const wanted = canonicalJson(withoutHash(spec?.template));
  const newest = oldestFirst(sets).find((set) => canonicalJson(withoutHash(set.spec?.template)) === wanted);
  return { newest, old: sets.filter((set) => set !== newest) };
}
