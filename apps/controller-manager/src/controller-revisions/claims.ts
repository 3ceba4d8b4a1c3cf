import type { ResourceType } from '@typernetes/api';
import type { ApiClient, Informer } from '@typernetes/client';
import type { KubernetesObject, LabelSelector } from '@typernetes/machinery';
import { apiErrors, controllerOf, controllerReference, hasReason } from '@typernetes/machinery';

/** Which objects are a controller's, and which become so or cease to be. */
export interface ClaimPlan<T> {
  /** After this plan. */
  owned: T[];
  adopt: T[];
  release: T[];
}

/** An owner on its way out takes and gives nothing: the garbage collector decides about what it has. */
export function planClaims<T extends KubernetesObject>(owner: KubernetesObject, selector: LabelSelector, candidates: readonly T[], mayAdopt: (object: T) => boolean = () => true): ClaimPlan<T> {
  const plan: ClaimPlan<T> = { owned: [], adopt: [], release: [] };
  const isLeaving = owner.metadata?.deletionTimestamp !== undefined;
  for (const object of candidates) {
    const controller = controllerOf(object);
    const matches = selector.matches(object.metadata?.labels) && mayAdopt(object);
    if (controller) {
      if (controller.uid !== owner.metadata?.uid) continue;
      if (matches) plan.owned.push(object);
      else if (!isLeaving) plan.release.push(object);
    } else if (matches && !isLeaving && !object.metadata?.deletionTimestamp) {
      plan.adopt.push(object);
      plan.owned.push(object);
    }
  }
  return plan;
}

const byController = 'controllerUid';
const orphanKey = (namespace: string | undefined): string => `orphans of ${namespace}`;

/** So that an owner finds its objects, and the orphans beside it, without a look at all others. Before the informers start. */
export function indexByController<T extends KubernetesObject>(informer: Informer<T>): void {
  informer.addIndex(byController, (object) => [controllerOf(object)?.uid ?? orphanKey(object.metadata?.namespace)]);
}

/** What an owner may claim or has claimed. */
export function candidatesOf<T extends KubernetesObject>(informer: Informer<T>, { metadata }: KubernetesObject): T[] {
  return [...informer.byIndex(byController, metadata?.uid ?? ''), ...informer.byIndex(byController, orphanKey(metadata?.namespace))];
}

export interface ClaimTarget<O extends KubernetesObject, T extends KubernetesObject> {
  client: ApiClient;
  ownerType: ResourceType<O>;
  type: ResourceType<T>;
  gvk: { apiVersion: string; kind: string };
}

/** Writes the owner references of a plan. @throws ApiError Conflict when the owner is gone or going */
export async function applyClaims<O extends KubernetesObject, T extends KubernetesObject>(target: ClaimTarget<O, T>, owner: O, { adopt, release }: ClaimPlan<T>): Promise<void> {
  if (adopt.length) await assertStillThere(target, owner);
  const objects = target.client.resource(target.type);
  const type = 'application/strategic-merge-patch+json';
  for (const { metadata } of adopt) {
    const patch = { metadata: { uid: metadata?.uid, ownerReferences: [controllerReference(owner, target.gvk)] } };
    await objects.patch(metadata?.name ?? '', patch, { namespace: metadata?.namespace, type });
  }
  for (const { metadata } of release) {
    const patch = { metadata: { uid: metadata?.uid, ownerReferences: [{ $patch: 'delete', uid: owner.metadata?.uid }] } };
    await objects.patch(metadata?.name ?? '', patch, { namespace: metadata?.namespace, type }).catch((error: unknown) => {
      if (!hasReason(error, 'NotFound', 'Invalid', 'Conflict')) throw error;
    });
  }
}

/** Adoption by an owner that is gone already would leave orphans with a dead owner. */
async function assertStillThere<O extends KubernetesObject>({ client, ownerType }: Pick<ClaimTarget<O, KubernetesObject>, 'client' | 'ownerType'>, { metadata }: O): Promise<void> {
  const { name = '', namespace, uid } = metadata ?? {};
  const fresh = await client.resource(ownerType).get(name, { namespace });
  if (fresh.metadata?.uid !== uid || fresh.metadata?.deletionTimestamp) {
    throw apiErrors.conflict({ group: ownerType.group, resource: ownerType.resource, name }, 'it is being deleted and adopts nothing');
  }
}
