import type { ControllerRevision, Pod, PodTemplateSpec, StatefulSet, StatefulSetStatus } from '@typernetes/api';
import { resources } from '@typernetes/api';
import type { ReconcileResult } from '@typernetes/client';
import { hasReason, isPodReady, isPodTerminal, selectorFromObject, type LabelSelector } from '@typernetes/machinery';
import type { ControllerContext } from '../context';
import { applyClaims, candidatesOf, planClaims } from '../controller-revisions/claims';
import { superfluousRevisions, templateIn } from '../controller-revisions/revision';
import { RevisionHistory, type History } from '../controller-revisions/revision-history';
import { FailedPods } from '../failed-pods';
import { sameStatus } from '../same-status';
import { StatefulClaims } from './stateful-claims';
import { planStatefulSet, type StatefulStep, type StatefulView } from './stateful-plan';
import { missingIdentity, nameOfRevision, ordinalOf, podNameOf, revisionOf, statefulPod, statefulSetGvk } from './stateful-pod';
import { statefulStatus } from './stateful-status';

/** Looks at one StatefulSet and moves it one step. */
export class StatefulSetActor {
  private readonly events;
  private readonly claims: StatefulClaims;
  private readonly failedPods: FailedPods;
  private readonly history: RevisionHistory<StatefulSet>;

  constructor(private readonly context: ControllerContext) {
    this.events = context.events('statefulset-controller');
    this.claims = new StatefulClaims(context, this.events);
    this.failedPods = new FailedPods(context.clock);
    this.history = new RevisionHistory(context, resources.statefulSets, { gvk: statefulSetGvk, hashLabel: 'controller.kubernetes.io/hash' });
  }

  forget({ metadata }: StatefulSet): void {
    this.failedPods.forget(`${metadata?.uid}/`);
  }

  async reconcile(key: string): Promise<ReconcileResult> {
    const { informers, clock } = this.context;
    const set = informers.informer(resources.statefulSets).get(key);
    if (!set) return;
    const selector = selectorFromObject(set.spec?.selector);
    const pods = await this.claim(set, selector);
    const history = await this.history.sync(set, selector);
    const current = history.revisions.find(({ metadata }) => metadata?.name === set.status?.currentRevision) ?? history.update;
    const view: StatefulView = { set, pods, currentRevision: nameOfRevision(current), updateRevision: nameOfRevision(history.update), nowMs: clock.now() };
    const startMs = clock.monotonic();
    const failure = await this.act(view, { current, update: history.update, startMs });
    const status = { ...statefulStatus(view), collisionCount: history.collisionCount };
    await this.writeStatus(set, status);
    if (failure) throw failure;
    await this.truncate(set, { history, current, pods });
    return this.nextLook(view, startMs);
  }

  private async claim(set: StatefulSet, selector: LabelSelector): Promise<Pod[]> {
    const { client, informers } = this.context;
    const isNamed = (pod: Pod): boolean => ordinalOf(set, pod) >= 0;
    const plan = planClaims(set, selector, candidatesOf(informers.informer(resources.pods), set), isNamed);
    await applyClaims({ client, ownerType: resources.statefulSets, type: resources.pods, gvk: statefulSetGvk }, set, plan);
    return plan.owned;
  }

  /** One after the other, so that the first failure of an ordered set holds the rest; gives back the first error. */
  private async act(view: StatefulView, templates: { current: ControllerRevision; update: ControllerRevision; startMs: number }): Promise<unknown> {
    let failure: unknown;
    const isOrdered = view.set.spec?.podManagementPolicy !== 'Parallel';
    for (const step of planStatefulSet(view)) {
      try {
        await this.take(view.set, step, templates.startMs, (revision) => templateIn(revision === nameOfRevision(templates.current) ? templates.current : templates.update));
      } catch (error) {
        failure ??= error;
        if (isOrdered) break;
      }
    }
    return failure;
  }

  private take(set: StatefulSet, step: StatefulStep, startMs: number, templateOf: (revision: string) => PodTemplateSpec): Promise<void> {
    switch (step.do) {
      case 'create':
        return this.create(set, step.ordinal, { name: step.revision, template: templateOf(step.revision) });
      case 'recreate': {
        // A node that refuses the pod refuses the next one too: without a pause that would go round and round.
        const failed = failedKey(set, step.pod);
        if (this.failedPods.waitMs(failed, startMs) > 0) return Promise.resolve();
        this.failedPods.replaced(failed);
        const [reason, word] = step.phase === 'Failed' ? ['RecreatingFailedPod', 'failed'] : ['RecreatingTerminatedPod', 'terminated'];
        const message = `StatefulSet ${set.metadata?.namespace}/${set.metadata?.name} is recreating ${word} Pod ${step.pod.metadata?.name}`;
        this.record(set, step.phase === 'Failed' ? 'Warning' : 'Normal', reason, message);
        return this.delete(set, step.pod);
      }
      case 'keep':
        return this.keep(set, step.pod);
      case 'delete':
        return this.keep(set, step.pod).then(() => this.delete(set, step.pod));
    }
  }

