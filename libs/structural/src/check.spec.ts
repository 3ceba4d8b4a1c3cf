import { formatFieldError } from '@typernetes/machinery';
import { checkStructural } from './check';
import type { Schema } from './schema';

const path = 'schema';
const errors = (schema: Schema): string[] => checkStructural(schema, path).map(formatFieldError);
const spec = (schema: Schema): Schema => ({ type: 'object', properties: { spec: schema } });
const at = 'schema.properties[spec]';

test('a schema as people write it is fine', () => {
  expect(
    errors({
      type: 'object',
      description: 'd',
      properties: {
        apiVersion: { type: 'string' },
        kind: { type: 'string' },
        metadata: { type: 'object' },
        spec: {
          type: 'object',
          required: ['image'],
          properties: {
            image: { type: 'string', pattern: '^\\S+$' },
            replicas: { type: 'integer', default: 1, minimum: 0 },
            port: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
            any: { 'x-kubernetes-preserve-unknown-fields': true },
            ports: { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['p', 'n'], items: { type: 'object', required: ['p'], properties: { p: { type: 'integer' }, n: { type: 'string', default: 'TCP' } } } },
          },
          oneOf: [{ required: ['image'] }, { properties: { replicas: { minimum: 3 } } }],
        },
        status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, nullable: true },
      },
    }),
  ).toEqual([]);
});

test.each<[Schema, string[]]>([
  [{}, ['schema.type: Required value: must not be empty at the root']],
  [{ type: 'array', items: { type: 'string' } }, ['schema.type: Invalid value: "array": must be object at the root']],
  [spec({}), [`${at}.type: Required value: must not be empty for specified object fields`]],
  [spec({ type: 'thing' }), [`${at}.type: Unsupported value: "thing": supported values: "array", "boolean", "integer", "number", "object", "string"`]],
  [spec({ type: 'array' }), [`${at}.items: Required value: must be specified`]],
  [spec({ type: 'array', items: {} }), [`${at}.items.type: Required value: must not be empty for specified array items`]],
  [spec({ type: 'array', items: [{ type: 'string' }] }), [`${at}.items: Forbidden: items must be a schema object and not an array`]],
  [spec({ type: 'string', $ref: '#/a' }), [`${at}.$ref: Forbidden: $ref is not supported`]],
  [spec({ type: 'array', uniqueItems: true, items: { type: 'string' } }), [`${at}.uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic`]],
  [spec({ type: 'object', additionalProperties: false }), [`${at}.additionalProperties: Forbidden: additionalProperties cannot be set to false`]],
  [spec({ type: 'object', additionalProperties: true, properties: { a: { type: 'string' } } }), [`${at}.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive`]],
  [spec({ type: 'string', 'x-kubernetes-int-or-string': true }), [`${at}.type: Invalid value: "string": must be empty if x-kubernetes-int-or-string is true`]],
  [spec({ type: 'object', 'x-kubernetes-embedded-resource': true }), [`${at}.properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields`]],
  [spec({ type: 'string', pattern: '(' }), [`${at}.pattern: Invalid value: "(": must be a valid regular expression, but isn't: Invalid regular expression: /(/: Unterminated group`]],
  [spec({ type: 'object', anyOf: [{ type: 'object' }] }), [`${at}.anyOf[0].type: Forbidden: must be empty to be structural`]],
  [spec({ type: 'object', anyOf: [{ properties: { a: { minimum: 1 } } }] }), [`${at}.properties[a]: Required value: because it is defined in ${at}.anyOf[0].properties[a]`]],
  [spec({ type: 'array', items: { type: 'object', properties: {} }, 'x-kubernetes-list-type': 'map' }), [`${at}.x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map`]],
  [
    spec({ type: 'array', items: { type: 'object', properties: { a: { type: 'string' } } }, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['a', 'b'] }),
    [
      `${at}.items.properties[a].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property`,
      `${at}.x-kubernetes-list-map-keys[1]: Invalid value: "b": entries must all be names of item properties`,
    ],
  ],
  [spec({ type: 'array', items: { type: 'object', properties: { a: { type: 'string' } } }, 'x-kubernetes-list-type': 'set' }), [`${at}.items.x-kubernetes-map-type: Invalid value: null: must be atomic as item of a list with x-kubernetes-list-type=set`]],
  [spec({ type: 'string', 'x-kubernetes-map-type': 'atomic' }), [`${at}.type: Invalid value: "string": must be object if x-kubernetes-map-type is specified`]],
  [{ type: 'object', properties: { metadata: { type: 'object', properties: { labels: { type: 'object' } } } } }, ['schema.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified']],
  [spec({ type: 'integer', default: 'x' }), [`${at}.default: Invalid value: "string": default in body must be of type integer: "string"`]],
  [spec({ type: 'object', properties: { a: { type: 'string' } }, default: { b: 1 } }), [`${at}.default: Invalid value: {"b":1}: must not have unknown fields`]],
  [spec({ type: 'string', default: null }), [`${at}.default: Invalid value: null: must not be null when the schema is not nullable`]],
])('%j', (schema, expected) => {
  expect(errors(schema)).toEqual(expected);
});
