import { BinaryWriter } from '@bufbuild/protobuf/wire';

/**
 * The OpenAPI v2 document in gnostic's protobuf form (package openapi.v2), the only one in which kubectl reads it: it
 * asks for it when it validates a kind that v3 does not have, such as List.
 */
export const v2ProtobufMediaType = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/** Clients ask with an `@` too, which no media type may have (RFC 6838), so answers never do. */
export const acceptsV2Protobuf = (mediaType: string): boolean => mediaType.replace('@', '.') === v2ProtobufMediaType;

type Json = Record<string, unknown>;
type Encode = (writer: BinaryWriter, number: number, value: unknown) => void;
/** Fields by their names in the JSON document; `x-` collects those that start with it. */
type Fields = Record<string, readonly [number: number, encode: Encode]>;

const delimited = 2;
const varint = 0;
const fixed64 = 1;

const text: Encode = (writer, number, value) => writer.tag(number, delimited).string(String(value));
const bool: Encode = (writer, number, value) => writer.tag(number, varint).bool(value === true);
const double: Encode = (writer, number, value) => writer.tag(number, fixed64).double(Number(value));
const int64: Encode = (writer, number, value) => writer.tag(number, varint).int64(Number(value));
const repeated = (encode: Encode): Encode => (writer, number, value) => (value as unknown[]).forEach((item) => encode(writer, number, item));

/** A message with one field, around what is encoded. */
const within = (inner: number, encode: Encode): Encode => (writer, number, value) => {
  writer.tag(number, delimited).fork();
  encode(writer, inner, value);
  writer.join();
};

/** A message whose fields are looked up when they are needed: schemas contain schemas. */
const message = (fields: () => Fields): Encode => (writer, number, value) => {
  writer.tag(number, delimited).fork();
  writeFields(writer, fields(), value as Json);
  writer.join();
};

function writeFields(writer: BinaryWriter, fields: Fields, value: Json): void {
  const extension = fields['x-'];
  for (const [name, part] of Object.entries(value)) {
    const field = fields[name];
    if (field) field[1](writer, field[0], part);
    else if (extension && name.startsWith('x-')) entry(any)(writer, extension[0], [name, part]);
  }
}

/** `Any` holds YAML, of which JSON is a part. */
const any: Encode = within(2, (writer, number, value) => text(writer, number, JSON.stringify(value)));
const entry = (encode: Encode): Encode => (writer, number, pair) => {
  const [name, value] = pair as [string, unknown];
  writer.tag(number, delimited).fork();
  text(writer, 1, name);
  encode(writer, 2, value);
  writer.join();
};
const entries = (encode: Encode): Encode => (writer, number, value) => Object.entries(value as Json).forEach((pair) => entry(encode)(writer, number, pair));
const map = (inner: number, encode: Encode): Encode => within(inner, entries(encode));

const schema: Encode = message(() => schemaFields);
const typeItem = within(1, (writer, number, value) => repeated(text)(writer, number, Array.isArray(value) ? value : [value]));
const additionalProperties: Encode = (writer, number, value) => within(typeof value === 'boolean' ? 2 : 1, typeof value === 'boolean' ? bool : schema)(writer, number, value);

const schemaFields: Fields = {
  $ref: [1, text], format: [2, text], title: [3, text], description: [4, text], default: [5, any],
  multipleOf: [6, double], maximum: [7, double], exclusiveMaximum: [8, bool], minimum: [9, double], exclusiveMinimum: [10, bool],
  maxLength: [11, int64], minLength: [12, int64], pattern: [13, text], maxItems: [14, int64], minItems: [15, int64], uniqueItems: [16, bool],
  maxProperties: [17, int64], minProperties: [18, int64], required: [19, repeated(text)], enum: [20, repeated(any)],
  additionalProperties: [21, additionalProperties], type: [22, typeItem], items: [23, within(1, schema)], allOf: [24, repeated(schema)],
  properties: [25, map(1, schema)], discriminator: [26, text], readOnly: [27, bool], example: [30, any], 'x-': [31, any],
};

const bodyParameter: Fields = { description: [1, text], name: [2, text], in: [3, text], required: [4, bool], schema: [5, schema], 'x-': [6, any] };
const headParameter: Fields = { required: [1, bool], in: [2, text], description: [3, text], name: [4, text] };
const pathParameter: Fields = { ...headParameter, type: [5, text], format: [6, text], default: [9, any], pattern: [16, text], enum: [20, repeated(any)], 'x-': [22, any] };
const queryParameter: Fields = { ...headParameter, type: [6, text], format: [7, text], default: [10, any], pattern: [17, text], enum: [21, repeated(any)], 'x-': [23, any] };

const nonBody = (inner: number, fields: Fields): Encode => within(2, within(inner, message(() => fields)));
const parameterOf: Record<string, Encode> = {
  body: within(1, message(() => bodyParameter)),
  header: nonBody(1, pathParameter),
  query: nonBody(3, queryParameter),
  path: nonBody(4, pathParameter),
};

const jsonReference: Encode = within(2, within(1, text));
const parameter: Encode = (writer, number, value) => {
  const { in: place, $ref } = value as { in?: string; $ref?: string };
  if ($ref !== undefined) return jsonReference(writer, number, $ref);
  const encode = parameterOf[place ?? ''];
  if (!encode) throw new Error(`no protobuf form of a parameter in ${place}`);
  within(1, encode)(writer, number, value);
};
const response: Encode = within(1, message(() => ({ description: [1, text], schema: [2, within(1, schema)], 'x-': [5, any] })));
const operationFields: Fields = {
  tags: [1, repeated(text)], summary: [2, text], description: [3, text], operationId: [5, text], produces: [6, repeated(text)], consumes: [7, repeated(text)],
  parameters: [8, repeated(parameter)], responses: [9, map(1, response)], schemes: [10, repeated(text)], deprecated: [11, bool], 'x-': [13, any],
};
const operation: Encode = message(() => operationFields);
const pathItem: Encode = message(() => ({
  get: [2, operation], put: [3, operation], post: [4, operation], delete: [5, operation], options: [6, operation], head: [7, operation], patch: [8, operation],
  parameters: [9, repeated(parameter)], 'x-': [10, any],
}));
const info: Encode = message(() => ({ title: [1, text], version: [2, text], description: [3, text], 'x-': [7, any] }));
const apiKey: Encode = within(2, message(() => ({ type: [1, text], name: [2, text], in: [3, text], description: [4, text] })));

const documentFields: Fields = {
  swagger: [1, text], info: [2, info], paths: [8, map(2, pathItem)], definitions: [9, map(1, schema)],
  security: [12, repeated(map(1, within(1, repeated(text))))], securityDefinitions: [13, map(1, apiKey)], 'x-': [16, any],
};

/** Bytes of an OpenAPI v2 document of our making: it has what our documents have, not all that OpenAPI allows. */
export function encodeOpenApiV2(document: Json): Buffer {
  const writer = new BinaryWriter();
  writeFields(writer, documentFields, document);
  return Buffer.from(writer.finish());
}
