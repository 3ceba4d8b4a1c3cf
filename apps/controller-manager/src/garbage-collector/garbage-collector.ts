import { LRUCache } from 'lru-cache';
import type { KubernetesObject, OwnerReference } from '@typernetes/machinery';
import { hasReason } from '@typernetes/machinery';
import type { ControllerContext, ControllerDefinition } from '../context';
import { newController } from '../context';
import type { GraphNode } from './graph';
import { OwnerGraph } from './graph';
import type { OwnerState } from './verdict';
import { foregroundFinalizer, judge, orphanFinalizer } from './verdict';

/** Owners known to be gone: spares a question to the API per dependent. */
const absentOwnersMax = 500;

/** Deletes what has lost all its owners, and carries out foreground and orphaning deletions. */
export const garbageCollector: ControllerDefinition = {
  name: 'garbage-collector-controller',
  setUp(context) {
    const graph = new OwnerGraph();
    const collector = new Collector(context, graph);
    const loop = newController(context, this.name, (uid) => collector.reconcile(uid));
    const enqueueDependents = (uid: string): void => graph.dependents(uid).forEach(({ object }) => loop.enqueue(object.metadata?.uid ?? ''));
    /** Owners that wait for a dependent may go when it no longer blocks them. */
    const enqueueWaiting = (owners: readonly OwnerReference[]): void => {
      for (const { uid } of owners) {
        const owner = graph.get(uid);
        if (owner && isWaiting(owner.object)) loop.enqueue(uid);
      }
    };
    const gone = (object: KubernetesObject): void => {
      const uid = object.metadata?.uid ?? '';
      graph.delete(uid);
      collector.sawDeletion(uid);
      enqueueDependents(uid);
      for (const owner of object.metadata?.ownerReferences ?? []) loop.enqueue(owner.uid);
    };
    context.kinds.follow({
      added: (type, informer) => {
        // Events own nothing and nobody owns them; following them would only cost memory.
        if (type.resource === 'events') return;
        const seen = (object: KubernetesObject): void => {
          const uid = object.metadata?.uid ?? '';
          const ownersBefore = graph.get(uid)?.object.metadata?.ownerReferences ?? [];
          graph.set({ type, object });
          loop.enqueue(uid);
          enqueueWaiting([...ownersBefore, ...(object.metadata?.ownerReferences ?? [])]);
          if (isWaiting(object)) enqueueDependents(uid);
        };
        informer.onChange({ added: seen, updated: seen, deleted: gone });
      },
      removed: (_type, objects) => objects.forEach(gone),
    });
    return (signal) => loop.run(signal);
  },
};

/** Deleted in the foreground: it waits for its dependents. */
function isWaiting({ metadata }: KubernetesObject): boolean {
  return metadata?.deletionTimestamp !== undefined && (metadata.finalizers?.includes(foregroundFinalizer) ?? false);
}

const blocksOwners = ({ metadata }: KubernetesObject): boolean => metadata?.ownerReferences?.some(({ blockOwnerDeletion }) => blockOwnerDeletion) ?? false;

class Collector {
  private readonly absent = new LRUCache<string, true>({ max: absentOwnersMax });

  constructor(
    private readonly context: ControllerContext,
    private readonly graph: OwnerGraph,
  ) {}

  sawDeletion(uid: string): void {
    this.absent.set(uid, true);
  }

  async reconcile(uid: string): Promise<void> {
    const node = this.graph.get(uid);
    if (!node) return;
    const { metadata } = node.object;
    if (metadata?.deletionTimestamp && metadata.finalizers?.includes(orphanFinalizer)) return this.orphanDependents(node);
    if (isWaiting(node.object)) return this.awaitDependents(node);
    if (metadata?.ownerReferences?.length) await this.judgeDependent(node);
  }

  private async judgeDependent(node: GraphNode): Promise<void> {
    const { object } = node;
    const states = new Map<string, OwnerState>();
    for (const owner of object.metadata?.ownerReferences ?? []) states.set(owner.uid, await this.ownerState(owner, object));
    const hasDependents = this.graph.dependents(object.metadata?.uid ?? '').length > 0;
    const verdict = judge(object, states, hasDependents);
    switch (verdict.action) {
      case 'keep':
        return;
      case 'dropReferences':
        return this.dropReferences(node, verdict.uids);
      case 'delete':
        if (verdict.propagation === 'Foreground' && this.isInCircle(node) && blocksOwners(object)) return this.unblockOwners(node);
        this.context.logger.info({ resource: node.type.resource, namespace: object.metadata?.namespace, name: object.metadata?.name }, 'deleting what has no owner any more');
        return this.delete(node, verdict.propagation);
    }
  }

