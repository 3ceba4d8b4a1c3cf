import { customResourceCleanup, resources, type CustomResourceDefinition, type KindDefinition, type Registry } from '@typernetes/api';
import type { ApiClient } from '@typernetes/client';
import type { Logger } from '@typernetes/component';
import { findCondition, hasReason, setCondition, type Clock } from '@typernetes/machinery';
import type { ObjectReader } from '../pipeline/object-reader';

/** Deletes under way at a time. */
const deletesAtOnce = 16;
/** How long until it looks again whether objects with finalizers are gone; longer each time. */
const [recheckMsMin, recheckMsMax] = [50, 2_000];

export interface FinalizerParts {
  readonly registry: Registry;
  readonly objects: ObjectReader;
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Resolves when the caches are as new as the store is now. */
  confirm(): Promise<unknown>;
}

/** Empties definitions that are being deleted, then lets them go. */
export class DefinitionFinalizer {
  private readonly busy = new Set<string>();

  constructor(private readonly parts: FinalizerParts) {}

  /** Does it in the background, once at a time for each definition. */
  finalize(definition: CustomResourceDefinition): void {
    const { name = '', uid = '', finalizers = [] } = definition.metadata ?? {};
    if (!finalizers.includes(customResourceCleanup) || this.busy.has(uid)) return;
    this.busy.add(uid);
    void this.run(name, uid).finally(() => this.busy.delete(uid));
  }

  private async run(name: string, uid: string): Promise<void> {
    const { clock, logger, signal } = this.parts;
    for (let waitMs = recheckMsMin; !signal.aborted; waitMs = Math.min(waitMs * 2, recheckMsMax)) {
      try {
        await this.parts.confirm();
        const definition = this.parts.objects.get(resources.customResourceDefinitions, name);
        if (definition?.metadata?.uid !== uid || !definition.metadata.finalizers?.includes(customResourceCleanup)) return;
        if (await this.isEmptied(definition)) await this.release(definition);
        else await this.tell(definition, 'True', 'InstanceDeletionInProgress', 'CustomResource deletion is in progress');
      } catch (error) {
        if (!hasReason(error, 'Conflict', 'NotFound')) logger.warn({ err: error, name }, 'custom objects could not be deleted, trying again');
      }
      await clock.sleep(waitMs, signal).catch(() => {});
    }
  }

  /** Deletes what is there; true when there was nothing. */
  private async isEmptied({ spec }: CustomResourceDefinition): Promise<boolean> {
    const kind = [...this.parts.registry].find(({ group, resource }) => group === spec.group && resource === spec.names.plural);
    if (!kind) return true;
    const objects = this.parts.objects.list(kind);
    const due = objects.filter(({ metadata }) => !metadata?.deletionTimestamp);
    for (let start = 0; start < due.length; start += deletesAtOnce) {
      await Promise.all(due.slice(start, start + deletesAtOnce).map(({ metadata }) => this.deleteOne(kind, metadata?.name ?? '', metadata?.namespace)));
    }
    return objects.length === 0;
  }

  private async deleteOne(kind: KindDefinition, name: string, namespace: string | undefined): Promise<void> {
    try {
      await this.parts.client.resource(kind).delete(name, namespace ? { namespace } : {});
    } catch (error) {
      if (!hasReason(error, 'NotFound')) throw error;
    }
  }

  private async release(definition: CustomResourceDefinition): Promise<void> {
    const told = await this.tell(definition, 'False', 'InstanceDeletionCompleted', 'removed all instances');
    const finalizers = (told.metadata?.finalizers ?? []).filter((other) => other !== customResourceCleanup);
    await this.parts.client.resource(resources.customResourceDefinitions).update({ ...told, metadata: { ...told.metadata, finalizers } });
  }

  private async tell(definition: CustomResourceDefinition, status: string, reason: string, message: string): Promise<CustomResourceDefinition> {
    const before = findCondition(definition.status?.conditions, 'Terminating');
    if (before?.reason === reason) return definition;
    const conditions = [...setCondition(definition.status?.conditions, { type: 'Terminating', status, reason, message }, this.parts.clock.now())];
    return this.parts.client.resource(resources.customResourceDefinitions).updateStatus({ ...definition, status: { ...definition.status, conditions } });
  }
}
