import { fieldError } from '@typernetes/machinery';
import type { CustomResourceDefinitionVersion, JSONSchemaProps } from '../generated/types';
import { checkRequired, type Errors } from '../validation/checks';

const selectableFieldsMax = 8;
const selectableTypes: readonly string[] = ['string', 'boolean', 'integer'];

/** The schema of `.spec.color`; undefined when the schema has no such field. */
function schemaAt(schema: JSONSchemaProps | undefined, path: string): JSONSchemaProps | undefined {
  return path
    .slice(1)
    .split('.')
    .reduce<JSONSchemaProps | undefined>((at, name) => (at?.properties && Object.hasOwn(at.properties, name) ? at.properties[name] : undefined), schema);
}

function checkPath(out: Errors, field: string, path: string, schema: JSONSchemaProps | undefined): void {
  const refuse = (detail: string): void => void out.push(fieldError.invalid(field, path, detail));
  if (!/^(\.[A-Za-z_$][\w$-]*)+$/.test(path)) return refuse('is an invalid path: must be a simple json path of fields without array notation');
  if (path === '.metadata' || path.startsWith('.metadata.')) return refuse('must not point to fields in metadata');
  const target = schemaAt(schema, path);
  if (!target) return refuse('is an invalid path: does not refer to a valid field');
  if (!selectableTypes.includes(target.type ?? '')) refuse('must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.');
}

/** Fields by which custom objects can be selected (KEP-4358). */
export function checkSelectableFields(out: Errors, field: string, { selectableFields = [], schema }: Partial<CustomResourceDefinitionVersion>): void {
  if (selectableFields.length > selectableFieldsMax) out.push(fieldError.tooMany(field, selectableFieldsMax));
  const seen = new Set<string>();
  selectableFields.forEach(({ jsonPath }, i) => {
    const at = `${field}[${i}].jsonPath`;
    if (!checkRequired(out, at, jsonPath)) return;
    if (seen.has(jsonPath)) out.push(fieldError.duplicate(at, jsonPath));
    else checkPath(out, at, jsonPath, schema?.openAPIV3Schema);
    seen.add(jsonPath);
  });
}
