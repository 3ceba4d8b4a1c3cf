import type { SchemaNode } from '@typernetes/api';

/** References to values that have no zero to show: a time or a port that is absent is null. */
const withoutZero = /\.(IntOrString|MicroTime|Time|Quantity|RawExtension|FieldsV1|JSON)$|\.JSONSchemaPropsOr\w+$/;

/** What a field that is always there holds when nobody filled it: OpenAPI v3 shows it as the default. */
export function zeroOf(node: SchemaNode): unknown {
  if (node.$ref) return withoutZero.test(node.$ref) ? undefined : {};
  switch (node.type) {
    case 'string':
      return node.format === 'byte' ? undefined : '';
    case 'integer':
    case 'number':
      return 0;
    case 'boolean':
      return false;
    default:
      return undefined;
  }
}
