import type { Attributes } from './entry';

/** Which attribute of objects an index is about. */
export interface IndexedAttribute {
  readonly of: 'labels' | 'fields';
  readonly name: string;
}

/**
 * The keys of a cache by the value of one label or field. Changes are only noted; what they mean is looked up when
 * somebody asks, so objects that change often between two questions are looked at once.
 */
export class AttributeIndex {
  private readonly keysByValue = new Map<string, Set<string>>();
  private readonly values = new Map<string, string>();
  private readonly changed: Set<string>;

  /** @param keys all that the cache has now */
  constructor(
    private readonly attribute: IndexedAttribute,
    keys: Iterable<string>,
  ) {
    this.changed = new Set(keys);
  }

  /** The object of this key came, changed or went. */
  note(key: string): void {
    this.changed.add(key);
  }

  /** How many objects have one of these values. */
  count(values: readonly string[]): number {
    return values.reduce((sum, value) => sum + (this.keysByValue.get(value)?.size ?? 0), 0);
  }

  /** The keys of all objects with one of these values, in no order. */
  *keysOf(values: readonly string[]): Iterable<string> {
    for (const value of new Set(values)) yield* this.keysByValue.get(value) ?? [];
  }

  /** Learns what has changed. To be called before questions. */
  catchUp(attributesOf: (key: string) => Attributes | undefined): void {
    for (const key of this.changed) this.place(key, attributesOf(key));
    this.changed.clear();
  }

  private place(key: string, attributes: Attributes | undefined): void {
    const now = attributes && valueOf(this.attribute, attributes);
    const before = this.values.get(key);
    if (now === before) return;
    if (before !== undefined) this.remove(key, before);
    if (now === undefined) return;
    this.values.set(key, now);
    const keys = this.keysByValue.get(now);
    if (keys) keys.add(key);
    else this.keysByValue.set(now, new Set([key]));
  }

  private remove(key: string, value: string): void {
    this.values.delete(key);
    const keys = this.keysByValue.get(value);
    keys?.delete(key);
    if (keys?.size === 0) this.keysByValue.delete(value);
  }
}

/** A label that is not there matches no value; a field that is not there is empty. */
function valueOf({ of, name }: IndexedAttribute, { labels, fields }: Attributes): string | undefined {
  if (of === 'fields') return fields[name] ?? '';
  return Object.hasOwn(labels, name) ? labels[name] : undefined;
}

/** The indexes that a cache's lists have asked for, those used last. */
export class AttributeIndexes {
  private readonly indexes = new Map<string, AttributeIndex>();

  constructor(private readonly indexesMax: number) {}

  note(key: string): void {
    for (const index of this.indexes.values()) index.note(key);
  }

  /** @param keys of the cache, for an index that is new */
  of(attribute: IndexedAttribute, keys: () => Iterable<string>): AttributeIndex {
    const id = `${attribute.of}/${attribute.name}`;
    const index = this.indexes.get(id) ?? new AttributeIndex(attribute, keys());
    // Behind all others: the first is the one that was not asked for longest.
    this.indexes.delete(id);
    this.indexes.set(id, index);
    const oldest = this.indexes.size > this.indexesMax ? this.indexes.keys().next().value : undefined;
    if (oldest !== undefined) this.indexes.delete(oldest);
    return index;
  }
}

/** A selection's requirement that one attribute has one of these values. */
export interface RequiredValues {
  readonly attribute: IndexedAttribute;
  readonly values: readonly string[];
}

