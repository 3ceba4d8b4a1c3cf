import { fieldTypeOf, isCustom, type KindDefinition, type ScaleMapping } from '@typernetes/api';
import { apiErrors, deepCopy, formatApiVersion, type KubernetesObject } from '@typernetes/machinery';
import type { CacheEntry } from '@typernetes/storage';
import { applyTo, checkConfig } from '../apply/apply-to';
import { decodeConfig } from '../apply/decode-config';
import { isApply } from '../apply/field-manager';
import { encodeObject, type Call } from '../pipeline/call';
import { decodeBody } from '../pipeline/decode';
import type { ApiResult } from '../pipeline/request';
import { viewNow } from '../store/views';
import { readObject } from './get';
import { checkPatched, patcherOf } from './patch';
import { patchSchemaOf } from './patch-schema';
import { replaceObject } from './update';

/** autoscaling/v1 Scale. */
interface Scale extends KubernetesObject {
  spec?: { replicas?: number };
  status?: { replicas: number; selector?: string };
}

const expected = { apiVersion: 'autoscaling/v1', kind: 'Scale', definition: 'io.k8s.api.autoscaling.v1.Scale' };

function mappingOf(kind: KindDefinition): ScaleMapping {
  if (!kind.scale) throw apiErrors.pathNotFound();
  return kind.scale;
}

const valueAt = (object: unknown, path: string): unknown =>
  path.split('.').filter(Boolean).reduce<unknown>((value, key) => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined), object);

function setAt(object: object, path: string, value: unknown): void {
  const keys = path.split('.').filter(Boolean);
  const last = keys.pop() ?? '';
  let parent = object as Record<string, unknown>;
  for (const key of keys) parent = (parent[key] ??= {}) as Record<string, unknown>;
  parent[last] = value;
}

function scaleOf(kind: KindDefinition, object: KubernetesObject): Scale {
  const mapping = mappingOf(kind);
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata ?? {};
  return {
    kind: expected.kind,
    apiVersion: expected.apiVersion,
    metadata: { name, ...(namespace ? { namespace } : {}), uid, resourceVersion, creationTimestamp },
    spec: { replicas: Number(valueAt(object, mapping.specReplicas) ?? 0) },
    status: { replicas: Number(valueAt(object, mapping.statusReplicas) ?? 0), selector: mapping.selector(object) },
  };
}

async function answer(kind: KindDefinition, entry: CacheEntry): Promise<ApiResult> {
  return { type: 'object', code: 200, value: encodeObject(scaleOf(kind, (await viewNow(kind, entry)).parse())) };
}

/** GET of the scale subresource. */
export async function getScale(call: Call): Promise<ApiResult> {
  const entry = await readObject(call);
  const { specReplicas } = mappingOf(call.kind);
  if (isCustom(call.kind) && valueAt(entry.parse(), specReplicas) === undefined) throw apiErrors.internal(new Error(`the spec replicas field ${JSON.stringify(specReplicas)} does not exist`));
  return answer(call.kind, entry);
}

/** PUT of the scale subresource: only spec.replicas counts. */
export async function updateScale(call: Call): Promise<ApiResult> {
  const scale = decodeBody(call, expected) as Scale;
  return writeScale(call, () => scale);
}

/** PATCH of the scale subresource. */
export async function patchScale(call: Call): Promise<ApiResult> {
  if (isApply(call.request)) return applyScale(call);
  const patcher = patcherOf(call, patchSchemaOf(expected.definition));
  return writeScale(call, (current) => checkPatched(call, patcher, current, expected) as Scale);
}

/** An applied Scale is an applied configuration of the object with nothing but its replicas. */
async function applyScale(call: Call): Promise<ApiResult> {
  const { kind } = call;
  const scale: Scale = decodeConfig(call, expected);
  const type = fieldTypeOf(expected.definition);
  if (type) checkConfig(call, scale, type);
  const { name, uid, resourceVersion } = scale.metadata ?? {};
  const config: KubernetesObject = { apiVersion: formatApiVersion(kind), kind: kind.kind, metadata: { name, ...(uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}) } };
  if (scale.spec?.replicas !== undefined) setAt(config, mappingOf(kind).specReplicas, checkReplicas(call, scale.spec.replicas));
  const { entry } = await replaceObject(call, (current) => applyTo(call, config, current));
  return answer(kind, entry);
}

/** @throws ApiError Invalid */
function checkReplicas({ request }: Call, replicas: number): number {
  if (replicas >= 0) return replicas;
  throw apiErrors.invalid({ group: 'autoscaling', resource: 'Scale', name: request.target.name }, [
    { type: 'Invalid', field: 'spec.replicas', value: replicas, detail: 'must be greater than or equal to 0' },
  ]);
}

async function writeScale(call: Call, makeScale: (current: Scale) => Scale): Promise<ApiResult> {
  const { kind } = call;
  const mapping = mappingOf(kind);
  const { entry } = await replaceObject(call, (current) => {
    const next = deepCopy(current);
    const scale = makeScale(scaleOf(kind, next));
    setAt(next, mapping.specReplicas, checkReplicas(call, scale.spec?.replicas ?? 0));
    next.metadata = { ...next.metadata, resourceVersion: scale.metadata?.resourceVersion, uid: scale.metadata?.uid ?? next.metadata?.uid };
    return next;
  });
  return answer(kind, entry);
}
