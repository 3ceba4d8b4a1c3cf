import type { Namespace, ResourceType } from '@typernetes/api';
import { resources } from '@typernetes/api';
import type { ResourceClient } from '@typernetes/client';
import type { KubernetesObject } from '@typernetes/machinery';
import { formatTime, hasReason } from '@typernetes/machinery';
import type { ControllerContext, ControllerDefinition } from '../context';
import { newController } from '../context';

/** The finalizer that keeps a namespace until it is empty. */
const finalizer = 'kubernetes';

/** How long until it looks again whether the contents are gone; pods take their grace period. */
const recheckMs = 1_000;

/** Deletes under way at a time: enough to keep the store busy, few enough to leave room for others. */
const deletesAtOnce = 16;

/** Empties namespaces that are being deleted, then lets them go. */
export const namespaceController: ControllerDefinition = {
  name: 'namespace-controller',
  setUp(context) {
    const namespaces = context.informers.informer(resources.namespaces);
    const loop = newController(context, this.name, async (name) => {
      const namespace = namespaces.get(name);
      if (!namespace?.metadata?.deletionTimestamp || !namespace.spec?.finalizers?.includes(finalizer)) return;
      const remaining = await deleteContents(context, name);
      if (!remaining.length) return finalize(context, namespace);
      await reportRemaining(context, namespace, remaining);
      return { requeueAfterMs: recheckMs };
    });
    const enqueue = ({ metadata }: Namespace): void => loop.enqueue(metadata?.name ?? '');
    namespaces.onChange({ added: enqueue, updated: enqueue });
    return (signal) => loop.run(signal);
  },
};

/** What is still there after this round. */
interface Remaining {
  type: ResourceType;
  objects: KubernetesObject[];
}

/** Pods go before everything else, so that none runs without what protects it (KEP-5080): NetworkPolicies, quotas. */
async function deleteContents(context: ControllerContext, namespace: string): Promise<Remaining[]> {
  const pods = await deleteKinds(context, namespace, [resources.pods]);
  return pods.length > 0 ? pods : deleteKinds(context, namespace, await context.kinds.current());
}

async function deleteKinds({ client }: ControllerContext, namespace: string, types: readonly ResourceType[]): Promise<Remaining[]> {
  const remaining: Remaining[] = [];
  for (const type of types) {
    if (!type.namespaced) continue;
    const api = client.resource(type);
    const { items } = await listOf(api, namespace);
    const due = items.filter(({ metadata }) => !metadata?.deletionTimestamp);
    for (let start = 0; start < due.length; start += deletesAtOnce) {
      await Promise.all(due.slice(start, start + deletesAtOnce).map((object) => deleteOne(api, namespace, object)));
    }
    if (!items.length) continue;
    const left = await listOf(api, namespace);
    if (left.items.length) remaining.push({ type, objects: left.items });
  }
  return remaining;
}

/** A kind that has gone meanwhile has no objects. */
async function listOf(api: ResourceClient<KubernetesObject>, namespace: string): Promise<{ items: KubernetesObject[] }> {
  try {
    return await api.list({ namespace });
  } catch (error) {
    if (!hasReason(error, 'NotFound')) throw error;
    return { items: [] };
  }
}

async function deleteOne(api: ResourceClient<KubernetesObject>, namespace: string, { metadata }: KubernetesObject): Promise<void> {
  try {
    await api.delete(metadata?.name ?? '', { namespace, propagationPolicy: 'Background', preconditions: { uid: metadata?.uid } });
  } catch (error) {
    if (!hasReason(error, 'NotFound', 'Conflict')) throw error;
  }
}

async function finalize({ client, logger }: ControllerContext, namespace: Namespace): Promise<void> {
  const name = namespace.metadata?.name ?? '';
  const finalizers = (namespace.spec?.finalizers ?? []).filter((other) => other !== finalizer);
  try {
    await client.resource(resources.namespaces).update({ ...namespace, spec: { ...namespace.spec, finalizers } }, { subresource: 'finalize' });
    logger.info({ namespace: name }, 'the namespace is empty and may go');
  } catch (error) {
    if (!hasReason(error, 'NotFound')) throw error;
  }
}

async function reportRemaining({ client, clock }: ControllerContext, namespace: Namespace, remaining: readonly Remaining[]): Promise<void> {
  const conditions = remainingConditions(namespace, remaining, formatTime(clock.now()));
  const known = namespace.status?.conditions ?? [];
  const unchanged = conditions.every(({ type, status, message }) => known.some((other) => other.type === type && other.status === status && other.message === message));
  if (unchanged) return;
  await client
    .resource(resources.namespaces)
    .updateStatus({ ...namespace, status: { ...namespace.status, conditions } })
    .catch((error: unknown) => {
      if (!hasReason(error, 'NotFound', 'Conflict')) throw error;
    });
}

type NamespaceConditions = NonNullable<NonNullable<Namespace['status']>['conditions']>;

function remainingConditions(namespace: Namespace, remaining: readonly Remaining[], now: string): NamespaceConditions {
  const counts = remaining.map(({ type, objects }) => `${type.group ? `${type.resource}.${type.group}` : `${type.resource}.`} has ${objects.length} resource instances`);
  const finalizers = new Map<string, number>();
  for (const { objects } of remaining) {
    for (const { metadata } of objects) {
      for (const name of metadata?.finalizers ?? []) finalizers.set(name, (finalizers.get(name) ?? 0) + 1);
    }
  }
  const held = [...finalizers].sort().map(([name, count]) => `${name} in ${count} resource instances`);
  const condition = (type: string, reason: string, message: string, isTrue: boolean): NamespaceConditions[number] => {
    const status = isTrue ? 'True' : 'False';
    const before = namespace.status?.conditions?.find((other) => other.type === type);
    return { type, status, reason, message, lastTransitionTime: before?.status === status ? before.lastTransitionTime : now };
  };
  return [
    condition('NamespaceDeletionDiscoveryFailure', 'ResourcesDiscovered', 'All resources successfully discovered', false),
    condition('NamespaceDeletionContentFailure', 'ContentDeleted', 'All content successfully deleted, may be waiting on finalization', false),
    condition('NamespaceContentRemaining', 'SomeResourcesRemain', `Some resources are remaining: ${counts.join(', ')}`, true),
    held.length
      ? condition('NamespaceFinalizersRemaining', 'SomeFinalizersRemain', `Some content in the namespace has finalizers remaining: ${held.join(', ')}`, true)
      : condition('NamespaceFinalizersRemaining', 'ContentHasNoFinalizers', 'All content-preserving finalizers finished', false),
  ];
}
