import type { Pod, PodResourceClaim, ResourceV1ResourceClaim } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { keyOf } from '@typernetes/client';
import { Counter } from '@typernetes/component';
import { isControlledBy, podResourceClaims } from '@typernetes/machinery';
import type { ControllerContext } from '../context';
import { claimFor, isOver, podClaimOf } from './claim-plan';

const ownedBy = 'resourceClaimOwner';

/** Makes the claims of a pod's templates, and writes into its status which they are. */
export class ClaimMaker {
  private readonly claims;
  private readonly templates;
  private readonly events;
  private readonly creates;
  /** What was made and may not have come back by the informer yet, by pod and its name of the claim: their names are not known before. */
  private readonly fresh = new Map<string, ResourceV1ResourceClaim>();

  constructor(private readonly context: ControllerContext) {
    const { informers, registry } = context;
    this.claims = informers.informer(resources.resourceClaims);
    this.claims.addIndex(ownedBy, ({ metadata }) => (metadata?.ownerReferences ?? []).map(({ uid }) => uid));
    this.templates = informers.informer(resources.resourceClaimTemplates);
    this.events = context.events('resource_claim');
    this.creates = new Counter({ name: 'resourceclaim_controller_creates_total', help: 'ResourceClaims that were made, or could not be.', labelNames: ['status', 'admin_access'], registers: [registry] });
  }

  /** A pod whose claims are there, or that needs none any more, is left as it is. */
  async reconcile(pod: Pod): Promise<void> {
    if (isOver(pod) || pod.metadata?.deletionTimestamp) return;
    const statuses = [];
    for (const { name, isGenerated, isKnown } of podResourceClaims(pod)) {
      const wanted = isGenerated && !isKnown ? pod.spec?.resourceClaims?.find((one) => one.name === name) : undefined;
      if (wanted) statuses.push({ name, resourceClaimName: await this.nameFor(pod, wanted) });
    }
    const { name = '', namespace } = pod.metadata ?? {};
    if (statuses.length) await this.context.client.resource(resources.pods).patch(name, { status: { resourceClaimStatuses: statuses } }, { namespace, subresource: 'status', type: 'application/strategic-merge-patch+json' });
    if (pod.spec?.nodeName) await this.reserveForBound(pod);
  }

  /** A pod that is gone will need nothing any more. */
  forget({ metadata }: Pod): void {
    for (const key of this.fresh.keys()) if (key.startsWith(`${metadata?.uid}/`)) this.fresh.delete(key);
  }

  /** The claim that there is, or a new one. Upstream's event tells why there is none. */
  private async nameFor(pod: Pod, wanted: PodResourceClaim): Promise<string> {
    try {
      const known = this.claims.byIndex(ownedBy, pod.metadata?.uid ?? '').find((claim) => podClaimOf(claim) === wanted.name && isControlledBy(claim, pod));
      return (known ?? this.fresh.get(freshKey(pod, wanted)) ?? (await this.make(pod, wanted))).metadata?.name ?? '';
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.events.record({ type: resources.pods, object: pod }, 'Warning', 'FailedResourceClaimCreation', `PodResourceClaim ${wanted.name}: ${text}`);
      throw error;
    }
  }

  private async make(pod: Pod, wanted: PodResourceClaim): Promise<ResourceV1ResourceClaim> {
    const templateName = wanted.resourceClaimTemplateName ?? '';
    const template = this.templates.get(`${pod.metadata?.namespace}/${templateName}`);
    if (!template) throw new Error(`resource claim template ${JSON.stringify(templateName)}: resourceclaimtemplate.resource.k8s.io ${JSON.stringify(templateName)} not found`);
    const claim = claimFor(pod, wanted.name, template);
    const admin_access = String(claim.spec.devices?.requests?.some(({ exactly }) => exactly?.adminAccess) === true);
    try {
      const made = await this.context.client.resource(resources.resourceClaims).create(claim);
      this.creates.inc({ status: 'success', admin_access });
      this.fresh.set(freshKey(pod, wanted), made);
      return made;
    } catch (error) {
      this.creates.inc({ status: 'failure', admin_access });
      throw new Error(`create ResourceClaim : ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }

  /** Somebody bound the pod without the scheduler: it uses what is allocated all the same. */
  private async reserveForBound(pod: Pod): Promise<void> {
    const user = { resource: 'pods', name: pod.metadata?.name ?? '', uid: pod.metadata?.uid ?? '' };
    for (const { claimName } of podResourceClaims(pod)) {
      const claim = claimName ? this.claims.get(keyOf({ metadata: { namespace: pod.metadata?.namespace, name: claimName } })) : undefined;
      const users = claim?.status?.reservedFor ?? [];
      if (!claim?.status?.allocation || users.some(({ uid }) => uid === user.uid)) continue;
      await this.context.client.resource(resources.resourceClaims).updateStatus({ ...claim, status: { ...claim.status, reservedFor: [...users, user] } });
    }
  }
}

const freshKey = ({ metadata }: Pod, { name }: PodResourceClaim): string => `${metadata?.uid}/${name}`;
