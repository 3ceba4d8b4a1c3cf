import type { DaemonSet, DaemonSetStatus, Pod } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { keyOf, type ReconcileResult } from '@typernetes/client';
import { controllerReference, hasReason, selectorFromObject, type LabelSelector } from '@typernetes/machinery';
import type { ControllerContext } from '../context';
import { applyClaims, candidatesOf, planClaims } from '../controller-revisions/claims';
import { revisionLabel, superfluousRevisions } from '../controller-revisions/revision';
import { RevisionHistory, type History } from '../controller-revisions/revision-history';
import type { Expectations } from '../expectations';
import { sameStatus } from '../same-status';
import { slowStart } from '../slow-start';
import { planDaemons, planRollingUpdate, type DaemonPlan, type DaemonView } from './daemon-plan';
import { daemonPodTemplate } from './daemon-pod';
import { daemonStatus } from './daemon-status';
import { FailedPods } from '../failed-pods';

const gvk = { apiVersion: 'apps/v1', kind: 'DaemonSet' };
/** Pods created or deleted in one go. */
const burstReplicas = 250;

/** Looks at one DaemonSet and moves it one step. */
export class DaemonSetActor {
  private readonly events;
  private readonly failedPods: FailedPods;
  private readonly history: RevisionHistory<DaemonSet>;

  constructor(
    private readonly context: ControllerContext,
    private readonly expectations: Expectations,
  ) {
    this.events = context.events('daemonset-controller');
    this.failedPods = new FailedPods(context.clock);
    this.history = new RevisionHistory(context, resources.daemonSets, { gvk, hashLabel: revisionLabel });
  }

  forget({ metadata }: DaemonSet): void {
    this.failedPods.forget(`${metadata?.uid}/`);
  }

  async reconcile(key: string): Promise<ReconcileResult> {
    const { informers, clock } = this.context;
    const set = informers.informer(resources.daemonSets).get(key);
    if (!set || set.metadata?.deletionTimestamp) return;
    const selector = selectorFromObject(set.spec?.selector);
    if (selector.isEmpty) {
      this.record(set, 'Warning', 'SelectingAll', 'This daemon set is selecting all pods. A non-empty selector is required.');
      return;
    }
    const trusted = this.expectations.fulfilled(key);
    const history = await this.history.sync(set, selector);
    const pods = await this.claim(set, selector);
    const view: DaemonView = {
      set,
      nodes: informers.informer(resources.nodes).list(),
      pods,
      hash: history.update.metadata?.labels?.[revisionLabel] ?? '',
      nowMs: clock.now(),
      mayRetry: (nodeName) => this.failedPods.waitMs(failedKey(set, nodeName)) === 0,
    };
    const plan = planDaemons(view);
    let failure: unknown;
    try {
      if (trusted) await this.act(key, view, plan);
      if (trusted) await this.truncate(set, history, pods);
    } catch (error) {
      failure = error;
    }
    const status = { ...daemonStatus(view), collisionCount: history.collisionCount };
    await this.writeStatus(set, status);
    if (failure) throw failure;
    return this.nextLook(set, status, plan);
  }

  private async claim(set: DaemonSet, selector: LabelSelector): Promise<Pod[]> {
    const { client, informers } = this.context;
    const plan = planClaims(set, selector, candidatesOf(informers.informer(resources.pods), set));
    await applyClaims({ client, ownerType: resources.daemonSets, type: resources.pods, gvk }, set, plan);
    return plan.owned;
  }

  private async act(key: string, view: DaemonView, plan: DaemonPlan): Promise<void> {
    for (const { pod, nodeName, phase } of plan.ended) {
      const name = `${pod.metadata?.namespace}/${pod.metadata?.name} on node ${nodeName}`;
      if (phase === 'Failed') {
        this.failedPods.replaced(failedKey(view.set, nodeName));
        this.record(view.set, 'Warning', 'FailedDaemonPod', `Found failed daemon pod ${name}, will try to kill it`);
      } else this.record(view.set, 'Normal', 'SucceededDaemonPod', `Found succeeded daemon pod ${name}, will try to delete it`);
    }
    await this.apply(key, view, plan);
    // First every node has its pod, then the template's update goes on.
    if (plan.create.length || plan.delete.length) return;
    await this.apply(key, view, planRollingUpdate(view));
  }