  private async ownerState(owner: OwnerReference, dependent: KubernetesObject): Promise<OwnerState> {
    const known = this.graph.get(owner.uid);
    if (known) return isWaiting(known.object) ? 'waiting' : 'solid';
    if (this.absent.has(owner.uid)) return 'absent';
    // Not in our cache is no proof: the API decides. A kind that we do not know may be served by somebody else.
    const type = this.context.kinds.find(owner);
    if (!type) return 'solid';
    const namespace = type.namespaced ? dependent.metadata?.namespace : undefined;
    try {
      const live = await this.context.client.resource(type).get(owner.name, { namespace });
      if (live.metadata?.uid === owner.uid) return isWaiting(live) ? 'waiting' : 'solid';
    } catch (error) {
      if (!hasReason(error, 'NotFound')) throw error;
    }
    this.absent.set(owner.uid, true);
    return 'absent';
  }

  private blocking(ownerUid: string): GraphNode[] {
    return this.graph
      .dependents(ownerUid)
      .filter(({ object }) => object.metadata?.ownerReferences?.some(({ uid, blockOwnerDeletion }) => uid === ownerUid && blockOwnerDeletion));
  }

  /** Dependents are deleted by their own reconcile; the owner goes when none blocks it any more. */
  private async awaitDependents(node: GraphNode): Promise<void> {
    const uid = node.object.metadata?.uid ?? '';
    if (!this.blocking(uid).length) await this.removeFinalizer(node, foregroundFinalizer);
  }

  private async orphanDependents(node: GraphNode): Promise<void> {
    const uid = node.object.metadata?.uid ?? '';
    for (const dependent of this.graph.dependents(uid)) await this.dropReferences(dependent, [uid]);
    await this.removeFinalizer(node, orphanFinalizer);
  }

  /** Its dependents wait for theirs, among which it may be: nobody would ever go first. */
  private isInCircle({ object }: GraphNode): boolean {
    return this.graph.dependents(object.metadata?.uid ?? '').some((dependent) => isWaiting(dependent.object));
  }

  /** Its owners need not wait for it any longer. It is judged anew when that has been seen. */
  private async unblockOwners({ type, object }: GraphNode): Promise<void> {
    const { name = '', namespace, uid, resourceVersion, ownerReferences = [] } = object.metadata ?? {};
    const patch = { metadata: { uid, resourceVersion, ownerReferences: ownerReferences.map((owner) => ({ ...owner, blockOwnerDeletion: false })) } };
    await this.context.client.resource(type).patch(name, patch, { namespace, type: 'application/merge-patch+json' }).catch(ignoreGone);
  }

  private async dropReferences({ type, object }: GraphNode, uids: readonly string[]): Promise<void> {
    const ownerReferences = (object.metadata?.ownerReferences ?? []).filter(({ uid }) => !uids.includes(uid));
    const { name = '', namespace, uid, resourceVersion } = object.metadata ?? {};
    const patch = { metadata: { uid, resourceVersion, ownerReferences: ownerReferences.length ? ownerReferences : null } };
    await this.context.client.resource(type).patch(name, patch, { namespace, type: 'application/merge-patch+json' }).catch(ignoreGone);
  }

  private async removeFinalizer({ type, object }: GraphNode, finalizer: string): Promise<void> {
    const { name = '', namespace, uid, resourceVersion } = object.metadata ?? {};
    const finalizers = (object.metadata?.finalizers ?? []).filter((other) => other !== finalizer);
    const patch = { metadata: { uid, resourceVersion, finalizers: finalizers.length ? finalizers : null } };
    await this.context.client.resource(type).patch(name, patch, { namespace, type: 'application/merge-patch+json' }).catch(ignoreGone);
  }

  private async delete({ type, object }: GraphNode, propagationPolicy: 'Background' | 'Foreground' | 'Orphan'): Promise<void> {
    const { name = '', namespace, uid, resourceVersion } = object.metadata ?? {};
    await this.context.client.resource(type).delete(name, { namespace, propagationPolicy, preconditions: { uid, resourceVersion } }).catch(ignoreGone);
  }
}

function ignoreGone(error: unknown): void {
  if (!hasReason(error, 'NotFound')) throw error;
}
