import type { ResourceQuota, ResourceType } from '@typernetes/api';
import { resources } from '@typernetes/api';
import type { ReconcileResult } from '@typernetes/client';
import { keyOf, splitKey } from '@typernetes/client';
import type { KubernetesObject } from '@typernetes/machinery';
import { hasReason } from '@typernetes/machinery';
import { isDeepStrictEqual } from 'node:util';
import type { ControllerContext, ControllerDefinition } from '../context';
import { newController } from '../context';
import { givesBack, isLower, quotaStatus } from './quota-status';

/** Deletions come in crowds. */
const batchMs = 200;
/** A charge is written before its object is: for so long after one the caches may not know what it was for. */
const settleMs = 500;
/** While charges never cease something is given back after this long all the same. */
const patienceMs = 5_000;
/** Everything is counted anew now and then (upstream's --resource-quota-sync-period). */
const resyncMs = 5 * 60_000;

/** Counts what namespaces use of their quotas. Admission adds; what is given back is found here. */
export const resourceQuotaController: ControllerDefinition = {
  name: 'resourcequota-controller',
  setUp(context) {
    const { informers, clock } = context;
    const quotas = informers.informer(resources.resourceQuotas);
    const actor = new QuotaActor(context);
    const loop = newController(context, this.name, (key) => actor.reconcile(key));
    quotas.onChange({
      added: (quota) => loop.enqueue(keyOf(quota)),
      updated: (quota, previous) => {
        actor.changed(keyOf(quota));
        if (!isDeepStrictEqual(quota.spec, previous.spec) || !isDeepStrictEqual(quota.spec?.hard, quota.status?.hard)) loop.enqueue(keyOf(quota));
      },
      deleted: (quota) => actor.forget(keyOf(quota)),
    });
    const recount = (namespace: string | undefined): void => {
      if (namespace) for (const quota of quotas.list(namespace)) loop.enqueueAfter(keyOf(quota), batchMs);
    };
    context.kinds.follow({
      added: (kind, informer) => {
        if (!isCounted(kind)) return;
        informer.onChange({
          updated: (next, previous) => {
            if (givesBack(kind, next, previous, clock.now())) recount(next.metadata?.namespace);
          },
          deleted: ({ metadata }) => recount(metadata?.namespace),
        });
        // What has not been listed yet must not count as nothing.
        void informer.whenSynced().then(() => quotas.list().forEach((quota) => loop.enqueue(keyOf(quota))));
      },
      removed: (_kind, objects) => {
        for (const namespace of new Set(objects.map(({ metadata }) => metadata?.namespace))) recount(namespace);
      },
    });
    return (signal) => loop.run(signal);
  },
};

/** Kinds whose objects quotas may count; events come and go, and are nobody's. */
const isCounted = ({ namespaced, resource }: ResourceType): boolean => namespaced && resource !== 'events';

class QuotaActor {
  private readonly changedAt = new Map<string, number>();
  private readonly postponedAt = new Map<string, number>();

  constructor(private readonly context: ControllerContext) {}

  changed(key: string): void {
    this.changedAt.set(key, this.context.clock.monotonic());
  }

  forget(key: string): void {
    this.changedAt.delete(key);
    this.postponedAt.delete(key);
  }

  async reconcile(key: string): Promise<ReconcileResult> {
    const { informers, kinds, clock, client } = this.context;
    const quota = informers.informer(resources.resourceQuotas).get(key);
    if (!quota) return undefined;
    const { namespace } = splitKey(key);
    const objectsOf = (kind: ResourceType): KubernetesObject[] => kinds.informer(kind).list(namespace);
    const status = quotaStatus(quota, kinds.known().filter((kind) => isCounted(kind) && kinds.informer(kind).synced), { objectsOf, nowMs: clock.now() });
    if (isDeepStrictEqual(status, { hard: quota.status?.hard ?? {}, used: quota.status?.used ?? {} })) return { requeueAfterMs: resyncMs };
    const waitMs = this.postponed(key, quota, isLower(status, quota.status));
    if (waitMs > 0) return { requeueAfterMs: waitMs };
    try {
      await client.resource(resources.resourceQuotas).updateStatus({ ...quota, status });
    } catch (error) {
      if (!hasReason(error, 'NotFound')) throw error;
    }
    return { requeueAfterMs: resyncMs };
  }

  /** How long to wait before something is given back. */
  private postponed(key: string, { status }: ResourceQuota, isGivenBack: boolean): number {
    const now = this.context.clock.monotonic();
    const sinceChange = now - (this.changedAt.get(key) ?? -Infinity);
    if (!isGivenBack || status?.used === undefined || sinceChange >= settleMs) {
      this.postponedAt.delete(key);
      return 0;
    }
    const postponedAt = this.postponedAt.get(key) ?? now;
    this.postponedAt.set(key, postponedAt);
    if (now - postponedAt < patienceMs) return settleMs - sinceChange;
    this.postponedAt.delete(key);
    return 0;
  }
}