  private async apply(key: string, { set, hash }: DaemonView, plan: { create: string[]; delete: Pod[] }): Promise<void> {
    const create = plan.create.slice(0, burstReplicas);
    const results = await Promise.allSettled([
      slowStart(create.length, (index) => this.createPod(key, set, { nodeName: create[index] ?? '', hash })),
      ...plan.delete.slice(0, burstReplicas).map((pod) => this.deletePod(key, set, pod)),
    ]);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }

  private async createPod(key: string, set: DaemonSet, { nodeName, hash }: { nodeName: string; hash: string }): Promise<void> {
    const { metadata, spec } = daemonPodTemplate(set, nodeName, hash);
    const { name, namespace } = set.metadata ?? {};
    try {
      const pod = await this.context.client.resource(resources.pods).create({
        metadata: { ...metadata, generateName: `${name}-`, namespace, ownerReferences: [controllerReference(set, gvk)] },
        spec,
      });
      // The event may have come before the answer.
      if (!this.context.informers.informer(resources.pods).get(keyOf(pod))) this.expectations.created(key, pod.metadata?.uid ?? '');
      this.record(set, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata?.name}`);
    } catch (error) {
      const isGoing = hasReason(error, 'Forbidden') && messageOf(error).includes('because it is being terminated');
      if (!isGoing) this.record(set, 'Warning', 'FailedCreate', `Error creating: ${messageOf(error)}`);
      throw error;
    }
  }

  private async deletePod(key: string, set: DaemonSet, { metadata }: Pod): Promise<void> {
    const { name = '', namespace, uid = '' } = metadata ?? {};
    this.expectations.deleted(key, uid);
    try {
      await this.context.client.resource(resources.pods).delete(name, { namespace, preconditions: { uid } });
      this.record(set, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`);
    } catch (error) {
      this.expectations.sawDeletion(key, uid);
      if (hasReason(error, 'NotFound')) return;
      this.record(set, 'Warning', 'FailedDelete', `Error deleting: ${messageOf(error)}`);
      throw error;
    }
  }

  private async truncate(set: DaemonSet, { revisions, update }: History, pods: readonly Pod[]): Promise<void> {
    const live = new Set(pods.map(({ metadata }) => metadata?.labels?.[revisionLabel]));
    const isLive = (revision: History['update']): boolean => revision === update || live.has(revision.metadata?.labels?.[revisionLabel]);
    await this.history.delete(superfluousRevisions(revisions, isLive, set.spec?.revisionHistoryLimit ?? 10));
  }

  private async writeStatus(set: DaemonSet, status: DaemonSetStatus): Promise<void> {
    if (sameStatus(status, set.status)) return;
    await this.context.client
      .resource(resources.daemonSets)
      .updateStatus({ ...set, status })
      .catch((error: unknown) => {
        if (!hasReason(error, 'NotFound')) throw error;
      });
  }

  /** Time alone makes pods available and ends back-offs. */
  private nextLook(set: DaemonSet, status: DaemonSetStatus, plan: DaemonPlan): ReconcileResult {
    const waits = plan.backingOff.map((nodeName) => this.failedPods.waitMs(failedKey(set, nodeName)));
    const minReadySeconds = set.spec?.minReadySeconds ?? 0;
    if (minReadySeconds > 0 && status.numberReady !== status.numberAvailable) waits.push(minReadySeconds * 1000);
    return waits.length ? { requeueAfterMs: Math.max(1, Math.min(...waits)) } : undefined;
  }

  private record(set: DaemonSet, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.events.record({ type: resources.daemonSets, object: set }, type, reason, message);
  }
}

const failedKey = ({ metadata }: DaemonSet, nodeName: string): string => `${metadata?.uid}/${metadata?.generation}/${nodeName}`;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
