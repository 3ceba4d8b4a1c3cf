import { apiErrors, formatTime, hasReason, type KubernetesObject } from '@typernetes/machinery';
import { checkAgainstTarget } from '../metadata/prepare';
import { nameOf, type Call } from '../pipeline/call';
import { decodeBody } from '../pipeline/decode';
import type { ApiResult } from '../pipeline/request';
import { runWriteSteps } from '../pipeline/write-steps';
import { commitHookOf } from '../store/commit-hook';
import { guaranteedUpdate, type Change, type ChangeResult } from '../store/guaranteed-update';
import { storedOf, viewNow } from '../store/views';

import { createObject } from './create';
import { isReadyToGo } from './delete';

/** Kinds that PUT may create (upstream's AllowCreateOnUpdate). */
const createdOnUpdate = new Set(['endpoints', 'events', 'leases', 'roles', 'rolebindings', 'clusterroles', 'clusterrolebindings', 'services', 'limitranges']);

/** Kinds whose updates must say on which version they are based (upstream's AllowUnconditionalUpdate). */
const needsVersion = new Set(['leases']);

/** PUT of an object, its status or (see the callers) anything that becomes the next version of it. */
export async function update(call: Call): Promise<ApiResult> {
  const body = decodeBody(call);
  checkAgainstTarget(call, body);
  const { target } = call.request;
  try {
    const { entry } = await replaceObject(call, () => structuredClone(body));
    return { type: 'object', code: 200, kind: call.kind, value: (await viewNow(call.kind, entry)).value };
  } catch (error) {
    if (!hasReason(error, 'NotFound') || target.subresource || !createdOnUpdate.has(call.kind.resource)) throw error;
    if (body.metadata?.resourceVersion || body.metadata?.uid) throw error;
    const entry = await createObject(call, body);
    return { type: 'object', code: 201, kind: call.kind, value: (await viewNow(call.kind, entry)).value };
  }
}

/**
 * Gives an object its next version: `makeNext` derives it from the current one (as the kind shows it), which it neither
 * changes nor shares with the result; everything else follows the pipeline. Called again when somebody else was faster.
 */
export async function replaceObject(call: Call, makeNext: (previous: KubernetesObject) => KubernetesObject): Promise<ChangeResult> {
  const { environment, kind } = call;
  const store = environment.stores.of(kind);
  return guaranteedUpdate(call, store, async (current, attempt): Promise<Change> => {
    const viewed = await viewNow(kind, current);
    const previous = viewed.parse();
    const next = makeNext(previous);
    checkVersion(call, next, previous);
    await runWriteSteps({
      call,
      operation: 'UPDATE',
      subresource: call.request.target.subresource,
      next,
      previous,
      now: formatTime(environment.clock.now()),
    });
    const operations = commitHookOf(environment, kind)?.plan({ previous, next, attempt }) ?? [];
    if (isReadyToGo(kind, next)) return { type: 'delete', operations: commitHookOf(environment, kind)?.plan({ previous, attempt }) ?? [] };
    return { type: 'put', next: await storedOf(kind, next), operations };
  });
}

/** The version and identity that the client based its change on. @throws ApiError Conflict, Invalid */
function checkVersion(call: Call, next: KubernetesObject, previous: KubernetesObject): void {
  const { name } = call.request.target;
  const { resourceVersion, uid } = next.metadata ?? {};
  if (!resourceVersion && call.request.verb === 'update' && needsVersion.has(call.kind.resource)) {
    throw apiErrors.invalid({ group: call.kind.group, resource: call.kind.kind, name }, [
      { type: 'Invalid', field: 'metadata.resourceVersion', value: 0, detail: 'must be specified for an update' },
    ]);
  }
  const currentUid = previous.metadata?.uid;
  // A patch that changes the uid is refused as a change of an immutable field.
  if (call.request.verb === 'update' && uid && uid !== currentUid) {
    throw apiErrors.conflict(nameOf(call, name), `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${currentUid}`);
  }
  if (resourceVersion && resourceVersion !== '0' && resourceVersion !== previous.metadata?.resourceVersion) throw apiErrors.staleUpdate(nameOf(call, name));
}
