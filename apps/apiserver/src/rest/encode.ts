import { listKindOf, type KindDefinition } from '@typernetes/api';
import { formatApiVersion, type ListMeta } from '@typernetes/machinery';
import { CacheEntry } from '@typernetes/storage';
import type { ApiResult } from '../pipeline/request';
import type { Negotiated, Representation } from './negotiate';
import { protobufList, protobufMediaType } from './protobuf-answer';
import { encodeTable, type IncludeObject } from './table';

export interface EncodeOptions {
  readonly representation: Representation;
  readonly mediaType: Negotiated['mediaType'];
  readonly includeObject: IncludeObject;
  readonly nowMs: number;
}

type ListResult = Extract<ApiResult, { type: 'list' }>;
type ObjectResult = Extract<ApiResult, { type: 'object' }>;

const comma = Buffer.from(',');
const endOfList = Buffer.from(']}\n');
const startOfPartial = Buffer.from('{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":');
const endOfPartial = Buffer.from('}');

function listMeta({ revision, continue: token, remaining }: ListResult): ListMeta {
  return {
    resourceVersion: String(revision),
    ...(token ? { continue: token } : {}),
    ...(remaining ? { remainingItemCount: remaining } : {}),
  };
}

/** A list as chunks: its head, and the items' own buffers between commas. */
export function encodeList(result: ListResult, options: EncodeOptions): Buffer[] {
  const { kind, entries } = result;
  const metadata = listMeta(result);
  if (options.representation === 'table') return encodeTable(kind, entries, { ...options, metadata });
  if (options.mediaType === protobufMediaType) return protobufList(kind, entries, { metadata, form: options.representation });
  const isMetadata = options.representation === 'metadata';
  const names = isMetadata
    ? { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1' }
    : { kind: listKindOf(kind), apiVersion: formatApiVersion(kind) };
  const chunks: Buffer[] = [Buffer.from(`${JSON.stringify({ ...names, metadata }).slice(0, -1)},"items":[`)];
  entries.forEach((entry, i) => {
    if (i > 0) chunks.push(comma);
    if (isMetadata) chunks.push(startOfPartial, entry.metadata, endOfPartial);
    else chunks.push(entry.value);
  });
  chunks.push(endOfList);
  return chunks;
}

/** PartialObjectMetadata of one object. */
const encodePartial = (entry: CacheEntry): Buffer => Buffer.concat([startOfPartial, entry.metadata, endOfPartial]);

/** One object. Answers that are no objects of a kind (Status, Scale) stay what they are. */
export function encodeObjectResult({ kind, value }: ObjectResult, options: EncodeOptions): Buffer {
  if (!kind || options.representation === 'object') return value;
  return encodeTransformed(kind, new CacheEntry('', value, 0), options);
}

/** One watch event's object in the wished representation; undefined: the shared buffer will do. */
export function encodeWatched(kind: KindDefinition, entry: CacheEntry, options: EncodeOptions & { withColumns: boolean }): Buffer | undefined {
  return options.representation === 'object' ? undefined : encodeTransformed(kind, entry, options);
}

function encodeTransformed(kind: KindDefinition, entry: CacheEntry, options: EncodeOptions & { withColumns?: boolean }): Buffer {
  if (options.representation === 'metadata') return encodePartial(entry);
  const { resourceVersion } = JSON.parse(entry.metadata.toString()) as ListMeta;
  return Buffer.concat(encodeTable(kind, [entry], { ...options, metadata: { resourceVersion } }));
}
