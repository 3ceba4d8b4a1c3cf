import { customFieldType, type JSONSchemaProps, type MergeSchema } from '@typernetes/api';
import { compileRules } from '@typernetes/cel';
import type { FieldError, FieldType, KubernetesObject } from '@typernetes/machinery';
import { compileSchema } from '@typernetes/structural';

/** What a custom kind's schema does with objects of one version. */
export interface CustomSchema {
  /** Drops what the schema does not know, in place; gives the paths (`spec.foo`). */
  prune(object: KubernetesObject): string[];
  /** Fills in what is missing, in place. */
  applyDefaults(object: KubernetesObject): void;
  validate(next: KubernetesObject, previous?: KubernetesObject): FieldError[];
  /** How objects merge under server-side apply. */
  readonly fieldType: FieldType;
}

/** Compiles a version's schema. */
export type CompileCustomSchema = (schema: JSONSchemaProps) => CustomSchema;

/** Schemas are structural: validation of their definitions has seen to that. */
export const compileCustomSchema: CompileCustomSchema = (schema) => ({ ...compileSchema(schema, { compileRules }), fieldType: customFieldType(schema as MergeSchema) });
