import { listKindOf, type KindDefinition } from '@typernetes/api';
import { formatApiVersion, type KubernetesObject, type ListMeta } from '@typernetes/machinery';
import type { CacheEntry } from '@typernetes/storage';
import type { ApiResult } from '../pipeline/request';
import type { Negotiated, Representation } from './negotiate';
import { protobufList, protobufMediaType } from './protobuf-answer';
import { tableOf, type IncludeObject } from './table';

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
  if (options.representation === 'table') {
    return [Buffer.from(JSON.stringify(tableOf(kind, entries.map((entry) => entry.parse()), { ...options, metadata })))];
  }
  if (options.mediaType === protobufMediaType) return protobufList(kind, entries, { metadata, form: options.representation });
  const isMetadata = options.representation === 'metadata';
  const names = isMetadata
    ? { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1' }
    : { kind: listKindOf(kind), apiVersion: formatApiVersion(kind) };
  const chunks: Buffer[] = [Buffer.from(`${JSON.stringify({ ...names, metadata }).slice(0, -1)},"items":[`)];
  entries.forEach((entry, i) => {
    if (i > 0) chunks.push(comma);
    chunks.push(isMetadata ? encodeMetadata(entry.parse()) : entry.value);
  });
  chunks.push(endOfList);
  return chunks;
}

/** PartialObjectMetadata of one object. */
export function encodeMetadata({ metadata }: KubernetesObject): Buffer {
  return Buffer.from(JSON.stringify({ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata }));
}

/** One object. Answers that are no objects of a kind (Status, Scale) stay what they are. */
export function encodeObjectResult({ kind, value }: ObjectResult, options: EncodeOptions): Buffer {
  if (!kind || options.representation === 'object') return value;
  const object = JSON.parse(value.toString()) as KubernetesObject;
  if (options.representation === 'metadata') return encodeMetadata(object);
  const metadata = { resourceVersion: object.metadata?.resourceVersion };
  return Buffer.from(JSON.stringify(tableOf(kind, [object], { ...options, metadata })));
}

/** One watch event's object in the wished representation; undefined: the shared buffer will do. */
export function encodeWatched(kind: KindDefinition, entry: CacheEntry, options: EncodeOptions & { withColumns: boolean }): Buffer | undefined {
  if (options.representation === 'object') return undefined;
  const object = entry.parse();
  if (options.representation === 'metadata') return encodeMetadata(object);
  const metadata = { resourceVersion: object.metadata?.resourceVersion };
  const table = tableOf(kind, [object], { ...options, metadata });
  return Buffer.from(JSON.stringify(options.withColumns ? table : { ...table, columnDefinitions: null }));
}
