import { builtInKinds, isServedByDefault, resources, type APIService, type CustomResourceDefinition, type KindDefinition, type ResourceType } from '@typernetes/api';
import { InformerFactory, type ApiClient, type Informer } from '@typernetes/client';
import type { Logger } from '@typernetes/component';
import { formatApiVersion, isConditionTrue, parseApiVersion, type Clock, type KubernetesObject, type Random } from '@typernetes/machinery';

let cached: readonly ResourceType[] | undefined;

const isDeletable = (kind: KindDefinition): boolean => kind.storagePath !== undefined && (['list', 'watch', 'delete'] as const).every((verb) => kind.verbs.includes(verb));

/** As deletableKinds, of the built-in kinds. */
function deletableBuiltIns(): readonly ResourceType[] {
  if (cached) return cached;
  const byStorage = new Map<string, ResourceType>();
  for (const kind of builtInKinds.filter(isServedByDefault)) {
    if (kind.storagePath && isDeletable(kind) && !byStorage.has(kind.storagePath)) byStorage.set(kind.storagePath, kind);
  }
  return (cached = [...byStorage.values()]);
}

/** Built-in kinds of versions that are off by default and on here, as their APIServices tell. */
export function turnedOn(apiServices: readonly APIService[]): KindDefinition[] {
  const served = new Set(apiServices.map(({ metadata }) => metadata?.name));
  const known = new Set(deletableBuiltIns().map(({ group, kind }) => `${group}/${kind}`));
  return builtInKinds.filter((kind) => isDeletable(kind) && !isServedByDefault(kind) && !kind.storedAs && !known.has(`${kind.group}/${kind.kind}`) && served.has(`${kind.version}.${kind.group}`));
}

/** The kind that a definition gives, in one of its versions; undefined while it is not served. */
export function typeOf({ spec, status }: CustomResourceDefinition): ResourceType | undefined {
  const version = spec.versions.find(({ served, storage }) => served && storage) ?? spec.versions.find(({ served }) => served);
  const names = status?.acceptedNames;
  if (!version || !names || !isConditionTrue(status?.conditions, 'Established')) return undefined;
  return { group: spec.group, version: version.name, kind: names.kind, resource: names.plural, namespaced: spec.scope === 'Namespaced' };
}

const sameType = (a: ResourceType, b: ResourceType): boolean => a.version === b.version && a.kind === b.kind && a.resource === b.resource && a.namespaced === b.namespaced;

export interface KindHandlers {
  added(type: ResourceType, informer: Informer<KubernetesObject>): void;
  /** The kind is gone, and what was last known of its objects. */
  removed?(type: ResourceType, objects: readonly KubernetesObject[]): void;
}

interface CustomKind {
  readonly type: ResourceType;
  readonly definition: CustomResourceDefinition;
  /** Of its own, so that it can end with the kind. */
  readonly informer: Informer<KubernetesObject>;
  readonly ended: AbortController;
}

interface Dependencies {
  readonly client: ApiClient;
  readonly informers: InformerFactory;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/**
 * The kinds whose objects can be listed, watched and deleted: what a namespace holds and what may own or be owned. A
 * kind served under two groups (events) counts once. Custom kinds come and go with their definitions.
 */
export class DeletableKinds {
  private readonly custom = new Map<string, CustomKind>();
  private readonly handlers: KindHandlers[] = [];

  /** Follows definitions as soon as the informers start. */
  constructor(private readonly dependencies: Dependencies) {
    const changed = (definition: CustomResourceDefinition): void => this.definitionChanged(definition);
    dependencies.informers.informer(resources.customResourceDefinitions).onChange({ added: changed, updated: changed, deleted: ({ metadata }) => this.remove(metadata?.name ?? '') });
  }

  /** Those of this moment, asked of the API: for decisions that must not miss a new kind. */
  async current(): Promise<readonly ResourceType[]> {
    const { client } = this.dependencies;
    const [{ items }, apiServices] = await Promise.all([client.resource(resources.customResourceDefinitions).list(), client.resource(resources.apiServices).list()]);
    return [...deletableBuiltIns(), ...turnedOn(apiServices.items), ...items.flatMap((definition) => typeOf(definition) ?? [])];
  }

  /** Those that are known from the caches. */
  known(): readonly ResourceType[] {
    return [...deletableBuiltIns(), ...[...this.custom.values()].map(({ type }) => type)];
  }

  /** The kind behind an owner reference; an owner may be named in any version that is served. */
  find({ apiVersion, kind }: { apiVersion: string; kind: string }): ResourceType | undefined {
    const builtIn = deletableBuiltIns().find((type) => type.kind === kind && formatApiVersion(type) === apiVersion);
    return builtIn ?? this.findCustom({ apiVersion, kind });
  }

  /** A custom kind, in the version that is asked for. */
  findCustom({ apiVersion, kind }: { apiVersion: string; kind: string }): ResourceType | undefined {
    const isServed = ({ spec }: CustomResourceDefinition): boolean => spec.versions.some(({ name, served }) => served && formatApiVersion({ group: spec.group, version: name }) === apiVersion);
    const found = [...this.custom.values()].find(({ type, definition }) => type.kind === kind && isServed(definition))?.type;
    return found && { ...found, version: parseApiVersion(apiVersion).version };
  }

  /** The cache of a kind that was given to handlers. */
  informer(type: ResourceType): Informer<KubernetesObject> {
    return [...this.custom.values()].find((custom) => custom.type === type)?.informer ?? this.dependencies.informers.informer(type);
  }

  /** Tells of all kinds that are there and of those that come and go. Before the informers start. */
  follow(handlers: KindHandlers): void {
    this.handlers.push(handlers);
    for (const type of deletableBuiltIns()) handlers.added(type, this.dependencies.informers.informer(type));
    for (const { type, informer } of this.custom.values()) handlers.added(type, informer);
  }

  /** Ends what it has begun. */
  stop(): void {
    for (const { ended } of this.custom.values()) ended.abort();
    this.custom.clear();
  }

  private definitionChanged(definition: CustomResourceDefinition): void {
    const name = definition.metadata?.name ?? '';
    const [before, type] = [this.custom.get(name), typeOf(definition)];
    if (before && type && sameType(before.type, type)) {
      this.custom.set(name, { ...before, definition });
      return;
    }
    this.remove(name);
    if (type) this.add(name, type, definition);
  }

  private add(name: string, type: ResourceType, definition: CustomResourceDefinition): void {
    const ended = new AbortController();
    const informers = new InformerFactory(this.dependencies);
    const informer = informers.informer<KubernetesObject>(type);
    this.custom.set(name, { type, definition, informer, ended });
    for (const handlers of this.handlers) handlers.added(type, informer);
    informers.start(ended.signal);
  }

  private remove(name: string): void {
    const gone = this.custom.get(name);
    if (!gone) return;
    this.custom.delete(name);
    gone.ended.abort();
    for (const handlers of this.handlers) handlers.removed?.(gone.type, gone.informer.list());
  }
}
