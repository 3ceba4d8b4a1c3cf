import { resources, type CustomResourceDefinition, type KindDefinition, type Registry, type TakenNames } from '@typernetes/api';
import type { ApiClient } from '@typernetes/client';
import type { Logger } from '@typernetes/component';
import { hasReason, jsonEqual, type Cancel, type Clock } from '@typernetes/machinery';
import type { ObjectReader } from '../pipeline/object-reader';
import type { ResourceStores } from '../store/resource-stores';
import { kindsOfDefinition, storagePathOf, type CustomKindOptions } from './custom-kind';
import { isEstablished, statusOf } from './definition-status';

/** After trouble with the store. */
const retryMs = 1_000;

export interface FollowerParts extends CustomKindOptions {
  readonly registry: Registry;
  readonly stores: ResourceStores;
  readonly objects: ObjectReader;
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Deletes all objects of a definition that goes, then lets it go. */
  finalize(definition: CustomResourceDefinition): void;
}

/** What is served because of one definition. */
interface Served {
  readonly definition: CustomResourceDefinition;
  readonly kinds: readonly KindDefinition[];
}

/**
 * Serves the kinds that CustomResourceDefinitions declare: decides on their names, brings kinds into the registry before
 * a definition is called established, and takes them out when it is gone. One definition at a time, so that of two that
 * want a name only one gets it.
 */
export class DefinitionFollower {
  private readonly served = new Map<string, Served>();
  private readonly due = new Set<string>();
  private readonly builtIn: readonly KindDefinition[];
  private stopFollowing: Cancel = () => {};
  private work: Promise<void> = Promise.resolve();
  private isStopped = false;
  private isBusy = false;

  constructor(private readonly parts: FollowerParts) {
    this.builtIn = [...parts.registry];
  }

  /** Resolves when everything that is stored is served. */
  async start(): Promise<void> {
    this.stopFollowing = this.parts.objects.onChange(resources.customResourceDefinitions, ({ object }) => this.enqueue(object.metadata?.name ?? ''));
    await this.work;
  }

  stop(): void {
    this.isStopped = true;
    this.stopFollowing();
  }

  /** Resolves when what the caches know now is served. */
  async settled(): Promise<void> {
    while (this.due.size > 0 || this.isBusy) await this.work;
  }

  private enqueue(name: string): void {
    if (this.isStopped || this.due.has(name)) return;
    this.due.add(name);
    this.work = this.work.then(() => this.process(name));
  }

  private async process(name: string): Promise<void> {
    this.due.delete(name);
    if (this.isStopped) return;
    this.isBusy = true;
    try {
      const definition = this.parts.objects.get(resources.customResourceDefinitions, name);
      if (definition) await this.follow(definition);
      else this.unserve(name);
    } catch (error) {
      if (this.isStopped) return;
      this.parts.logger.warn({ err: error, name }, 'a CustomResourceDefinition could not be followed, trying again');
      this.parts.clock.after(retryMs, () => this.enqueue(name));
    } finally {
      this.isBusy = false;
    }
  }

  private async follow(definition: CustomResourceDefinition): Promise<void> {
    const status = statusOf(definition, this.namesTaken(definition), this.parts.clock.now());
    const next = { ...definition, status };
    if (isEstablished(next)) await this.serve(next);
    if (!jsonEqual(status, definition.status ?? {})) await this.writeStatus(next);
    if (definition.metadata?.deletionTimestamp) this.parts.finalize(next);
  }

  private async writeStatus(next: CustomResourceDefinition): Promise<void> {
    try {
      await this.parts.client.resource(resources.customResourceDefinitions).updateStatus(next);
    } catch (error) {
      // Whoever was faster brings another event.
      if (!hasReason(error, 'Conflict', 'NotFound')) throw error;
    }
  }

  private namesTaken({ metadata, spec }: CustomResourceDefinition): TakenNames {
    const [names, kinds] = [new Set<string>(), new Set<string>()];
    for (const kind of this.builtIn) {
      if (kind.group !== spec.group) continue;
      for (const name of [kind.resource, kind.singular, ...kind.shortNames]) names.add(name);
      kinds.add(kind.kind).add(`${kind.kind}List`);
    }
    for (const other of this.parts.objects.list(resources.customResourceDefinitions)) {
      if (other.spec.group !== spec.group || other.metadata?.name === metadata?.name) continue;
      // What this server has just decided may not have come back from the store yet.
      const accepted = this.served.get(other.metadata?.name ?? '')?.definition.status?.acceptedNames ?? other.status?.acceptedNames;
      for (const name of [accepted?.plural, accepted?.singular, ...(accepted?.shortNames ?? [])]) if (name) names.add(name);
      for (const kind of [accepted?.kind, accepted?.listKind]) if (kind) kinds.add(kind);
    }
    return { resources: names, kinds };
  }

  private async serve(definition: CustomResourceDefinition): Promise<void> {
    const name = definition.metadata?.name ?? '';
    const before = this.served.get(name);
    if (before && isServedAlike(before.definition, definition)) return;
    const { registry, stores } = this.parts;
    const kinds = kindsOfDefinition(definition, this.parts);
    await stores.adopt(storagePathOf(definition), kinds);
    for (const kind of before?.kinds ?? []) registry.remove(kind);
    stores.forget(before?.kinds ?? []);
    for (const kind of kinds) registry.add(kind);
    this.served.set(name, { definition, kinds });
    this.parts.logger.info({ name, versions: kinds.map(({ version }) => version) }, 'serving a custom kind');
  }

  private unserve(name: string): void {
    const gone = this.served.get(name);
    if (gone) {
      this.served.delete(name);
      for (const kind of gone.kinds) this.parts.registry.remove(kind);
      this.parts.stores.forget(gone.kinds);
      this.parts.stores.drop(storagePathOf(gone.definition));
      this.parts.logger.info({ name }, 'a custom kind is gone');
    }
    // Somebody may have waited for its names.
    for (const { metadata, status } of this.parts.objects.list(resources.customResourceDefinitions)) {
      if (status?.conditions?.some(({ type, status: is }) => type === 'NamesAccepted' && is === 'False')) this.enqueue(metadata?.name ?? '');
    }
  }
}

/** Only what makes the kinds counts: conditions change without anybody's watches ending. */
function isServedAlike(a: CustomResourceDefinition, b: CustomResourceDefinition): boolean {
  const shape = ({ metadata, spec, status }: CustomResourceDefinition): object => ({ uid: metadata?.uid, spec, names: status?.acceptedNames });
  return jsonEqual(shape(a), shape(b));
}
