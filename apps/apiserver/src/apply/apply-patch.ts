import { apiErrors, hasReason, type KubernetesObject } from '@typernetes/machinery';
import { authorize, resourceAttributes } from '../pipeline/authorize';
import { nameOf, type Call } from '../pipeline/call';
import { expectedKind } from '../pipeline/decode';
import type { ApiResult } from '../pipeline/request';
import { viewNow } from '../store/views';
import { createObject } from '../verbs/create';
import { replaceObject } from '../verbs/update';
import { applyTo, checkConfig } from './apply-to';
import { decodeConfig } from './decode-config';
import { objectTypeOf } from './object-type';

/** Often enough for an object that comes and goes while it is applied. */
const applyAttemptsMax = 5;

/** PATCH with a configuration (server-side apply): changes the object, or creates it when there is none. */
export async function applyPatch(call: Call): Promise<ApiResult> {
  const config = decodeConfig(call, expectedKind(call.kind));
  checkConfig(call, config, objectTypeOf(call.kind));
  for (let attempt = 1; ; attempt++) {
    const answer = (await applyToStored(call, config)) ?? (await createFrom(call, config, attempt >= applyAttemptsMax));
    if (answer) return answer;
  }
}

/** Undefined when there is no such object and this endpoint may create it. */
async function applyToStored(call: Call, config: KubernetesObject): Promise<ApiResult | undefined> {
  let isFound = false;
  try {
    const { entry } = await replaceObject(call, (current) => {
      isFound = true;
      return applyTo(call, config, current);
    });
    return { type: 'object', code: 200, kind: call.kind, value: (await viewNow(call.kind, entry)).value };
  } catch (error) {
    if (isFound || !hasReason(error, 'NotFound') || call.request.target.subresource) throw error;
    return undefined;
  }
}

/** Undefined when somebody else has just created it. */
async function createFrom(call: Call, config: KubernetesObject, isLastAttempt: boolean): Promise<ApiResult | undefined> {
  const { environment, user, request } = call;
  await authorize(environment.extensions.authorizers, user, resourceAttributes({ ...request, verb: 'create' }));
  const { uid } = config.metadata ?? {};
  if (uid) throw apiErrors.conflict(nameOf(call, request.target.name), `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`);
  const next = applyTo(call, config, undefined);
  // Which version of an object that does not exist is no question.
  delete next.metadata?.resourceVersion;
  try {
    return { type: 'object', code: 201, kind: call.kind, value: (await viewNow(call.kind, await createObject(call, next))).value };
  } catch (error) {
    if (isLastAttempt || !hasReason(error, 'AlreadyExists')) throw error;
    return undefined;
  }
}
