import type { KubernetesObject } from '@typernetes/machinery';
import type { WriteStrategy } from './kind';
import { sameValue } from './validation/checks';

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
  countGeneration(next, previous, !sameValue(next.spec, previous.spec));
}

/** As countGenerationOfSpec for kinds whose controllers read annotations like spec. */
export function countGenerationOfSpecAndAnnotations(next: WithSpecAndStatus, previous: WithSpecAndStatus): void {
  const isSame = sameValue(next.spec, previous.spec) && sameValue(next.metadata?.annotations ?? {}, previous.metadata?.annotations ?? {});
  countGeneration(next, previous, !isSame);
}

/** Users write the spec; the status is its subresource's, through which nothing else can be written. */
export const keepStatus: WriteStrategy<WithSpecAndStatus> = {
  prepareForCreate: (next) => {
    delete next.status;
  },
  prepareForUpdate: (next, previous) => keepField(next, previous, 'status'),
};

export const keepSpec: WriteStrategy<WithSpecAndStatus> = { prepareForUpdate: (next, previous) => keepField(next, previous, 'spec') };

/** As keepSpec; labels, by which controllers find the object, stay too. */
export const keepSpecAndLabels: WriteStrategy<WithSpecAndStatus> = {
  prepareForUpdate: (next, previous) => {
    keepField(next, previous, 'spec');
    if (next.metadata && previous.metadata) keepField(next.metadata, previous.metadata, 'labels');
  },
};

/** The strategies of a kind with spec, status and a generation that counts changes of spec. */
export const specWithStatus = {
  hasGeneration: true,
  strategy: withStatusOf({}),
  statusStrategy: keepSpec,
} as const;

/** As that of specWithStatus, for a new object whose status is not empty. */
export function withStatusOf(status: object): WriteStrategy<WithSpecAndStatus> {
  return {
    prepareForCreate: (next) => {
      next.status = { ...status };
      startGeneration(next);
    },
    prepareForUpdate: (next, previous) => {
      keepField(next, previous, 'status');
      countGenerationOfSpec(next, previous);
    },
  };
}

/** The strategies of a kind that is all spec, with a generation. */
export const specAlone = {
  hasGeneration: true,
  strategy: { prepareForCreate: startGeneration, prepareForUpdate: countGenerationOfSpec },
} as const;
