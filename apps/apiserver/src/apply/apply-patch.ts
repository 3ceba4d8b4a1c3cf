import {
  ApiError,
  apiErrors,
  applyObject,
  deepCopy,
  formatApiVersion,
  formatTime,
  hasReason,
  joinTypeErrors,
  parseApiVersion,
  typeErrors,
  type KubernetesObject,
} from '@typernetes/machinery';
import { authorize, resourceAttributes } from '../pipeline/authorize';
import { nameOf, type Call } from '../pipeline/call';
import { checkObject, expectedKind } from '../pipeline/decode';
import type { ApiResult } from '../pipeline/request';
import { viewOf } from '../store/resource-stores';
import { createObject } from '../verbs/create';
import { replaceObject } from '../verbs/update';
import { decodeConfig } from './decode-config';
import { managerOf } from './field-manager';
import { ignoredFieldsOf } from './ignored-fields';
import { convertPair, objectTypeOf } from './object-type';
import { setManagedFields } from './track';

/** Often enough for an object that comes and goes while it is applied. */
const applyAttemptsMax = 5;

/** PATCH with a configuration (server-side apply): changes the object, or creates it when there is none. */
export async function applyPatch(call: Call): Promise<ApiResult> {
  const config = decodeConfig(call);
  checkConfig(call, config);
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
      return applyTo(call, config, current.parse());
    });
    return { type: 'object', code: 200, kind: call.kind, value: viewOf(call.kind, entry).value };
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
    return { type: 'object', code: 201, kind: call.kind, value: viewOf(call.kind, await createObject(call, next)).value };
  } catch (error) {
    if (isLastAttempt || !hasReason(error, 'AlreadyExists')) throw error;
    return undefined;
  }
}

/** The object as it is after the apply, with its owners. @throws ApiError Conflict, BadRequest */
function applyTo(call: Call, config: KubernetesObject, live: KubernetesObject | undefined): KubernetesObject {
  const { kind, environment, request } = call;
  const { object, managedFields } = applyObject<KubernetesObject>({
    ...(live ? { live } : {}),
    config,
    type: objectTypeOf(kind),
    manager: managerOf(call, 'Apply'),
    force: request.options.force ?? false,
    ignored: ignoredFieldsOf(kind, request.target.subresource),
    now: formatTime(environment.clock.now()),
    convert: (apiVersion, pair) => convertPair({ registry: environment.registry, kind }, apiVersion, pair),
  });
  // Decoding works in place; the configuration and the live object stay as they are for another attempt.
  const next = checkObject(call, deepCopy(object), { expected: expectedKind(kind) });
  next.metadata ??= {};
  next.metadata.name ??= request.target.name;
  // What an update is based on is the configuration's word, not the live object's.
  next.metadata.resourceVersion = config.metadata?.resourceVersion ?? live?.metadata?.resourceVersion;
  setManagedFields(next, managedFields);
  return next;
}

/** The configuration fits the kind's schema. An error without a reason, as upstream answers. @throws ApiError */
function checkConfig({ kind, request }: Call, config: KubernetesObject): void {
  const errors = typeErrors(config, objectTypeOf(kind));
  if (errors.length === 0) return;
  const { group, version } = parseApiVersion(config.apiVersion ?? formatApiVersion(kind));
  const name = config.metadata?.name ?? request.target.name;
  const namespace = config.metadata?.namespace ?? request.target.namespace;
  throw new ApiError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `failed to create typed patch object (${namespace}/${name}; ${group}/${version}, Kind=${kind.kind}): ${joinTypeErrors(errors)}`,
    code: 500,
  });
}
