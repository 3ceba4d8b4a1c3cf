import type { Deployment, DeploymentStatus, ReplicaSet } from '@typernetes/api';
import { resources } from '@typernetes/api';
import type { EventRecorder, ReconcileResult } from '@typernetes/client';
import { controllerOf, findCondition, hasReason, isPodTerminal, selectorFromObject } from '@typernetes/machinery';
import type { ControllerContext } from '../context';
import { applyClaims, candidatesOf, planClaims } from '../controller-revisions/claims';
import { sameStatus } from '../same-status';
import { countedStatus, deadlineInMs, isComplete, rolloutStatus, withCondition, withPause } from './deployment-status';
import { deploymentGvk } from './new-replica-set';
import { isScaling, scalingStep } from './proportional-scaling';
import { generationsOf, sizeOf, type Generations } from './replica-sets';
import { HashCollision, ReplicaSetWriter } from './replica-set-writer';
import { annotations, nextRevision, superfluousSets } from './revisions';
import { newestSize, rollingStep } from './rolling-update';
import { boundsOf } from './rollout-bounds';

/** A deadline is looked at a little after it has passed. */
const afterDeadlineMs = 1_000;

const allOf = ({ newest, old }: Generations): ReplicaSet[] => [...(newest ? [newest] : []), ...old];

/** Brings the ReplicaSets of one Deployment a step nearer to what it asks for; their events bring the next step. */
export class DeploymentActor {
  private readonly events: EventRecorder;
  private readonly sets: ReplicaSetWriter;

  constructor(private readonly context: ControllerContext) {
    this.events = context.events('deployment-controller');
    this.sets = new ReplicaSetWriter(context, this.events);
  }

  async reconcile(key: string): Promise<ReconcileResult> {
    const stored = this.context.informers.informer(resources.deployments).get(key);
    if (!stored) return undefined;
    const { matchLabels = {}, matchExpressions = [] } = stored.spec?.selector ?? {};
    if (Object.keys(matchLabels).length + matchExpressions.length === 0) {
      this.events.record({ type: resources.deployments, object: stored }, 'Warning', 'SelectingAll', 'This deployment is selecting all pods. A non-empty selector is required.');
      return this.write(stored, stored, { ...stored.status, observedGeneration: stored.metadata?.generation });
    }
    const generations = generationsOf(stored, await this.claim(stored));
    const nowMs = this.context.clock.now();
    if (stored.metadata?.deletionTimestamp) return this.write(stored, stored, countedStatus(stored, generations.newest, allOf(generations), nowMs));
    const draft: Deployment = { ...stored, status: { ...stored.status, conditions: [...withPause(stored, nowMs)] } };
    if (draft.spec?.paused || isScaling(allOf(generations), boundsOf(draft).replicas)) return this.keepShape(stored, draft, generations);
    return draft.spec?.strategy?.type === 'Recreate' ? this.recreate(stored, draft, generations) : this.roll(stored, draft, generations);
  }

  private async claim(deployment: Deployment): Promise<ReplicaSet[]> {
    const { client, informers } = this.context;
    const plan = planClaims(deployment, selectorFromObject(deployment.spec?.selector), candidatesOf(informers.informer(resources.replicaSets), deployment));
    await applyClaims({ client, ownerType: resources.deployments, type: resources.replicaSets, gvk: deploymentGvk }, deployment, plan);
    return plan.owned;
  }

  /** Paused, or of another size: sizes follow, templates wait. */
  private async keepShape(stored: Deployment, draft: Deployment, generations: Generations): Promise<ReconcileResult> {
    const { old } = generations;
    const newest = generations.newest && (await this.sets.refresh(draft, generations.newest, nextRevision(old)));
    const named = newest ? withRevisionOf(draft, newest) : draft;
    await this.sets.resize(draft, scalingStep(newest, old, boundsOf(draft)));
    if (draft.spec?.paused) await this.sets.delete(superfluousSets(draft, old));
    return this.write(stored, named, countedStatus(named, newest, allOf({ newest, old }), this.context.clock.now()));
  }

  private async roll(stored: Deployment, draft: Deployment, { newest: present, old }: Generations): Promise<ReconcileResult> {
    const { named, newest } = await this.ensureNewest(stored, draft, present, old);
    await this.sets.resize(named, rollingStep(newest, old, boundsOf(named)));
    return this.finish(stored, named, { newest, old });
  }

