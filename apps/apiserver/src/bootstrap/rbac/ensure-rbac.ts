import { resources, type ResourceType } from '@typernetes/api';
import { hasReason } from '@typernetes/machinery';
import type { ApiserverInternals } from '../../pipeline/internals';
import type { RbacObject } from './builders';
import { defaultRbac } from './default-rbac';
import { reconcile } from './reconcile';

/** How often one object is decided anew when others write it at the same time. */
const attemptsMax = 3;

async function ensureOne<T extends RbacObject>({ client }: ApiserverInternals, type: ResourceType<T>, parts: { wanted: T; stored: T | undefined }): Promise<void> {
  const kind = client.resource<RbacObject>(type);
  const { name = '', namespace } = parts.wanted.metadata ?? {};
  const place = namespace ? { namespace } : {};
  let stored: RbacObject | undefined = parts.stored;
  for (let attempt = 1; ; attempt++) {
    const decision = reconcile(parts.wanted, stored);
    try {
      if (decision.type === 'keep') return;
      if (decision.type === 'recreate') await kind.delete(name, place);
      await (decision.type === 'update' ? kind.update(decision.object) : kind.create(structuredClone(decision.object)));
      return;
    } catch (error) {
      if (attempt >= attemptsMax || !hasReason(error, 'AlreadyExists', 'Conflict', 'NotFound')) throw error;
      stored = await kind.get(name, place).catch((missing: unknown) => {
        if (hasReason(missing, 'NotFound')) return undefined;
        throw missing;
      });
    }
  }
}

async function ensureAll<T extends RbacObject>(internals: ApiserverInternals, type: ResourceType<T>, wanted: readonly T[]): Promise<void> {
  await Promise.all(
    wanted.map((object) => ensureOne(internals, type, { wanted: object, stored: internals.objects.get(type, object.metadata?.name ?? '', object.metadata?.namespace) })),
  );
}

/** Creates the default roles and bindings that are missing and completes the others. Roles first: bindings refer to them. */
export async function ensureRbac(internals: ApiserverInternals): Promise<void> {
  await Promise.all([ensureAll(internals, resources.clusterRoles, defaultRbac.clusterRoles), ensureAll(internals, resources.roles, defaultRbac.roles)]);
  await Promise.all([
    ensureAll(internals, resources.clusterRoleBindings, defaultRbac.clusterRoleBindings),
    ensureAll(internals, resources.roleBindings, defaultRbac.roleBindings),
  ]);
}
