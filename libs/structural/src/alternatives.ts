import { fieldError, type FieldError } from '@typernetes/machinery';
import type { Schema } from './schema';
import type { Validate, Visit } from './visit';

/** Errors about several schemas at once name their field in the text alone, as upstream's do. */
const onWhole = (visit: Visit, text: string): void => void visit.errors.push(fieldError.invalid('<nil>', '', `${JSON.stringify(visit.path)} ${text}`));

const errorsOf = (validate: Validate, value: unknown, { path }: Visit): FieldError[] => {
  const errors: FieldError[] = [];
  validate(value, { path, old: undefined, errors });
  return errors;
};

/** Those of the alternative that came closest: the fewest. */
const closest = (failures: readonly FieldError[][]): FieldError[] => failures.reduce((best, next) => (next.length < best.length ? next : best), failures[0] ?? []);

/** Checks of allOf, anyOf, oneOf and not (JSON Schema, OpenAPI 3). */
export function alternatives({ allOf, anyOf, oneOf, not }: Schema, compile: (schema: Schema) => Validate): Validate[] {
  const checks: Validate[] = [];
  if (anyOf?.length) {
    const parts = anyOf.map(compile);
    checks.push((value, visit) => {
      const failures = parts.map((part) => errorsOf(part, value, visit));
      if (failures.some(({ length }) => length === 0)) return;
      onWhole(visit, 'must validate at least one schema (anyOf)');
      visit.errors.push(...closest(failures));
    });
  }
  if (oneOf?.length) {
    const parts = oneOf.map(compile);
    checks.push((value, visit) => {
      const failures = parts.map((part) => errorsOf(part, value, visit));
      const valid = failures.filter(({ length }) => length === 0).length;
      if (valid === 1) return;
      onWhole(visit, `must validate one and only one schema (oneOf). ${valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`}`);
      if (valid === 0) visit.errors.push(...closest(failures));
    });
  }
  if (allOf?.length) {
    const parts = allOf.map(compile);
    checks.push((value, visit) => {
      const failures = parts.map((part) => errorsOf(part, value, visit));
      const failed = failures.filter(({ length }) => length > 0);
      if (failed.length === 0) return;
      onWhole(visit, `must validate all the schemas (allOf)${failed.length === parts.length ? '. None validated' : ''}`);
      visit.errors.push(...failed.flat());
    });
  }
  if (not) {
    const part = compile(not);
    checks.push((value, visit) => {
      if (errorsOf(part, value, visit).length === 0) onWhole(visit, 'must not validate the schema (not)');
    });
  }
  return checks;
}
