import type { ControllerRevision, ResourceType } from '@typernetes/api';
import { resources } from '@typernetes/api';
import type { LabelSelector } from '@typernetes/machinery';
import { hasReason, isControlledBy } from '@typernetes/machinery';
import type { ControllerContext } from '../context';
import { applyClaims, candidatesOf, planClaims } from './claims';
import type { RevisionedOwner, RevisionStyle } from './revision';
import { newRevision, nextRevisionStep, sameState, sortRevisions } from './revision';

/** After so many names that are taken something else is wrong. */
const collisionsMax = 20;

export interface History {
  /** Oldest first, the present one included. */
  revisions: ControllerRevision[];
  /** The one of the present template. */
  update: ControllerRevision;
  collisionCount: number | undefined;
}

/** Reads and writes the revisions of one kind of owner. */
export class RevisionHistory<O extends RevisionedOwner> {
  constructor(
    private readonly context: ControllerContext,
    private readonly ownerType: ResourceType<O>,
    private readonly style: RevisionStyle,
  ) {}

  /** Claims what is the owner's and sees to it that the newest revision is the present template. */
  async sync(owner: O, selector: LabelSelector): Promise<History> {
    const { client, informers } = this.context;
    const plan = planClaims(owner, selector, candidatesOf(informers.informer(resources.controllerRevisions), owner));
    await applyClaims({ client, ownerType: this.ownerType, type: resources.controllerRevisions, gvk: this.style.gvk }, owner, plan);
    const revisions = sortRevisions(plan.owned);
    const step = nextRevisionStep(owner, this.style, revisions);
    const collisionCount = owner.status?.collisionCount;
    switch (step.do) {
      case 'nothing':
        return { revisions, update: step.update, collisionCount };
      case 'renumber': {
        const update = await client.resource(resources.controllerRevisions).update({ ...step.update, revision: step.number });
        return { revisions: [...revisions.filter((each) => each !== step.update), update], update, collisionCount };
      }
      case 'create': {
        const made = await this.create(owner, step.update.revision);
        return { revisions: [...revisions, made.update], ...made };
      }
    }
  }

  async delete(revisions: readonly ControllerRevision[]): Promise<void> {
    for (const { metadata } of revisions) {
      await this.context.client
        .resource(resources.controllerRevisions)
        .delete(metadata?.name ?? '', { namespace: metadata?.namespace, preconditions: { uid: metadata?.uid } })
        .catch((error: unknown) => {
          if (!hasReason(error, 'NotFound', 'Conflict')) throw error;
        });
    }
  }

  /** A name that is taken by another state, or another owner, is stepped over. */
  private async create(owner: O, number: number): Promise<{ update: ControllerRevision; collisionCount: number | undefined }> {
    const api = this.context.client.resource(resources.controllerRevisions);
    let collisionCount = owner.status?.collisionCount;
    for (let tries = 0; tries < collisionsMax; tries++) {
      const wanted = newRevision(owner, this.style, number, collisionCount);
      try {
        return { update: await api.create(wanted), collisionCount };
      } catch (error) {
        if (!hasReason(error, 'AlreadyExists')) throw error;
        const found = await api.get(wanted.metadata?.name ?? '', { namespace: owner.metadata?.namespace });
        // Made by us a moment ago, before the cache knew.
        if (sameState(found, wanted) && isControlledBy(found, owner)) return { update: found, collisionCount };
        collisionCount = (collisionCount ?? 0) + 1;
      }
    }
    throw new Error(`no free name for a revision of ${owner.metadata?.namespace}/${owner.metadata?.name}`);
  }
}
