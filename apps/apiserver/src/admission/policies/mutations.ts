/** What one mutation of a MutatingAdmissionPolicy makes of an object (KEP-3962). */
import { compileVariables, mutationResults, strictDecodingMessage, unknownFieldText, type KindDefinition, type MutatingAdmissionPolicySpec, type Mutation } from '@typernetes/api';
import { CelError, compileExpression, toJson, typeNameErrors, type Program } from '@typernetes/cel';
import { ApiError, apiErrors, applyJsonPatch, atomicsOf, deduced, deepCopy, joinTypeErrors, mergeObjects, typeErrors, type KubernetesObject } from '@typernetes/machinery';
import { objectTypeOf } from '../../apply/object-type';
import { shape } from '../changed-object';
import { evaluate } from './bindings';

/** A mutation, made ready. */
export interface CompiledMutation {
  readonly patchType: string;
  readonly program: Program;
}

/** A policy, made ready. */
export interface CompiledMutatingPolicy {
  readonly conditions: readonly Program[];
  readonly mutations: readonly CompiledMutation[];
  bind(bindings: Record<string, unknown>): Record<string, unknown>;
}

const expressionOf = ({ applyConfiguration, jsonPatch }: Mutation): string => applyConfiguration?.expression ?? jsonPatch?.expression ?? '';

/** @throws CelError for expressions that validation let pass in an older version */
export function compileMutatingPolicy(spec: MutatingAdmissionPolicySpec): CompiledMutatingPolicy {
  const { environment, bind } = compileVariables(spec, { isMutating: true });
  return {
    bind,
    conditions: (spec.matchConditions ?? []).map(({ expression }) => compileExpression(expression, environment, ['bool'])),
    mutations: (spec.mutations ?? []).map((mutation) => ({ patchType: mutation.patchType, program: compileExpression(expressionOf(mutation), environment, [mutationResults[mutation.patchType] ?? '']) })),
  };
}

function checkTypeNames(value: unknown): void {
  const errors = typeNameErrors(value);
  if (errors.length > 0) throw new CelError(`type mismatch: ${errors.join('\n')}`);
}

/** Merges as server-side apply does, without owners. What is one value may not be changed: that would drop what the expression does not say. */
function applyConfiguration(kind: KindDefinition, object: KubernetesObject, made: unknown): KubernetesObject {
  checkTypeNames(made);
  const fields = toJson(made) as KubernetesObject;
  const config = { ...fields, ...(object.apiVersion ? { apiVersion: object.apiVersion } : {}), ...(object.kind ? { kind: object.kind } : {}) };
  // The body of a subresource is of another kind: without a schema, maps merge.
  const type = object.kind === kind.kind ? objectTypeOf(kind) : deduced;
  const errors = typeErrors(config, type);
  if (errors.length > 0) throw new CelError(`error applying patch: failed to convert patch object to typed object: ${joinTypeErrors(errors)}`);
  const atomics = atomicsOf(config, type);
  if (atomics.length > 0) throw new CelError(`error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ${atomics.join(', ')}`);
  return deepCopy(mergeObjects(object, config, type));
}

/** A patch whose test fails changes nothing. */
function applyPatch(object: KubernetesObject, made: unknown): KubernetesObject {
  const operations = made as readonly { readonly value?: unknown }[];
  for (const { value } of operations) checkTypeNames(value);
  try {
    return applyJsonPatch(object, toJson(operations));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const why = error.cause instanceof Error ? error.cause : error;
    if ((why.cause as { name?: string } | undefined)?.name === 'TEST_OPERATION_FAILED') return object;
    throw new CelError(`JSON Patch: ${why.message}`, { cause: error });
  }
}

/**
 * The object as the mutation wants it; the given one is not changed.
 *
 * @throws CelError what clients are told of a failure
 * @throws ApiError InternalError for an object that the kind does not know
 */
export function mutated(kind: KindDefinition, object: KubernetesObject, { patchType, program }: CompiledMutation, bindings: Record<string, unknown>): KubernetesObject {
  const made = evaluate(program, bindings);
  const next = patchType === 'JSONPatch' ? applyPatch(object, made) : applyConfiguration(kind, object, made);
  if (next === object) return object;
  const { error, unknownFields } = shape(kind, next);
  if (error !== undefined) throw new CelError(error);
  if (unknownFields.length > 0) throw apiErrors.internal(new Error(strictDecodingMessage(unknownFields.map(unknownFieldText))));
  return next;
}
