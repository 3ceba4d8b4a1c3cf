import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from '@typernetes/machinery';

type WithSpecAndStatus = KubernetesObject & { spec?: unknown; status?: unknown };

/** Gives `next` the field as it was, also when it was absent: the endpoint must not change it. */
export function keepField<T extends object, K extends keyof T>(next: T, previous: T, field: K): void {
  if (previous[field] === undefined) delete next[field];
  else next[field] = previous[field];
}

/** The first generation of an object is 1. */
export function startGeneration(next: KubernetesObject): void {
  next.metadata = { ...next.metadata, generation: 1 };
}

/** Counts one up when `isChanged`, else keeps the number; what the client wrote there does not count. */
export function countGeneration(next: KubernetesObject, previous: KubernetesObject, isChanged: boolean): void {
  const generation = previous.metadata?.generation ?? 0;
  next.metadata = { ...next.metadata, generation: isChanged ? generation + 1 : generation };
  if (next.metadata.generation === 0) delete next.metadata.generation;
}

export function countGenerationOfSpec(next: WithSpecAndStatus, previous: WithSpecAndStatus): void {
  countGeneration(next, previous, !isDeepStrictEqual(next.spec, previous.spec));
}