  /** Nothing new starts before the last old pod is gone. */
  private async recreate(stored: Deployment, draft: Deployment, generations: Generations): Promise<ReconcileResult> {
    const { old } = generations;
    const present = generations.newest && (await this.sets.refresh(draft, generations.newest, nextRevision(old)));
    const downs = old.filter((set) => sizeOf(set) > 0).map((set) => ({ set, size: 0 }));
    const hasShrunk = await this.sets.resize(draft, downs);
    if (hasShrunk || this.doPodsRun(old)) return this.finish(stored, present ? withRevisionOf(draft, present) : draft, { newest: present, old });
    const { named, newest } = await this.ensureNewest(stored, draft, present, old);
    await this.sets.resize(named, [{ set: newest, size: newestSize(sizeOf(newest), old, boundsOf(named)) }]);
    return this.finish(stored, named, { newest, old });
  }

  private doPodsRun(sets: readonly ReplicaSet[]): boolean {
    const pods = this.context.informers.informer(resources.pods);
    return sets.some((set) => candidatesOf(pods, set).some((pod) => controllerOf(pod)?.uid === set.metadata?.uid && !isPodTerminal(pod)));
  }

  /** The ReplicaSet of the present template, and the Deployment as it is to be written with it. */
  private async ensureNewest(stored: Deployment, draft: Deployment, present: ReplicaSet | undefined, old: readonly ReplicaSet[]): Promise<{ named: Deployment; newest: ReplicaSet }> {
    const revision = nextRevision(old);
    const nowMs = this.context.clock.now();
    if (present) {
      const newest = await this.sets.refresh(draft, present, revision);
      const isKnown = findCondition(draft.status?.conditions, 'Progressing') !== undefined;
      const named = withRevisionOf(draft, newest);
      return { newest, named: isKnown ? named : withProgress(named, { status: 'True', reason: 'FoundNewReplicaSet', message: `Found new replica set "${newest.metadata?.name}"` }, nowMs) };
    }
    try {
      const newest = await this.sets.create(draft, old, revision);
      const news = { status: 'True', reason: 'NewReplicaSetCreated', message: `Created new replica set "${newest.metadata?.name}"` };
      return { newest, named: withProgress(withRevisionOf(draft, newest), news, nowMs) };
    } catch (error) {
      await this.tellNotCreated(stored, draft, error);
      throw error;
    }
  }

  private async tellNotCreated(stored: Deployment, draft: Deployment, error: unknown): Promise<void> {
    if (error instanceof HashCollision) {
      await this.write(stored, draft, { ...draft.status, collisionCount: (draft.status?.collisionCount ?? 0) + 1 });
      return;
    }
    // The namespace goes away and takes the Deployment along.
    if (hasReason(error, 'Forbidden') && String(error).includes('because it is being terminated')) return;
    const message = `Failed to create new replica set: ${error instanceof Error ? error.message : String(error)}`;
    const told = withProgress(draft, { status: 'False', reason: 'ReplicaSetCreateError', message }, this.context.clock.now());
    await this.write(stored, told, told.status ?? {});
  }

  private async finish(stored: Deployment, named: Deployment, { newest, old }: Generations): Promise<ReconcileResult> {
    const nowMs = this.context.clock.now();
    const status = rolloutStatus(named, newest, allOf({ newest, old }), nowMs);
    if (isComplete(named, status)) await this.sets.delete(superfluousSets(named, old));
    await this.write(stored, named, status);
    const isTold = findCondition(status.conditions, 'Progressing')?.reason === 'ProgressDeadlineExceeded';
    const deadlineMs = isTold || isComplete(named, status) ? undefined : deadlineInMs(named, status.conditions ?? [], nowMs);
    return deadlineMs === undefined ? undefined : { requeueAfterMs: Math.max(0, deadlineMs) + afterDeadlineMs };
  }

  /** Status and revision go in one write; a newer Deployment is looked at anew by itself. */
  private async write(stored: Deployment, named: Deployment, status: DeploymentStatus): Promise<undefined> {
    const isSame = sameStatus(status, stored.status) && stored.metadata?.annotations?.[annotations.revision] === named.metadata?.annotations?.[annotations.revision];
    if (isSame) return;
    await this.context.client.resource(resources.deployments).updateStatus({ ...named, status }).catch((error: unknown) => {
      if (!hasReason(error, 'NotFound', 'Conflict')) throw error;
    });
  }
}

function withRevisionOf(deployment: Deployment, { metadata }: ReplicaSet): Deployment {
  const revision = metadata?.annotations?.[annotations.revision];
  if (revision === undefined) return deployment;
  return { ...deployment, metadata: { ...deployment.metadata, annotations: { ...deployment.metadata?.annotations, [annotations.revision]: revision } } };
}

function withProgress(deployment: Deployment, news: { status: string; reason: string; message: string }, nowMs: number): Deployment {
  const conditions = [...withCondition(deployment.status?.conditions ?? [], { type: 'Progressing', ...news }, { nowMs })];
  return { ...deployment, status: { ...deployment.status, conditions } };
}
