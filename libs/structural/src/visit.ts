import type { FieldError } from '@typernetes/machinery';
import type { Schema } from './schema';

/** Where errors go, and what the value was before (undefined: it is new, or cannot be told). */
export interface Visit {
  readonly path: string;
  readonly old: unknown;
  readonly errors: FieldError[];
}

export type Validate = (value: unknown, visit: Visit) => void;

/** Makes a check of a schema's x-kubernetes-validations; undefined when it has none. */
export type CompileRules = (schema: Schema, isRoot: boolean) => Validate | undefined;
