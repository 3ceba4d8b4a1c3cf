import { isDeepStrictEqual } from 'node:util';
import type { Deployment, ReplicaSet } from '@typernetes/api';
import { resources } from '@typernetes/api';
import type { EventRecorder } from '@typernetes/client';
import { hasReason, isControlledBy } from '@typernetes/machinery';
import type { ControllerContext } from '../context';
import { newReplicaSet } from './new-replica-set';
import { generationsOf, sizeOf } from './replica-sets';
import { newestAnnotations, sizeAnnotations } from './revisions';
import type { Resize } from './rolling-update';
import { boundsOf } from './rollout-bounds';

/** The name for the newest ReplicaSet is taken by something else: another hash has to be tried. */
export class HashCollision extends Error {}

/** Writes the ReplicaSets of Deployments. */
export class ReplicaSetWriter {
  constructor(
    private readonly context: ControllerContext,
    private readonly events: EventRecorder,
  ) {}

  /** @throws HashCollision; ApiError when the API refuses it */
  async create(deployment: Deployment, old: readonly ReplicaSet[], revision: number): Promise<ReplicaSet> {
    const wanted = newReplicaSet(deployment, old, revision);
    const { name = '', namespace } = wanted.metadata ?? {};
    try {
      const made = await this.api.create(wanted);
      if (sizeOf(made) > 0) this.tellScaled(deployment, made, 0);
      return made;
    } catch (error) {
      if (!hasReason(error, 'AlreadyExists')) throw error;
      const found = await this.api.get(name, { namespace });
      // Made by us a moment ago, before the cache knew.
      if (isControlledBy(found, deployment) && generationsOf(deployment, [found]).newest) return found;
      throw new HashCollision(`${namespace}/${name} is of another template`);
    }
  }

  /** Gives the newest ReplicaSet what it takes over from the Deployment. */
  async refresh(deployment: Deployment, set: ReplicaSet, revision: number): Promise<ReplicaSet> {
    const annotations = newestAnnotations(deployment, set, revision);
    const minReadySeconds = deployment.spec?.minReadySeconds;
    const isSame = (minReadySeconds ?? 0) === (set.spec?.minReadySeconds ?? 0) && isDeepStrictEqual(annotations, set.metadata?.annotations ?? {});
    return isSame || !set.spec ? set : this.api.update({ ...set, metadata: { ...set.metadata, annotations }, spec: { ...set.spec, minReadySeconds } });
  }

  /** @returns whether any got another size */
  async resize(deployment: Deployment, steps: readonly Resize[]): Promise<boolean> {
    const wanted = sizeAnnotations(boundsOf(deployment));
    let hasResized = false;
    for (const { set, size } of steps) {
      const annotations = { ...set.metadata?.annotations, ...wanted };
      const before = sizeOf(set);
      if (!set.spec || (size === before && isDeepStrictEqual(annotations, set.metadata?.annotations))) continue;
      const written = await this.api.update({ ...set, metadata: { ...set.metadata, annotations }, spec: { ...set.spec, replicas: size } });
      if (size === before) continue;
      hasResized = true;
      this.tellScaled(deployment, written, before);
    }
    return hasResized;
  }

  async delete(sets: readonly ReplicaSet[]): Promise<void> {
    for (const { metadata } of sets) {
      await this.api.delete(metadata?.name ?? '', { namespace: metadata?.namespace, preconditions: { uid: metadata?.uid } }).catch((error: unknown) => {
        if (!hasReason(error, 'NotFound', 'Conflict')) throw error;
      });
    }
  }

  private tellScaled(deployment: Deployment, set: ReplicaSet, before: number): void {
    const size = sizeOf(set);
    const message = `Scaled ${size > before ? 'up' : 'down'} replica set ${set.metadata?.name} from ${before} to ${size}`;
    this.events.record({ type: resources.deployments, object: deployment }, 'Normal', 'ScalingReplicaSet', message);
  }

  private get api(): ReturnType<typeof this.context.client.resource<ReplicaSet>> {
    return this.context.client.resource(resources.replicaSets);
  }
}
