import type { FieldError } from '@typernetes/machinery';
import { compileDefaults } from './defaults';
import { compilePrune } from './prune';
import { ratchet } from './ratchet';
import type { Schema } from './schema';
import { compileValidate } from './validate';
import type { CompileRules } from './visit';

/** A structural schema made ready: what it does with objects of its kind. */
export interface CompiledSchema {
  /** Drops what the schema does not know, in place. @returns where: `spec.foo`, `spec.list[0].bar` */
  prune(object: unknown): string[];
  /** Fills in what is missing, in place. Idempotent. */
  applyDefaults(object: unknown): void;
  /** What is wrong; with `previous` (an update) what is wrong and was not so before. Changes nothing. */
  validate(object: unknown, previous?: unknown): FieldError[];
}

/** An object that had duplicates in its lists before may keep having some: its lists could not be mended one by one. Rules' own duplicates have a text. */
const isDuplicateItem = ({ type, detail }: FieldError): boolean => type === 'Duplicate' && detail === '';

/**
 * Compiles a schema once, for many objects.
 *
 * @param schema structural: `checkStructural` finds nothing wrong with it
 */
export function compileSchema(schema: Schema, { compileRules }: { compileRules?: CompileRules } = {}): CompiledSchema {
  const prune = compilePrune(schema, true);
  const fill = compileDefaults(schema);
  const validate = compileValidate(schema, { compileRules, isRoot: true });
  const structure = compileRules ? compileValidate(schema, { isRoot: true }) : validate;
  const hasDuplicates = (object: unknown): boolean => {
    const errors: FieldError[] = [];
    structure(object, { path: '', old: undefined, errors });
    return errors.some(isDuplicateItem);
  };
  return {
    prune: (object) => {
      const dropped: string[] = [];
      prune(object, '', dropped);
      return dropped;
    },
    applyDefaults: (object) => fill?.(object),
    validate: (next, previous) => {
      const errors: FieldError[] = [];
      validate(next, { path: '', old: previous, errors });
      if (previous === undefined) return errors;
      const left = ratchet(errors, schema, { next, previous });
      return left.some(isDuplicateItem) && hasDuplicates(previous) ? left.filter((error) => !isDuplicateItem(error)) : left;
    },
  };
}
