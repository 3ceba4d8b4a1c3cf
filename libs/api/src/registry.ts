import type { GroupVersion, GroupVersionKind, GroupVersionResource } from '@typernetes/machinery';
import type { KindDefinition } from './kind';

const resourceKey = (group: string, version: string, resource: string): string => `${group}/${version}/${resource}`;

/**
 * All kinds that are served, in order of declaration. Kinds come and go at run time (CustomResourceDefinitions);
 * whoever derives something costly from it (OpenAPI) keys its cache by `revision`.
 */
export class Registry implements Iterable<KindDefinition> {
  private readonly byResource = new Map<string, KindDefinition>();
  private readonly byKind = new Map<string, KindDefinition>();
  private readonly listeners = new Set<() => void>();
  private changes = 0;

  constructor(kinds: Iterable<KindDefinition> = []) {
    for (const kind of kinds) this.add(kind);
  }

  /** Counts changes. */
  get revision(): number {
    return this.changes;
  }

  /** Calls after every change, until what is returned is called. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** @throws Error when the resource or the kind is declared already. */
  add(kind: KindDefinition): void {
    const byResource = resourceKey(kind.group, kind.version, kind.resource);
    const byKind = resourceKey(kind.group, kind.version, kind.kind);
    if (this.byResource.has(byResource) || this.byKind.has(byKind)) throw new Error(`${byResource} is declared twice`);
    this.byResource.set(byResource, kind);
    this.byKind.set(byKind, kind);
    this.changed();
  }

  /** Takes a kind out; false when there was none. */
  remove({ group, version, resource }: GroupVersionResource): boolean {
    const kind = this.byResource.get(resourceKey(group, version, resource));
    if (!kind) return false;
    this.byResource.delete(resourceKey(group, version, resource));
    this.byKind.delete(resourceKey(group, version, kind.kind));
    this.changed();
    return true;
  }

  /** The kind behind a path: `lookup('', 'v1', 'pods')`. */
  lookup(group: string, version: string, resource: string): KindDefinition | undefined {
    return this.byResource.get(resourceKey(group, version, resource));
  }

  lookupKind({ group, version, kind }: GroupVersionKind): KindDefinition | undefined {
    return this.byKind.get(resourceKey(group, version, kind));
  }

  /** Kinds of one group and version, by resource name. */
  kindsOf(group: string, version: string): KindDefinition[] {
    return [...this]
      .filter((kind) => kind.group === group && kind.version === version)
      .sort((a, b) => (a.resource < b.resource ? -1 : 1));
  }

  /** Groups in order of declaration, each with its versions, the preferred one first. */
  groups(): { group: string; versions: string[] }[] {
    const groups = new Map<string, Set<string>>();
    for (const { group, version } of this) {
      groups.set(group, (groups.get(group) ?? new Set()).add(version));
    }
    return [...groups].map(([group, versions]) => ({ group, versions: [...versions].sort(compareVersions) }));
  }

  groupVersions(): GroupVersion[] {
    return this.groups().flatMap(({ group, versions }) => versions.map((version) => ({ group, version })));
  }

  private changed(): void {
    this.changes++;
    for (const listener of this.listeners) listener();
  }

  [Symbol.iterator](): Iterator<KindDefinition> {
    return this.byResource.values();
  }
}

const stages: Record<string, number> = { '': 0, beta: 1, alpha: 2 };

/** Best first: stable before beta before alpha, then the higher number (API documentation "Version priority"). */
export function compareVersions(a: string, b: string): number {
  const parts = [a, b].map((version) => /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version));
  const [left, right] = parts;
  if (!left || !right) return left ? -1 : right ? 1 : a < b ? -1 : Number(a > b);
  const rank = (match: RegExpExecArray): number[] => [stages[match[2] ?? ''] ?? 3, -Number(match[1]), -Number(match[3] ?? 0)];
  const [x, y] = [rank(left), rank(right)];
  return x.map((value, i) => value - (y[i] ?? 0)).find((difference) => difference !== 0) ?? 0;
}
