import type { Pod, ResourceV1ResourceClaim } from '@typernetes/api';
import { resources } from '@typernetes/api';
import type { ObjectKey } from '@typernetes/client';
import { deviceClaimFinalizer, hasReason } from '@typernetes/machinery';
import type { ControllerContext } from '../context';
import { planClaim } from './claim-plan';

/** Takes away what claims need no longer: users that are gone, devices that nobody uses, the finalizer, and at last the claim. */
export class ClaimKeeper {
  private readonly claims;
  private readonly pods;

  constructor(private readonly context: ControllerContext) {
    this.claims = context.informers.informer(resources.resourceClaims);
    this.pods = context.informers.informer(resources.pods);
  }

  async reconcile(key: ObjectKey): Promise<void> {
    const claim = this.claims.get(key);
    if (!claim) return;
    const api = this.context.client.resource(resources.resourceClaims);
    const plan = planClaim(claim, await this.podsOf(claim));
    let current = claim;
    if (plan.reservedFor || plan.deallocate) {
      const { allocation, devices, ...status } = claim.status ?? {};
      const kept = plan.deallocate ? {} : { ...(allocation ? { allocation } : {}), ...(devices ? { devices } : {}) };
      const reservedFor = plan.reservedFor ?? claim.status?.reservedFor ?? [];
      current = await api.updateStatus({ ...claim, status: { ...status, ...kept, reservedFor: reservedFor.length ? [...reservedFor] : undefined } });
    }
    if (plan.unprotect) {
      const finalizers = current.metadata?.finalizers?.filter((one) => one !== deviceClaimFinalizer);
      current = await api.update({ ...current, metadata: { ...current.metadata, finalizers } });
    }
    const { name = '', namespace, uid } = claim.metadata ?? {};
    if (plan.remove) await api.delete(name, { namespace, preconditions: { uid } });
  }

  /** What the cache does not know may be newer than it: the API is asked before a user counts as gone. */
  private async podsOf({ metadata, status }: ResourceV1ResourceClaim): Promise<(name: string, uid: string) => Pod | undefined> {
    const namespace = metadata?.namespace;
    const names = new Set([...(status?.reservedFor ?? []).map(({ name }) => name), ...(metadata?.ownerReferences ?? []).filter(({ kind }) => kind === 'Pod').map(({ name }) => name)]);
    const found = new Map<string, Pod>();
    for (const name of names) {
      const pod = this.pods.get(`${namespace}/${name}`) ?? (await this.ask(name, namespace));
      if (pod) found.set(name, pod);
    }
    return (name, uid) => (found.get(name)?.metadata?.uid === uid ? found.get(name) : undefined);
  }

  private async ask(name: string, namespace: string | undefined): Promise<Pod | undefined> {
    return this.context.client.resource(resources.pods).get(name, { namespace }).catch((error: unknown) => {
      if (!hasReason(error, 'NotFound')) throw error;
      return undefined;
    });
  }
}
