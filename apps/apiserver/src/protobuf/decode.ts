/**
 * `application/vnd.kubernetes.protobuf` (API concepts, "Kubernetes Protobuf encoding"): four magic bytes and a
 * runtime.Unknown around the object's own message. The schema says what a field is, the table of field numbers which
 * one. What has no row cannot be decoded, and the client is told 415.
 */
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { definitionOf, type SchemaNode } from '@typernetes/api';
import { formatMicroTime, formatTime, type KubernetesObject } from '@typernetes/machinery';
import { wireFieldsOf, type WireFields } from './field-numbers';

const magic = Buffer.from('k8s\0');

const timeSuffix = '.meta.v1.Time';
const microTimeSuffix = '.meta.v1.MicroTime';
const intOrStringSuffix = '.intstr.IntOrString';
const quantitySuffix = '.resource.Quantity';
/** Messages around JSON. */
const holdsJson = /\.(RawExtension|FieldsV1)$/;

type Json = unknown;
type JsonObject = Record<string, Json>;

/** Whether an object of this definition can be decoded. */
export const isDecodable = (definition: string): boolean => wireFieldsOf(definition) !== undefined;

interface Envelope {
  readonly apiVersion: string;
  readonly kind: string;
  readonly raw: Uint8Array;
}

/** @throws Error when the bytes are no envelope */
export function openEnvelope(bytes: Buffer): Envelope {
  if (!bytes.subarray(0, 4).equals(magic)) throw new Error('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
  const reader = new BinaryReader(bytes.subarray(4));
  let [apiVersion, kind] = ['', ''];
  let raw: Uint8Array = new Uint8Array();
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === 1) {
      const type = new BinaryReader(reader.bytes());
      while (type.pos < type.len) {
        const [field, fieldType] = type.tag();
        if (field === 1) apiVersion = type.string();
        else if (field === 2) kind = type.string();
        else type.skip(fieldType);
      }
    } else if (number === 2) raw = reader.bytes();
    else reader.skip(wireType);
  }
  return { apiVersion, kind, raw };
}

/** The object in its JSON shape. `definition` must be decodable. @throws Error for broken bytes */
export function decodeProtobuf(definition: string, { apiVersion, kind, raw }: Envelope): KubernetesObject {
  return { kind, apiVersion, ...decodeMessage(definition, raw) };
}

function decodeMessage(definition: string, bytes: Uint8Array): JsonObject {
  const result: JsonObject = {};
  decodeFields(result, bytes, { fields: wireFieldsOf(definition), properties: definitionOf(definition)?.properties ?? {} });
  return result;
}

interface Shape {
  readonly fields: WireFields | undefined;
  readonly properties: Readonly<Record<string, SchemaNode>>;
}

function decodeFields(result: JsonObject, bytes: Uint8Array, { fields, properties }: Shape): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const field = fields?.get(number);
    const node = field && properties[field.name];
    if (field?.inline) decodeFields(result, reader.bytes(), { fields: field.inline, properties });
    else if (field && node) addField(result, { ...field, node }, readValue(reader, node, wireType));
    else reader.skip(wireType);
  }
}

function addField(result: JsonObject, { name, isPointer, node }: { name: string; isPointer: boolean; node: SchemaNode }, value: Json): void {
  if (node.type === 'array') result[name] = [...((result[name] as Json[] | undefined) ?? []), value];
  else if (node.additionalProperties) result[name] = { ...(result[name] as JsonObject | undefined), ...(value as JsonObject) };
  else if (isPointer || !isZero(value)) result[name] = value;
}

const isZero = (value: Json): boolean => value === undefined || value === '' || value === 0 || value === false;

function readValue(reader: BinaryReader, node: SchemaNode, wireType: WireType): Json {
  if (node.type === 'array') return readValue(reader, node.items ?? {}, wireType);
  if (node.additionalProperties) return readMapEntry(reader.bytes(), node.additionalProperties);
  if (node.$ref) return readReference(reader, node.$ref);
  if (wireType === WireType.Varint) return node.type === 'boolean' ? reader.bool() : Number(reader.int64());
  if (wireType === WireType.Bit64) return reader.double();
  if (node.format === 'byte') return Buffer.from(reader.bytes()).toString('base64');
  return reader.string();
}

function readMapEntry(bytes: Uint8Array, node: SchemaNode): JsonObject {
  const reader = new BinaryReader(bytes);
  let key = '';
  let value: Json = node.type === 'string' ? '' : {};
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === 1) key = reader.string();
    else if (number === 2) value = node.type === 'array' ? readItems(reader.bytes(), node.items ?? {}) : readValue(reader, node, wireType);
    else reader.skip(wireType);
  }
  return { [key]: value };
}

/** A list as the value of a map is a message of its own: 1 is an item. */
function readItems(bytes: Uint8Array, node: SchemaNode): Json[] {
  const reader = new BinaryReader(bytes);
  const items: Json[] = [];
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === 1) items.push(readValue(reader, node, wireType));
    else reader.skip(wireType);
  }
  return items;
}

function readReference(reader: BinaryReader, definition: string): Json {
  if (definition.endsWith(timeSuffix)) return readTime(reader.bytes(), formatTime);
  if (definition.endsWith(microTimeSuffix)) return readTime(reader.bytes(), formatMicroTime);
  if (definition.endsWith(intOrStringSuffix)) return readIntOrString(reader.bytes());
  if (definition.endsWith(quantitySuffix)) return readOnly(reader.bytes(), (inner) => inner.string());
  if (holdsJson.test(definition)) return readOnly(reader.bytes(), (inner) => JSON.parse(Buffer.from(inner.bytes()).toString()) as Json);
  return decodeMessage(definition, reader.bytes());
}

/** google.protobuf.Timestamp; an empty one is Go's zero time, which JSON leaves out. */
function readTime(bytes: Uint8Array, format: (epochMs: number) => string): string | undefined {
  if (bytes.length === 0) return undefined;
  const { 1: seconds = 0, 2: nanos = 0 } = readNumbers(bytes);
  return format(seconds * 1000 + nanos / 1e6);
}

function readIntOrString(bytes: Uint8Array): number | string {
  const reader = new BinaryReader(bytes);
  let [isText, number, text] = [false, 0, ''];
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1) isText = Number(reader.int64()) === 1;
    else if (field === 2) number = Number(reader.int64());
    else if (field === 3) text = reader.string();
    else reader.skip(wireType);
  }
  return isText ? text : number;
}

/** The value of a message with one field. */
function readOnly(bytes: Uint8Array, read: (reader: BinaryReader) => Json): Json {
  const reader = new BinaryReader(bytes);
  let value: Json;
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === 1) value = read(reader);
    else reader.skip(wireType);
  }
  return value;
}

function readNumbers(bytes: Uint8Array): Record<number, number> {
  const reader = new BinaryReader(bytes);
  const numbers: Record<number, number> = {};
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (wireType === WireType.Varint) numbers[field] = Number(reader.int64());
    else reader.skip(wireType);
  }
  return numbers;
}
