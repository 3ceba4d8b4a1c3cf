import { randomUUID } from 'node:crypto';
import { apiErrors, randomSuffix, type KubernetesObject, type ObjectMeta } from '@typernetes/machinery';
import type { Call } from '../pipeline/call';

/** Longest base of a generated name: 63 for DNS labels less the suffix. */
const generateNameMax = 58;

/** Metadata of a new object: what the server sets is set, what a client may not set is dropped. Changes `next`. */
export function prepareMetadataForCreate(call: Call, next: KubernetesObject, now: string): void {
  const metadata = (next.metadata ??= {});
  if (call.kind.namespaced) metadata.namespace = call.request.target.namespace;
  else delete metadata.namespace;
  if (!metadata.name && metadata.generateName) {
    metadata.name = metadata.generateName.slice(0, generateNameMax) + randomSuffix(call.environment.random);
  }
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  delete metadata.selfLink;
  metadata.uid = randomUUID();
  metadata.creationTimestamp = now;
  if (!call.kind.hasGeneration) delete metadata.generation;
  next.metadata = ordered(metadata);
}

/** Name first and owners last, as readers expect it; JSON keeps the order of insertion. */
function ordered({ name, generateName, namespace, uid, managedFields, ...rest }: ObjectMeta): ObjectMeta {
  return { name, ...(generateName ? { generateName } : {}), ...(namespace ? { namespace } : {}), uid, ...rest, ...(managedFields ? { managedFields } : {}) };
}

/** What an update may not change and the client may leave out. Changes `next`. */
export function prepareMetadataForUpdate(next: KubernetesObject, previous: KubernetesObject): void {
  const metadata = (next.metadata ??= {});
  const before = previous.metadata ?? {};
  metadata.uid ??= before.uid;
  for (const field of ['creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'generateName', 'namespace'] as const) {
    keep(metadata, before, field);
  }
  if (before.generation === undefined) delete metadata.generation;
  else metadata.generation = before.generation;
  delete metadata.selfLink;
  next.metadata = ordered(metadata);
}

function keep<K extends keyof ObjectMeta>(next: ObjectMeta, previous: ObjectMeta, field: K): void {
  if (previous[field] === undefined) delete next[field];
  else next[field] = previous[field];
}

/** Name and namespace of a body agree with the path. Fills in the namespace. @throws ApiError BadRequest */
export function checkAgainstTarget(call: Call, object: KubernetesObject): void {
  const { target } = call.request;
  const metadata = (object.metadata ??= {});
  if (call.kind.namespaced) {
    if (metadata.namespace && metadata.namespace !== target.namespace) {
      throw apiErrors.badRequest('the namespace of the provided object does not match the namespace sent on the request');
    }
    metadata.namespace = target.namespace;
  }
  if (target.name === '') return;
  metadata.name ||= target.name;
  if (metadata.name !== target.name) {
    throw apiErrors.badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${target.name})`);
  }
}
