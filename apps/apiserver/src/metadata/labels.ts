import { fieldError, validateLabelValue, validateQualifiedName as checkQualifiedName, type FieldError } from '@typernetes/machinery';

/** Keys and values of all annotations together. */
export const annotationsBytesMax = 256 * 1024;

/** Names that are in order: there are few different ones, and each stands in thousands of objects. */
const knownGood = new Set<string>();
const knownGoodMax = 5_000;

/** Texts of what is wrong with `prefix/name` or `name`: keys of labels and annotations, finalizers. */
export function validateQualifiedName(value: string): string[] {
  if (knownGood.has(value)) return [];
  const errors = checkQualifiedName(value);
  if (errors.length === 0 && knownGood.size < knownGoodMax) knownGood.add(value);
  return errors;
}

/** Violations in a map of labels. */
export function validateLabels(labels: Record<string, string> | undefined, field: string): FieldError[] {
  if (!labels) return [];
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries(labels)) {
    errors.push(...validateQualifiedName(key).map((detail) => fieldError.invalid(field, key, detail)));
    if (value !== '') errors.push(...validateLabelValue(value).map((detail) => fieldError.invalid(field, value, detail)));
  }
  return errors;
}
