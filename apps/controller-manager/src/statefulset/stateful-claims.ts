import type { PersistentVolumeClaim, Pod, StatefulSet } from '@typernetes/api';
import { resources } from '@typernetes/api';
import type { EventRecorder } from '@typernetes/client';
import { hasReason } from '@typernetes/machinery';
import type { ControllerContext } from '../context';
import { claimOwners } from './claim-owners';
import { claimNameOf, claimsOf, ordinalOf } from './stateful-pod';

/** Makes the claims of a set's pods and keeps their owners as the retention policy asks. */
export class StatefulClaims {
  constructor(
    private readonly context: ControllerContext,
    private readonly events: EventRecorder,
  ) {}

  /** @throws ApiError when one cannot be made; a claim on its way out is waited for */
  async ensure(set: StatefulSet, ordinal: number): Promise<void> {
    const { client } = this.context;
    for (const wanted of claimsOf(set, ordinal)) {
      const { name = '', namespace } = wanted.metadata ?? {};
      const known = this.known(namespace, name);
      if (known?.metadata?.deletionTimestamp) throw new Error(`pvc ${name} is being deleted`);
      if (known) continue;
      try {
        await client.resource(resources.persistentVolumeClaims).create(wanted);
        this.record(set, 'Normal', 'SuccessfulCreate', `create Claim ${name} Pod ${set.metadata?.name}-${ordinal} in StatefulSet ${set.metadata?.name} success`);
      } catch (error) {
        // Made by us a moment ago, before the cache knew.
        if (hasReason(error, 'AlreadyExists')) continue;
        const why = error instanceof Error ? error.message : String(error);
        this.record(set, 'Warning', 'FailedCreate', `create Claim ${name} for Pod ${set.metadata?.name}-${ordinal} in StatefulSet ${set.metadata?.name} failed error: ${why}`);
        throw error;
      }
    }
  }

  /** What whenScaled and whenDeleted mean is in the claims' owner references: the garbage collector does the rest. */
  async own(set: StatefulSet, pod: Pod): Promise<void> {
    const api = this.context.client.resource(resources.persistentVolumeClaims);
    for (const template of set.spec?.volumeClaimTemplates ?? []) {
      const claim = this.known(set.metadata?.namespace, claimNameOf(template, `${set.metadata?.name}-${ordinalOf(set, pod)}`));
      const ownerReferences = claim && claimOwners(set, pod, claim);
      if (!claim || !ownerReferences) continue;
      await api.update({ ...claim, metadata: { ...claim.metadata, ownerReferences } }).catch((error: unknown) => {
        if (!hasReason(error, 'NotFound')) throw error;
      });
    }
  }

  /** Is a claim that the pod needs not there? */
  isIncomplete(set: StatefulSet, ordinal: number): boolean {
    return claimsOf(set, ordinal).some(({ metadata }) => !this.known(metadata?.namespace, metadata?.name ?? ''));
  }

  private known(namespace: string | undefined, name: string): PersistentVolumeClaim | undefined {
    return this.context.informers.informer(resources.persistentVolumeClaims).get(`${namespace}/${name}`);
  }

  private record(set: StatefulSet, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.events.record({ type: resources.statefulSets, object: set }, type, reason, message);
  }
}
