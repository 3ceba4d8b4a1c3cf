import { ApiError, applyObject, deepCopy, formatTime, joinTypeErrors, typeErrors, type FieldType, type KubernetesObject } from '@typernetes/machinery';
import type { Call } from '../pipeline/call';
import { checkObject, expectedKind } from '../pipeline/decode';
import { formatKind } from './decode-config';
import { managerOf } from './field-manager';
import { ignoredFieldsOf } from './ignored-fields';
import { convertPair, objectTypeOf } from './object-type';
import { setManagedFields } from './track';

/** The object as it is after the apply, with its owners; a new one without `live`. @throws ApiError Conflict, BadRequest */
export function applyTo(call: Call, config: KubernetesObject, live: KubernetesObject | undefined): KubernetesObject {
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

/** The configuration fits the schema. An error without a reason, as upstream answers. @throws ApiError */
export function checkConfig({ request }: Call, config: KubernetesObject, type: FieldType): void {
  const errors = typeErrors(config, type);
  if (errors.length === 0) return;
  const { name = request.target.name, namespace = request.target.namespace } = config.metadata ?? {};
  const kind = formatKind(config.apiVersion ?? '', config.kind ?? '');
  throw new ApiError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `failed to create typed patch object (${namespace}/${name}; ${kind}): ${joinTypeErrors(errors)}`,
    code: 500,
  });
}