  private async create(set: StatefulSet, ordinal: number, revision: { name: string; template: PodTemplateSpec }): Promise<void> {
    const name = podNameOf(set, ordinal);
    await this.claims.ensure(set, ordinal);
    try {
      await this.context.client.resource(resources.pods).create(statefulPod(set, ordinal, revision));
      this.record(set, 'Normal', 'SuccessfulCreate', `create Pod ${name} in StatefulSet ${set.metadata?.name} successful`);
    } catch (error) {
      // Ours, and the cache is behind, or somebody else's pod, which may go away: both are seen by trying again.
      if (!hasReason(error, 'AlreadyExists')) this.record(set, 'Warning', 'FailedCreate', `create Pod ${name} in StatefulSet ${set.metadata?.name} failed error: ${messageOf(error)}`);
      throw error;
    }
  }

  private async keep(set: StatefulSet, pod: Pod): Promise<void> {
    await this.claims.own(set, pod);
    const labels = missingIdentity(set, pod);
    const { name = '', namespace, uid } = pod.metadata ?? {};
    if (labels) await this.context.client.resource(resources.pods).patch(name, { metadata: { uid, labels } }, { namespace, type: 'application/merge-patch+json' });
    const ordinal = ordinalOf(set, pod);
    if (pod.status?.phase === 'Pending' && !pod.metadata?.deletionTimestamp && this.claims.isIncomplete(set, ordinal)) await this.claims.ensure(set, ordinal);
  }

  private async delete(set: StatefulSet, { metadata }: Pod): Promise<void> {
    const { name = '', namespace, uid } = metadata ?? {};
    try {
      await this.context.client.resource(resources.pods).delete(name, { namespace, preconditions: { uid } });
      this.record(set, 'Normal', 'SuccessfulDelete', `delete Pod ${name} in StatefulSet ${set.metadata?.name} successful`);
    } catch (error) {
      if (hasReason(error, 'NotFound')) return;
      this.record(set, 'Warning', 'FailedDelete', `delete Pod ${name} in StatefulSet ${set.metadata?.name} failed error: ${messageOf(error)}`);
      throw error;
    }
  }

  private async truncate(set: StatefulSet, { history, current, pods }: { history: History; current: ControllerRevision; pods: readonly Pod[] }): Promise<void> {
    if (set.metadata?.deletionTimestamp) return;
    const live = new Set([...pods.map(revisionOf), nameOfRevision(current), nameOfRevision(history.update)]);
    const superfluous = superfluousRevisions(history.revisions, (revision) => live.has(nameOfRevision(revision)), set.spec?.revisionHistoryLimit ?? 10);
    await this.history.delete(superfluous);
  }

  private async writeStatus(set: StatefulSet, status: StatefulSetStatus): Promise<void> {
    if (sameStatus(status, set.status)) return;
    await this.context.client
      .resource(resources.statefulSets)
      .updateStatus({ ...set, status })
      .catch((error: unknown) => {
        if (!hasReason(error, 'NotFound')) throw error;
      });
  }

  /** Time alone makes ready pods available and ends back-offs. */
  private nextLook({ set, pods }: StatefulView, startMs: number): ReconcileResult {
    const waits = pods.filter(isPodTerminal).map((pod) => this.failedPods.waitMs(failedKey(set, pod), startMs));
    const minReadySeconds = set.spec?.minReadySeconds ?? 0;
    if (minReadySeconds > 0 && pods.some(isPodReady) && (set.status?.availableReplicas ?? 0) < pods.length) waits.push(minReadySeconds * 1000);
    const due = waits.filter((ms) => ms > 0);
    return due.length ? { requeueAfterMs: Math.min(...due) } : undefined;
  }

  private record(set: StatefulSet, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.events.record({ type: resources.statefulSets, object: set }, type, reason, message);
  }
}

const failedKey = ({ metadata }: StatefulSet, pod: Pod): string => `${metadata?.uid}/${metadata?.generation}/${pod.metadata?.name}`;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
