import { apiErrors, applyJsonPatch, applyMergePatch, applyStrategicMergePatch, StrategicMergePatchError, type KubernetesObject } from '@typernetes/machinery';
import { parse as parseYaml } from 'yaml';
import { applyPatch } from '../apply/apply-patch';
import { applyMediaType, isApply } from '../apply/field-manager';
import type { Call } from '../pipeline/call';
import { checkObject, expectedKind } from '../pipeline/decode';
import type { ApiResult } from '../pipeline/request';
import { viewOf } from '../store/resource-stores';
import { patchSchemaOf } from './patch-schema';
import { replaceObject } from './update';

const patchTypes: readonly string[] = ['application/json-patch+json', 'application/merge-patch+json', 'application/strategic-merge-patch+json'];

type Patcher = (current: unknown) => unknown;

/** PATCH of an object or its status. */
export async function patch(call: Call): Promise<ApiResult> {
  if (isApply(call.request)) return applyPatch(call);
  const patcher = patcherOf(call, patchSchemaOf(call.kind.definition));
  const { entry } = await replaceObject(call, (current) => patchObject(call, patcher, current.parse()));
  return { type: 'object', code: 200, kind: call.kind, value: viewOf(call.kind, entry).value };
}

function patchObject(call: Call, patcher: Patcher, current: KubernetesObject): KubernetesObject {
  const next = checkObject(call, patcher(current), { expected: expectedKind(call.kind) });
  const { name, namespace } = current.metadata ?? {};
  next.metadata ??= {};
  next.metadata.name ??= name;
  next.metadata.namespace ??= namespace;
  return next;
}

/** The request's patch as a function on JSON values. @throws ApiError BadRequest, UnsupportedMediaType */
export function patcherOf(call: Call, schema: ReturnType<typeof patchSchemaOf>): Patcher {
  const { body } = call.request;
  if (!body || !patchTypes.includes(body.mediaType)) throw apiErrors.unsupportedMediaType([...patchTypes, applyMediaType]);
  const document = parsePatch(body.bytes);
  switch (body.mediaType) {
    case 'application/json-patch+json':
      return (current) => applyJsonPatch(current, document);
    case 'application/merge-patch+json':
      return (current) => applyMergePatch(current, document);
    default:
      return (current) => strategically(current, document, schema);
  }
}

function strategically(current: unknown, document: unknown, schema: ReturnType<typeof patchSchemaOf>): unknown {
  try {
    return applyStrategicMergePatch(current, document, schema);
  } catch (error) {
    if (error instanceof StrategicMergePatchError) throw apiErrors.badRequest(error.message);
    throw error;
  }
}

/** JSON, or YAML as kubectl lets its users write it. */
function parsePatch(bytes: Buffer): unknown {
  const text = bytes.toString();
  try {
    return JSON.parse(text);
  } catch (error) {
    const isYamlObject = !/^\s*[[{]/.test(text);
    const value: unknown = isYamlObject ? parseYaml(text) : undefined;
    if (typeof value === 'object' && value !== null) return value;
    throw apiErrors.badRequest(`error decoding patch: ${error instanceof Error ? error.message : String(error)}`);
  }
}
