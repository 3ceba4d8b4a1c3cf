import { unknownFieldText } from '@typernetes/api';
import { apiErrors, applyJsonPatch, applyMergePatch, applyStrategicMergePatch, fieldError, isJsonObject, StrategicMergePatchError, type KubernetesObject } from '@typernetes/machinery';
import { applyPatch } from '../apply/apply-patch';
import { applyMediaType, isApply } from '../apply/field-manager';
import type { Call } from '../pipeline/call';
import { checkObject, expectedKind } from '../pipeline/decode';
import { parseJsonStrict } from '../pipeline/parse-body';
import { parseYamlStrict } from '../pipeline/parse-yaml';
import type { ApiResult } from '../pipeline/request';
import { viewNow } from '../store/views';
import { patchSchemaOf } from './patch-schema';
import { replaceObject } from './update';

const schemalessPatchTypes: readonly string[] = ['application/json-patch+json', 'application/merge-patch+json'];
const patchTypes: readonly string[] = [...schemalessPatchTypes, 'application/strategic-merge-patch+json'];

/** A patch, ready to be applied to JSON values. */
interface Patcher {
  apply(current: unknown): unknown;
  /** What strict decoding says of the patch itself. */
  readonly problems: readonly string[];
  /** The answer to a patch that does not lead to an object of the kind. */
  refuse(why: string): Error;
}

/** PATCH of an object or its status. */
export async function patch(call: Call): Promise<ApiResult> {
  if (isApply(call.request)) return applyPatch(call);
  const patcher = patcherOf(call, patchSchemaOf(call.kind.definition));
  const { entry } = await replaceObject(call, (current) => patchObject(call, patcher, current));
  return { type: 'object', code: 200, kind: call.kind, value: (await viewNow(call.kind, entry)).value };
}

function patchObject(call: Call, patcher: Patcher, current: KubernetesObject): KubernetesObject {
  const next = checkPatched(call, patcher, current);
  const { name, namespace } = current.metadata ?? {};
  next.metadata ??= {};
  next.metadata.name ??= name;
  next.metadata.namespace ??= namespace;
  return next;
}

/** The patched object, when it is one of the kind. @throws ApiError Invalid */
export function checkPatched(call: Call, { apply, problems, refuse }: Patcher, current: unknown, expected = expectedKind(call.kind)): KubernetesObject {
  return checkObject(call, apply(current), { expected, duplicates: problems, refuse });
}

/** The request's patch. @throws ApiError BadRequest, UnsupportedMediaType */
export function patcherOf(call: Call, schema: ReturnType<typeof patchSchemaOf>): Patcher {
  const { body } = call.request;
  // How lists merge strategically is said by built-in schemas alone.
  const accepted = schema ? patchTypes : schemalessPatchTypes;
  if (!body || !accepted.includes(body.mediaType)) throw apiErrors.unsupportedMediaType([...accepted, applyMediaType]);
  const text = body.bytes.toString();
  const { document, duplicates } = parsePatch(text);
  const refuse = (why: string): Error => apiErrors.invalid({ group: '', resource: '', name: '' }, [fieldError.invalid('patch', text, why)]);
  switch (body.mediaType) {
    case 'application/json-patch+json':
      return { apply: (current) => applyJsonPatch(current, document), problems: [...unknownMembers(document), ...duplicates].map((problem) => `json patch ${problem}`), refuse };
    case 'application/merge-patch+json':
      return { apply: (current) => applyMergePatch(current, document), problems: duplicates, refuse };
    default:
      return { apply: (current) => strategically(current, document, schema), problems: duplicates, refuse };
  }
}

const operationMembers = new Set(['op', 'path', 'from', 'value']);

/** What stands in the operations of a JSON patch and means nothing there. */
function unknownMembers(document: unknown): string[] {
  if (!Array.isArray(document)) return [];
  return document.flatMap((operation: unknown, i) => (isJsonObject(operation) ? Object.keys(operation) : []).filter((key) => !operationMembers.has(key)).map((key) => unknownFieldText(`[${i}].${key}`)));
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
function parsePatch(text: string): { document: unknown; duplicates: readonly string[] } {
  const parsed = parseJsonStrict(text);
  if (parsed.error === undefined) return { document: parsed.value, duplicates: parsed.duplicates };
  const document = /^\s*[[{]/.test(text) ? undefined : objectOfYaml(text);
  if (document) return { document, duplicates: [] };
  throw apiErrors.badRequest(`error decoding patch: ${parsed.error}`);
}

function objectOfYaml(text: string): object | undefined {
  try {
    const { value } = parseYamlStrict(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
