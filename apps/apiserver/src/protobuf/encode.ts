/**
 * Objects in `application/vnd.kubernetes.protobuf` (API concepts, "Kubernetes Protobuf encoding"). Objects are kept as
 * JSON; who asks for protobuf gets it made of that, once per version of an object (see rest/protobuf-answer.ts).
 */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { definitionOf, type SchemaNode } from '@typernetes/api';
import { wireFieldsOf, type WireFields } from './field-numbers';

type JsonObject = Readonly<Record<string, unknown>>;

const magic = Buffer.from('k8s\0');

/** Whether objects of this definition can be encoded. */
export const isEncodable = (definition: string): boolean => wireFieldsOf(definition) !== undefined && definitionOf(definition) !== undefined;

/** An object's own message, without the envelope that says of which kind it is. */
export function encodeMessage(definition: string, object: object): Uint8Array {
  const writer = new BinaryWriter();
  writeMessage(writer, definition, object as JsonObject);
  return writer.finish();
}

/** What stands before and after a message of so many bytes to make it a whole answer. */
export function envelopeOf({ apiVersion, kind }: { apiVersion: string; kind: string }, messageBytes: number): Buffer {
  const head = new BinaryWriter();
  head.tag(1, WireType.LengthDelimited).fork();
  head.tag(1, WireType.LengthDelimited).string(apiVersion).tag(2, WireType.LengthDelimited).string(kind);
  head.join();
  head.tag(2, WireType.LengthDelimited).uint32(messageBytes);
  return Buffer.concat([magic, head.finish()]);
}

/** The tag and length that stand before a nested message of so many bytes. */
export const nestedHead = (number: number, bytes: number): Uint8Array => new BinaryWriter().tag(number, WireType.LengthDelimited).uint32(bytes).finish();

function writeMessage(writer: BinaryWriter, definition: string, object: JsonObject): void {
  const fields = wireFieldsOf(definition);
  if (fields) writeFields(writer, object, { fields, properties: definitionOf(definition)?.properties ?? {} });
}

interface Shape {
  readonly fields: WireFields;
  readonly properties: Readonly<Record<string, SchemaNode>>;
}

function writeFields(writer: BinaryWriter, object: JsonObject, { fields, properties }: Shape): void {
  for (const [number, { name, inline }] of fields) {
    if (inline) {
      writer.tag(number, WireType.LengthDelimited).fork();
      writeFields(writer, object, { fields: inline, properties });
      writer.join();
      continue;
    }
    const value = object[name];
    const node = properties[name];
    if (value !== undefined && value !== null && node) writeField(writer, number, { node, value });
  }
}

interface Field {
  readonly node: SchemaNode;
  readonly value: unknown;
}

function writeField(writer: BinaryWriter, number: number, { node, value }: Field): void {
  if (node.type === 'array') {
    for (const item of value as unknown[]) writeField(writer, number, { node: node.items ?? {}, value: item });
  } else if (node.additionalProperties) writeMap(writer, number, { node: node.additionalProperties, value });
  else if (node.$ref) {
    writer.tag(number, WireType.LengthDelimited).fork();
    writeReference(writer, node.$ref, value);
    writer.join();
  } else writeScalar(writer, number, { node, value });
}

function writeMap(writer: BinaryWriter, number: number, { node, value }: Field): void {
  for (const [key, item] of Object.entries(value as JsonObject)) {
    writer.tag(number, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).string(key);
    if (node.type === 'array') {
      // A list as the value of a map is a message of its own.
      writer.tag(2, WireType.LengthDelimited).fork();
      writeField(writer, 1, { node, value: item });
      writer.join();
    } else writeField(writer, 2, { node, value: item });
    writer.join();
  }
}

function writeScalar(writer: BinaryWriter, number: number, { node, value }: Field): void {
  switch (node.type) {
    case 'boolean':
      writer.tag(number, WireType.Varint).bool(value === true);
      return;
    case 'integer':
      writer.tag(number, WireType.Varint).int64(Math.trunc(Number(value)));
      return;
    case 'number':
      writer.tag(number, WireType.Bit64).double(Number(value));
      return;
    default:
      writer.tag(number, WireType.LengthDelimited);
      if (node.format === 'byte') writer.bytes(Buffer.from(String(value), 'base64'));
      else writer.string(String(value));
  }
}

/** Values that are one text or number in JSON and a message on the wire. */
const scalarMessages: Readonly<Record<string, (writer: BinaryWriter, value: unknown) => void>> = {
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': writeTime,
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': writeTime,
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': (writer, value) => {
    const isText = typeof value === 'string';
    writer.tag(1, WireType.Varint).int64(isText ? 1 : 0);
    writer.tag(2, WireType.Varint).int64(isText ? 0 : Number(value));
    writer.tag(3, WireType.LengthDelimited).string(isText ? value : '');
  },
  'io.k8s.apimachinery.pkg.api.resource.Quantity': (writer, value) => void writer.tag(1, WireType.LengthDelimited).string(String(value)),
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1': writeJson,
  'io.k8s.apimachinery.pkg.runtime.RawExtension': writeJson,
};

function writeReference(writer: BinaryWriter, definition: string, value: unknown): void {
  const write = scalarMessages[definition];
  if (write) write(writer, value);
  else writeMessage(writer, definition, value as JsonObject);
}

function writeJson(writer: BinaryWriter, value: unknown): void {
  writer.tag(1, WireType.LengthDelimited).bytes(Buffer.from(JSON.stringify(value)));
}

/** google.protobuf.Timestamp; the part below a second has up to nine digits in the text. */
function writeTime(writer: BinaryWriter, value: unknown): void {
  const text = String(value);
  const fraction = /\.(\d+)/.exec(text)?.[1] ?? '';
  writer.tag(1, WireType.Varint).int64(Math.floor(Date.parse(text) / 1000));
  writer.tag(2, WireType.Varint).int64(Number(fraction.padEnd(9, '0').slice(0, 9)));
}
