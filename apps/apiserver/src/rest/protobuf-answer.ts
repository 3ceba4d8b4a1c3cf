/** Answers in protobuf, made of the objects' JSON and remembered beside it. */
import type { KindDefinition, Registry } from '@typernetes/api';
import { formatApiVersion, parseApiVersion, type ApiError, type KubernetesObject, type ListMeta } from '@typernetes/machinery';
import type { CacheEntry, Delivery } from '@typernetes/storage';
import { encodeMessage, envelopeOf, isEncodable, nestedHead } from '../protobuf/encode';

export const protobufMediaType = 'application/vnd.kubernetes.protobuf';

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1.';
const partial = { apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadata' };

/** How objects are wished: whole, or their metadata alone. */
type Form = 'object' | 'metadata';

interface Encoded {
  object?: Uint8Array;
  metadata?: Uint8Array;
}

const remembered = new WeakMap<CacheEntry, Encoded>();

function messageOf(kind: KindDefinition, entry: CacheEntry, form: Form): Uint8Array {
  const known = remembered.get(entry) ?? {};
  const message = (known[form] ??= encodeForm(kind.definition, entry.parse(), form));
  remembered.set(entry, known);
  return message;
}

/** PartialObjectMetadata is a message whose field 1 is the metadata, as of nearly every kind. */
function encodeForm(definition: string, object: KubernetesObject, form: Form): Uint8Array {
  if (form === 'object') return encodeMessage(definition, object);
  const metadata = encodeMessage(`${meta}ObjectMeta`, object.metadata ?? {});
  return Buffer.concat([nestedHead(1, metadata.length), metadata]);
}

/** A list: the items' messages are shared with everybody who asks for them. */
export function protobufList(kind: KindDefinition, entries: readonly CacheEntry[], { metadata, form }: { metadata: ListMeta; form: Form }): Buffer[] {
  const chunks: Uint8Array[] = [];
  const add = (number: number, message: Uint8Array): void => void chunks.push(nestedHead(number, message.length), message);
  add(1, encodeMessage(`${meta}ListMeta`, metadata));
  for (const entry of entries) add(2, messageOf(kind, entry, form));
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const type = form === 'metadata' ? partial : { apiVersion: formatApiVersion(kind), kind: kind.kind };
  return [envelopeOf({ ...type, kind: `${type.kind}List` }, bytes), ...chunks.map((chunk) => Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))];
}

/** The definition of whatever an answer holds: an object of a kind, a Status, a Scale, an answered review. */
function definitionOfAnswer(registry: Registry, { apiVersion = '', kind = '' }: KubernetesObject): string | undefined {
  const { group, version } = parseApiVersion(apiVersion);
  const definition = registry.lookupKind({ group, version, kind })?.definition ?? (group === '' ? `${meta}${kind}` : `io.k8s.api.${group.split('.')[0]}.${version}.${kind}`);
  return isEncodable(definition) ? definition : undefined;
}

/** One object from its JSON; undefined when there is no protobuf of it. */
export function protobufObject(registry: Registry, value: Buffer, form: Form): Buffer | undefined {
  const object = JSON.parse(value.toString()) as KubernetesObject;
  const definition = definitionOfAnswer(registry, object);
  if (!definition) return undefined;
  const message = encodeForm(definition, object, form);
  const type = form === 'metadata' ? partial : { apiVersion: object.apiVersion ?? '', kind: object.kind ?? '' };
  return Buffer.concat([envelopeOf(type, message.length), message]);
}

const rememberedFrames = new WeakMap<Delivery, Partial<Record<Form, Buffer>>>();

/** One event of a watch: its length in four bytes, then a WatchEvent without envelope around an object with one. */
export function protobufFrame(kind: KindDefinition, delivery: Delivery, form: Form): Buffer {
  const known = rememberedFrames.get(delivery) ?? {};
  const frame = (known[form] ??= makeFrame(delivery.type, objectOf(kind, delivery.entry, form)));
  rememberedFrames.set(delivery, known);
  return frame;
}

function objectOf(kind: KindDefinition, entry: CacheEntry, form: Form): Buffer {
  const message = messageOf(kind, entry, form);
  const type = form === 'metadata' ? partial : { apiVersion: formatApiVersion(kind), kind: kind.kind };
  return Buffer.concat([envelopeOf(type, message.length), message]);
}

/** The event that ends a watch because of an error. */
export function protobufErrorFrame({ status }: ApiError): Buffer {
  const message = encodeMessage(`${meta}Status`, status);
  return makeFrame('ERROR', Buffer.concat([envelopeOf(status, message.length), message]));
}

function makeFrame(type: string, object: Buffer): Buffer {
  const name = Buffer.from(type);
  const raw = Buffer.concat([nestedHead(1, object.length), object]);
  const event = Buffer.concat([nestedHead(1, name.length), name, nestedHead(2, raw.length), raw]);
  const frame = Buffer.allocUnsafe(4 + event.length);
  frame.writeUInt32BE(event.length);
  event.copy(frame, 4);
  return frame;
}
