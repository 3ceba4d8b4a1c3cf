import type { KubernetesObject } from '@typernetes/machinery';
import { metadataRange, withResourceVersion } from '../resource-version';

/** What selectors look at. */
export interface Attributes {
  readonly labels: Readonly<Record<string, string>>;
  /** Selectable fields by their dotted name, metadata.name and metadata.namespace included. */
  readonly fields: Readonly<Record<string, string>>;
}

export type AttributesOf = (object: KubernetesObject) => Attributes;

/**
 * One version of one object in memory: the bytes, and what is derived from them when somebody first asks. Bytes are
 * shared by all readers and never changed.
 */
export class CacheEntry {
  private cachedAttributes: Attributes | undefined;
  private cachedObject: KubernetesObject | undefined;
  private cachedRange: ReturnType<typeof metadataRange>;

  constructor(
    /** Within the cache: `namespace/name` or `name`. */
    readonly key: string,
    readonly value: Buffer,
    readonly revision: number,
  ) {}

  /** A fresh copy that the caller may change. */
  parse(): KubernetesObject {
    return JSON.parse(this.value.toString()) as KubernetesObject;
  }

  /** Parsed once and kept; shared, never change it. For readers inside the process that come again and again. */
  get object(): KubernetesObject {
    return (this.cachedObject ??= this.parse());
  }

  /** The JSON of its metadata: a part of `value` where that begins as stored objects do, which needs no parsing. */
  get metadata(): Buffer {
    const range = (this.cachedRange ??= metadataRange(this.value));
    return range ? this.value.subarray(range.start, range.end) : Buffer.from(JSON.stringify(this.parse().metadata ?? {}));
  }

  attributes(attributesOf: AttributesOf): Attributes {
    return (this.cachedAttributes ??= attributesOf(this.cachedObject ?? this.parse()));
  }

  /** The same object as of a later revision: what a DELETED event shows. */
  at(revision: number): CacheEntry {
    return new CacheEntry(this.key, withResourceVersion(this.value, revision), revision);
  }
}
