import type { WriteStrategy } from '@typernetes/api';
import { fieldError, jsonEqual, type FieldError, type KubernetesObject } from '@typernetes/machinery';
import type { CustomSchema } from './custom-schema';

/** The system's own. */
const standardFinalizers: ReadonlySet<string> = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

type Custom = KubernetesObject & { status?: unknown };

/** What of an object counts for its generation: everything but metadata, which has its own life. */
function contentOf({ metadata: _metadata, apiVersion: _version, ...content }: Custom): object {
  return content;
}

function setGeneration(next: Custom, generation: number | undefined): void {
  next.metadata = { ...next.metadata };
  if (generation === undefined) delete next.metadata.generation;
  else next.metadata.generation = generation;
}

function keepStatus(next: Custom, previous: Custom): void {
  if (previous.status === undefined) delete next.status;
  else next.status = previous.status;
}

/** How custom objects are written: with a status subresource the status is its own, and does not count for the generation. */
export function customStrategy(schema: CustomSchema, hasStatus: boolean): WriteStrategy<Custom> {
  return {
    prepareForCreate: (next) => {
      if (hasStatus) delete next.status;
      setGeneration(next, 1);
    },
    prepareForUpdate: (next, previous) => {
      if (hasStatus) keepStatus(next, previous);
      const before = previous.metadata?.generation ?? 0;
      setGeneration(next, jsonEqual(contentOf(next), contentOf(previous)) ? previous.metadata?.generation : before + 1);
    },
    validateCreate: (next) => schema.validate(next),
    validateUpdate: (next, previous) => schema.validate(next, previous),
    warnings: finalizerWarnings,
  };
}

/** About finalizers that come, and that somebody else could mean something else by. */
function finalizerWarnings({ metadata }: KubernetesObject, previous?: KubernetesObject): string[] {
  const added = (metadata?.finalizers ?? []).filter((finalizer) => !finalizer.includes('/') && !previous?.metadata?.finalizers?.includes(finalizer));
  return added
    .filter((finalizer) => !standardFinalizers.has(finalizer))
    .map((finalizer) => `metadata.finalizers: ${JSON.stringify(finalizer)}: prefer a domain-qualified finalizer name including a path (/) to avoid accidental conflicts with other finalizer writers`);
}

/** Through the status subresource nothing but the status is written. */
export function customStatusStrategy(schema: CustomSchema): WriteStrategy<Custom> {
  return {
    prepareForUpdate: (next, previous) => {
      const { status, metadata } = next;
      for (const key of Object.keys(next)) delete (next as Record<string, unknown>)[key];
      const { managedFields: _managed, ...kept } = previous.metadata ?? {};
      Object.assign(next, previous, {
        metadata: { ...kept, resourceVersion: metadata?.resourceVersion, ...(metadata?.managedFields ? { managedFields: metadata.managedFields } : {}) },
      });
      if (status === undefined) delete next.status;
      else next.status = status;
    },
    validateUpdate: (next, previous) => schema.validate(next, previous),
  };
}

/** A count of replicas is a whole number that is not negative, wherever the object has it. */
export function validateReplicas(object: KubernetesObject, paths: readonly string[]): FieldError[] {
  return paths.flatMap((path) => {
    const value = path.split('.').filter(Boolean).reduce<unknown>((at, key) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[key] : undefined), object);
    return typeof value === 'number' && value < 0 ? [fieldError.invalid(path.slice(1), value, 'should be a non-negative integer')] : [];
  });
}
