import type { KindDefinition, Namespace } from '@typernetes/api';
import { apiErrors, formatTime, type KubernetesObject, type ObjectMeta, type Status } from '@typernetes/machinery';
import { admissionContext, runAdmission } from '../pipeline/write-steps';
import { encodeObject, nameOf, type Call } from '../pipeline/call';
import type { ApiResult } from '../pipeline/request';
import { commitHookOf } from '../store/commit-hook';
import { guaranteedUpdate, type Change } from '../store/guaranteed-update';
import { storedOf, viewNow } from '../store/views';

import { deleteOptionsOf, withDryRun, type DeleteOptions } from './delete-options';
import { returnsDeletedObject } from './deleted-answer';

/** Finalizers that stand for a propagation policy; the garbage collector takes them off. */
const orphanFinalizer = 'orphan';
const foregroundFinalizer = 'foregroundDeletion';

/** DELETE of one object. */
export async function deleteObject(call: Call): Promise<ApiResult> {
  const options = deleteOptionsOf(call.request);
  return deleteWith(withDryRun(call, options), options);
}

/** Begins or completes the deletion of the call's object: grace, finalizers and preconditions decide which. */
export async function deleteWith(call: Call, options: DeleteOptions): Promise<ApiResult> {
  const { environment, kind } = call;
  const store = environment.stores.of(kind);
  const { type, entry } = await guaranteedUpdate(call, store, async (current, attempt): Promise<Change> => {
    const viewed = await viewNow(kind, current);
    const object = viewed.parse();
    checkPreconditions(call, object.metadata ?? {}, options);
    if (environment.extensions.admission.length > 0) {
      const context = admissionContext(call, { operation: 'DELETE', subresource: '', previous: object });
      await runAdmission(call, 'admit', context);
      await runAdmission(call, 'validate', context);
    }
    const next = planDeletion(kind, object, { options, nowMs: environment.clock.now() });
    if (next === 'keep') return { type: 'keep' };
    if (next === 'remove') return { type: 'delete', operations: commitHookOf(environment, kind)?.plan({ previous: object, attempt }) ?? [] };
    return { type: 'put', next: await storedOf(kind, next) };
  });
  if (type !== 'delete' || returnsDeletedObject(kind)) return { type: 'object', code: 200, kind, value: (await viewNow(kind, entry)).value };
  return { type: 'object', code: 200, value: encodeObject(deletedStatus(call, entry.parse())) };
}

function checkPreconditions(call: Call, metadata: ObjectMeta, { preconditions }: DeleteOptions): void {
  const name = nameOf(call, metadata.name ?? '');
  if (preconditions?.uid !== undefined && preconditions.uid !== metadata.uid) {
    throw apiErrors.conflict(name, `Precondition failed: UID in precondition: ${preconditions.uid}, UID in object meta: ${metadata.uid}`);
  }
  if (preconditions?.resourceVersion !== undefined && preconditions.resourceVersion !== metadata.resourceVersion) {
    throw apiErrors.conflict(
      name,
      `Precondition failed: ResourceVersion in precondition: ${preconditions.resourceVersion}, ResourceVersion in object meta: ${metadata.resourceVersion}`,
    );
  }
}

/**
 * What a delete request does to the object as it is: nothing, removal, or a next version that waits for somebody (the
 * kubelet during grace, owners of finalizers).
 */
export function planDeletion(
  kind: KindDefinition,
  object: KubernetesObject,
  { options, nowMs }: { options: DeleteOptions; nowMs: number },
): 'keep' | 'remove' | KubernetesObject {
  const before = object.metadata ?? {};
  const finalizers = finalizersAfter(kind, before, options);
  const graceSeconds = graceSecondsOf(kind, object, options);
  if (before.deletionTimestamp) {
    const { deletionGracePeriodSeconds: graceBefore = 0 } = before;
    const isShorter = graceSeconds < graceBefore;
    if (!isShorter && finalizers.join() === (before.finalizers ?? []).join()) {
      return isReadyToGo(kind, object) ? 'remove' : 'keep';
    }
    // The time counts from the first request on.
    const begunMs = Date.parse(before.deletionTimestamp) - graceBefore * 1000;
    const next = withDeletion(kind, object, { finalizers, graceSeconds: isShorter ? graceSeconds : graceBefore, nowMs: begunMs });
    return isReadyToGo(kind, next) ? 'remove' : next;
  }
  const next = withDeletion(kind, object, { finalizers, graceSeconds, nowMs });
  return isReadyToGo(kind, next) ? 'remove' : next;
}

function graceSecondsOf(kind: KindDefinition, object: KubernetesObject, { gracePeriodSeconds }: DeleteOptions): number {
  const own = kind.gracePeriodSeconds?.(object);
  if (own === undefined) return 0;
  const wanted = gracePeriodSeconds ?? own;
  // A negative period means one second: at once, but by the kubelet's hand (upstream's pod strategy).
  return wanted < 0 ? 1 : wanted;
}

function finalizersAfter(kind: KindDefinition, { finalizers = [] }: ObjectMeta, options: DeleteOptions): string[] {
  const policy = options.propagationPolicy ?? (options.orphanDependents === undefined ? undefined : options.orphanDependents ? 'Orphan' : 'Background');
  const others = finalizers.filter((finalizer) => finalizer !== orphanFinalizer && finalizer !== foregroundFinalizer);
  if (policy === 'Orphan') return [...others, orphanFinalizer];
  if (policy === 'Foreground') return [...others, foregroundFinalizer];
  if (policy === 'Background') return others;
  return kind.orphansByDefault && others.length === finalizers.length ? [...others, orphanFinalizer] : [...finalizers];
}

function withDeletion(kind: KindDefinition, object: KubernetesObject, { finalizers, graceSeconds, nowMs }: { finalizers: string[]; graceSeconds: number; nowMs: number }): KubernetesObject {
  const before = object.metadata ?? {};
  const metadata: ObjectMeta = { ...before, deletionTimestamp: formatTime(nowMs + graceSeconds * 1000), deletionGracePeriodSeconds: graceSeconds };
  if (finalizers.length > 0) metadata.finalizers = finalizers;
  else delete metadata.finalizers;
  if (before.generation !== undefined && !before.deletionTimestamp) metadata.generation = before.generation + 1;
  const next: KubernetesObject = { ...object, metadata };
  if (!before.deletionTimestamp) kind.beginDeletion?.(next, formatTime(nowMs));
  if (object.kind === 'Namespace' && object.apiVersion === 'v1') (next as Namespace).status = { ...(object as Namespace).status, phase: 'Terminating' };
  return next;
}

/** A deleted object whose grace is over and that nobody holds any more. Namespaces are also held by spec.finalizers. */
export function isReadyToGo(_kind: KindDefinition, object: KubernetesObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers = [] } = object.metadata ?? {};
  if (!deletionTimestamp || deletionGracePeriodSeconds > 0 || finalizers.length > 0) return false;
  if (object.kind !== 'Namespace') return true;
  return ((object as Namespace).spec?.finalizers ?? []).length === 0;
}

function deletedStatus({ kind }: Call, object: KubernetesObject): Omit<Status, 'code' | 'message'> {
  const { name, uid } = object.metadata ?? {};
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name: name ?? '', ...(kind.group ? { group: kind.group } : {}), kind: kind.resource, uid: uid ?? '' },
  };
}
