import { checkRules } from '@typernetes/cel';
import { fieldError, validateDns1035Label, type FieldError } from '@typernetes/machinery';
import { checkStructural } from '@typernetes/structural';
import type { CustomResourceColumnDefinition, CustomResourceDefinitionVersion, CustomResourceSubresourceScale, JSONSchemaProps } from '../generated/types';
import { checkOneOf, checkRequired, checkRequiredOneOf, type Errors } from '../validation/checks';

const columnTypes = ['integer', 'number', 'string', 'boolean', 'date'];
const columnFormats = ['int32', 'int64', 'float', 'double', 'byte', 'date', 'date-time', 'password'];

/** Longest warning of a deprecated version, in bytes. */
const deprecationWarningMax = 256;

/** `.spec.replicas`, `.status.conditions[0].type`: where a column finds its value. */
function checkJsonPath(out: Errors, field: string, path: string | undefined): void {
  if (checkRequired(out, field, path) && !path?.startsWith('.')) out.push(fieldError.invalid(field, path, 'must be a simple json path starting with .'));
}

function checkColumn(out: Errors, field: string, column: Partial<CustomResourceColumnDefinition>): void {
  checkRequired(out, `${field}.name`, column.name);
  checkRequiredOneOf(out, `${field}.type`, column.type, columnTypes);
  if (column.format) checkOneOf(out, `${field}.format`, column.format, columnFormats);
  checkJsonPath(out, `${field}.jsonPath`, column.jsonPath);
}

/** Scale paths are fields of fields: nothing in brackets, and below the part of the object that they speak of. */
function checkScalePath(out: Errors, field: string, path: string, roots: readonly string[]): void {
  if (/[[\]]/.test(path)) out.push(fieldError.invalid(field, path, 'must be a simple json path without array notation'));
  else if (!roots.some((root) => path.startsWith(`${root}.`))) {
    out.push(fieldError.invalid(field, path, `should be a json path under ${roots.length > 1 ? 'either ' : ''}${roots.join(' or ')}`));
  }
}

function checkScale(out: Errors, field: string, scale: Partial<CustomResourceSubresourceScale>): void {
  const { specReplicasPath, statusReplicasPath, labelSelectorPath } = scale;
  if (checkRequired(out, `${field}.specReplicasPath`, specReplicasPath)) checkScalePath(out, `${field}.specReplicasPath`, specReplicasPath ?? '', ['.spec']);
  if (checkRequired(out, `${field}.statusReplicasPath`, statusReplicasPath)) checkScalePath(out, `${field}.statusReplicasPath`, statusReplicasPath ?? '', ['.status']);
  if (labelSelectorPath) checkScalePath(out, `${field}.labelSelectorPath`, labelSelectorPath, ['.spec', '.status']);
}

function checkDeprecation(out: Errors, field: string, { deprecated, deprecationWarning }: Partial<CustomResourceDefinitionVersion>): void {
  if (deprecationWarning === undefined) return;
  if (!deprecated) out.push(fieldError.invalid(field, deprecationWarning, 'can only be set for deprecated versions'));
  if (Buffer.byteLength(deprecationWarning) > deprecationWarningMax) out.push(fieldError.tooLong(field, deprecationWarningMax));
  if (deprecationWarning === '') out.push(fieldError.invalid(field, deprecationWarning, 'must not be an empty string'));
}

/** Rules are only asked of a schema that is right otherwise: they rely on its types. */
function checkSchema(schema: JSONSchemaProps, field: string): FieldError[] {
  const errors = checkStructural(schema, field);
  return errors.length > 0 ? errors : checkRules(schema, field);
}

/** One version of a definition. */
export function checkVersion(out: Errors, field: string, version: Partial<CustomResourceDefinitionVersion>): void {
  const { name = '' } = version;
  const texts = validateDns1035Label(name);
  if (texts.length > 0) out.push(fieldError.invalid(`${field}.name`, name, texts.join(',')));
  checkDeprecation(out, `${field}.deprecationWarning`, version);
  const schema = version.schema?.openAPIV3Schema;
  if (schema) out.push(...checkSchema(schema, `${field}.schema.openAPIV3Schema`));
  else out.push(fieldError.required(`${field}.schema.openAPIV3Schema`, 'schemas are required'));
  if (version.subresources?.scale) checkScale(out, `${field}.subresources.scale`, version.subresources.scale);
  version.additionalPrinterColumns?.forEach((column, i) => checkColumn(out, `${field}.additionalPrinterColumns[${i}]`, column));
}
