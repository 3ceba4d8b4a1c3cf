/**
 * A stored value is `{"kind":…,"apiVersion":…,"metadata":{…` without resourceVersion, because the version is only known
 * once it is written. On the way out `"resourceVersion":"N",` is copied in behind `"metadata":{`; nothing is parsed.
 * Both directions rely on kind, apiVersion and metadata being the first fields, which `encodeStored` guarantees.
 */
import type { KubernetesObject } from '@typernetes/machinery';

const marker = Buffer.from('"metadata":{');
const versionKey = Buffer.from('"resourceVersion":"');
const quote = 0x22;
const comma = 0x2c;
const backslash = 0x5c;
const openingBrace = 0x7b;
const closingBrace = 0x7d;

function metadataStart(value: Buffer): number {
  const at = value.indexOf(marker);
  if (at < 0) throw new Error(`stored value has no metadata: ${value.toString('utf8', 0, 80)}`);
  return at + marker.length;
}

/** Where metadata begins (its opening brace) in bytes that begin as stored ones do; undefined in others. */
function leadingMetadata(value: Buffer): number | undefined {
  const at = value.indexOf(marker);
  // Kind and version hold no brace, so the second one of the text is metadata's.
  return at >= 0 && value.indexOf(openingBrace, 1) === at + marker.length - 1 ? at + marker.length - 1 : undefined;
}

/**
 * Where the metadata of an object lies in its bytes, from its opening brace to behind its closing one, found without
 * parsing. Undefined for bytes that do not begin with kind, apiVersion and metadata.
 */
export function metadataRange(value: Buffer): { readonly start: number; readonly end: number } | undefined {
  const start = leadingMetadata(value);
  if (start === undefined) return undefined;
  let depth = 0;
  for (let i = start; i < value.length; i++) {
    const byte = value[i];
    if (byte === quote) i = endOfString(value, i);
    else if (byte === openingBrace) depth++;
    else if (byte === closingBrace && --depth === 0) return { start, end: i + 1 };
  }
  return undefined;
}

/** Where the string ends that begins at `start`: its closing quote. */
function endOfString(value: Buffer, start: number): number {
  for (let i = start + 1; i < value.length; i++) {
    if (value[i] === backslash) i++;
    else if (value[i] === quote) return i;
  }
  return value.length;
}

/** `value` with its resourceVersion; a version that is already there is replaced. */
export function withResourceVersion(value: Buffer, revision: number): Buffer {
  const start = metadataStart(value);
  const rest = endOfVersion(value, start);
  const isLast = value[rest] === closingBrace;
  const version = `"resourceVersion":"${revision}"${isLast ? '' : ','}`;
  const result = Buffer.allocUnsafe(start + version.length + value.length - rest);
  value.copy(result, 0, 0, start);
  result.write(version, start, 'latin1');
  value.copy(result, start + version.length, rest);
  return result;
}

/** What `withResourceVersion` was given: as it is stored. */
export function withoutResourceVersion(value: Buffer): Buffer {
  const start = metadataStart(value);
  return Buffer.concat([value.subarray(0, start), value.subarray(endOfVersion(value, start))]);
}

/** Where metadata continues behind a resourceVersion that may stand at `start`. */
function endOfVersion(value: Buffer, start: number): number {
  if (start + versionKey.length > value.length) return start;
  if (value.compare(versionKey, 0, versionKey.length, start, start + versionKey.length) !== 0) return start;
  const end = value.indexOf(quote, start + versionKey.length) + 1;
  return value[end] === comma ? end + 1 : end;
}

/** The object's stored form: kind, apiVersion, metadata first; no resourceVersion. `object` is not changed. */
export function encodeStored(object: KubernetesObject): Buffer {
  const { kind, apiVersion, metadata, ...rest } = object;
  const { resourceVersion: _version, ...meta } = metadata ?? {};
  return Buffer.from(JSON.stringify({ kind, apiVersion, metadata: meta, ...rest }));
}
