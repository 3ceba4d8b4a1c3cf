import type { Pod } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { keyOf } from '@typernetes/client';
import { controllerOf, controllerReference, hasReason } from '@typernetes/machinery';
import type { ControllerContext } from '../context';
import { applyClaims, candidatesOf, planClaims } from '../controller-revisions/claims';
import type { Expectations } from '../expectations';
import { sameStatus } from '../same-status';
import { slowStart } from '../slow-start';
import { failureConditions, planReplicas, replicaStatus, type ReplicaFailure, type ReplicaPlan } from './replica-plan';
import type { ReplicaOwner, ReplicaStyle } from './replica-style';

/** Does what the plan for one owner says. */
export class ReplicaActor<O extends ReplicaOwner> {
  private readonly events;

  constructor(
    private readonly context: ControllerContext,
    private readonly style: ReplicaStyle<O>,
    private readonly expectations: Expectations,
  ) {
    this.events = context.events(style.eventSource);
  }

  async reconcile(key: string): Promise<void | { requeueAfterMs: number }> {
    const owner = this.context.informers.informer(this.style.type).get(key);
    if (!owner) return;
    // Asked before the plan: what arrives while we adopt would make the plan look right although it is older.
    const trusted = this.expectations.fulfilled(key);
    const owned = await this.claim(owner);
    const plan = planReplicas(owner, owned, this.related(owner, owned));
    try {
      if (trusted) await this.manage(key, owner, plan);
    } catch (error) {
      await this.writeStatus(owner, owned, { reason: plan.createCount > 0 ? 'FailedCreate' : 'FailedDelete', message: messageOf(error) });
      throw error;
    }
    await this.writeStatus(owner, owned, undefined);
    return this.nextLook(owner, owned);
  }

  private async claim(owner: O): Promise<Pod[]> {
    const { client, informers } = this.context;
    const plan = planClaims(owner, this.style.selectorOf(owner), candidatesOf(informers.informer(resources.pods), owner), (pod) => controllerOf(pod) !== undefined || !isOver(pod));
    await applyClaims({ client, ownerType: this.style.type, type: resources.pods, gvk: this.style.gvk }, owner, plan);
    return plan.owned;
  }

  /** Pods of all owners that share this one's own owner: the ReplicaSets of a Deployment. */
  private related(owner: O, owned: Pod[]): Pod[] {
    const parent = controllerOf(owner)?.uid;
    if (!parent) return owned;
    const { informers } = this.context;
    const siblings = informers.informer(this.style.type).list(owner.metadata?.namespace).filter((other) => controllerOf(other)?.uid === parent && other.metadata?.uid !== owner.metadata?.uid);
    return [...owned, ...siblings.flatMap((sibling) => candidatesOf(informers.informer(resources.pods), sibling).filter((pod) => controllerOf(pod)?.uid === sibling.metadata?.uid))];
  }

  private async manage(key: string, owner: O, plan: ReplicaPlan): Promise<void> {
    const created = await slowStart(plan.createCount, () => this.createPod(key, owner));
    if (created) this.context.logger.info({ key, created }, 'created pods');
    await Promise.all(plan.delete.map((pod) => this.deletePod(key, owner, pod)));
  }

  private async createPod(key: string, owner: O): Promise<void> {
    const { name, namespace } = owner.metadata ?? {};
    const template = owner.spec?.template;
    const { labels, annotations, finalizers } = template?.metadata ?? {};
    try {
      const pod = await this.context.client.resource(resources.pods).create({
        metadata: { generateName: `${name}-`, namespace, labels, annotations, finalizers, ownerReferences: [controllerReference(owner, this.style.gvk)] },
        spec: template?.spec,
      });
      const uid = pod.metadata?.uid ?? '';
      // The event may have come before the answer.
      if (!this.context.informers.informer(resources.pods).get(keyOf(pod))) this.expectations.created(key, uid);
      this.record(owner, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata?.name}`);
    } catch (error) {
      // The namespace goes away and takes the owner along: not worth an event.
      if (!isNamespaceTerminating(error)) this.record(owner, 'Warning', 'FailedCreate', `Error creating: ${messageOf(error)}`);
      throw error;
    }
  }

  private async deletePod(key: string, owner: O, pod: Pod): Promise<void> {
    const { name = '', namespace, uid } = pod.metadata ?? {};
    this.expectations.deleted(key, uid ?? '');
    try {
      await this.context.client.resource(resources.pods).delete(name, { namespace, preconditions: { uid } });
      this.record(owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`);
    } catch (error) {
      this.expectations.sawDeletion(key, uid ?? '');
      if (hasReason(error, 'NotFound')) return;
      this.record(owner, 'Warning', 'FailedDelete', `Error deleting: ${messageOf(error)}`);
      throw error;
    }
  }

  private statusOf(owner: O, owned: readonly Pod[]): ReturnType<typeof replicaStatus> {
    return replicaStatus(owner, owned, { nowMs: this.context.clock.now(), countsTerminating: this.style.countsTerminating });
  }

  private async writeStatus(owner: O, owned: readonly Pod[], failure: ReplicaFailure | undefined): Promise<void> {
    const status = { ...this.statusOf(owner, owned), conditions: failureConditions(owner, failure, this.context.clock.now()) };
    if (sameStatus(status, owner.status)) return;
    await this.context.client.resource(this.style.type).updateStatus({ ...owner, status }).catch(ignoreGone);
  }

  /** Ready pods become available by time alone. */
  private nextLook(owner: O, owned: readonly Pod[]): { requeueAfterMs: number } | undefined {
    const minReadyMs = (owner.spec?.minReadySeconds ?? 0) * 1000;
    const { readyReplicas, availableReplicas } = this.statusOf(owner, owned);
    return minReadyMs > 0 && readyReplicas !== availableReplicas ? { requeueAfterMs: minReadyMs } : undefined;
  }

  private record(owner: O, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.events.record({ type: this.style.type, object: owner }, type, reason, message);
  }
}

const isOver = ({ status }: Pod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed';

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isNamespaceTerminating(error: unknown): boolean {
  return hasReason(error, 'Forbidden') && messageOf(error).includes('because it is being terminated');
}

function ignoreGone(error: unknown): void {
  if (!hasReason(error, 'NotFound', 'Conflict')) throw error;
}
