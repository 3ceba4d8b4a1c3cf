import { apiErrors, fieldError, formatApiVersion, type FieldError, type KubernetesObject, type ManagedOperation, type Manager } from '@typernetes/machinery';
import type { Call } from '../pipeline/call';
import type { ApiRequest } from '../pipeline/request';

export const applyMediaType = 'application/apply-patch+yaml';

/** Longest name of a manager, in bytes (meta/v1 validation). */
const managerBytesMax = 128;

/** Longest name of a subresource in managed fields. */
const subresourceBytesMax = 256;

export const isApply = ({ verb, body }: Pick<ApiRequest, 'body' | 'verb'>): boolean => verb === 'patch' && body?.mediaType === applyMediaType;

const isPrintable = (text: string): boolean => /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u.test(text);

/** Whoever writes: as the client says, else the first word of its User-Agent. */
export function managerOf({ request, kind }: Call, operation: ManagedOperation): Manager {
  const name = request.options.fieldManager || prefixOf(request.userAgent ?? '');
  return { name: name || 'unknown', operation, apiVersion: formatApiVersion(kind), subresource: request.target.subresource };
}

/** `kubectl/v1.35.0 (linux/amd64)` -> `kubectl`, without what cannot be printed and no longer than a manager may be. */
export function prefixOf(userAgent: string): string {
  let name = '';
  for (const character of userAgent.split('/', 1)[0] ?? '') {
    if (!isPrintable(character)) continue;
    if (Buffer.byteLength(name + character) > managerBytesMax) break;
    name += character;
  }
  return name;
}

const optionKinds = { create: 'CreateOptions', update: 'UpdateOptions', patch: 'PatchOptions' } as const;

/** Options about field management (meta/v1 CreateOptions, UpdateOptions, PatchOptions). @throws ApiError Invalid */
export function checkFieldManager(request: ApiRequest): void {
  const { verb, options } = request;
  if (verb !== 'create' && verb !== 'update' && verb !== 'patch') return;
  const errors = [...managerErrors(options.fieldManager ?? ''), ...(verb === 'patch' ? patchErrors(request) : [])];
  if (errors.length > 0) throw apiErrors.invalid({ group: 'meta.k8s.io', resource: optionKinds[verb], name: '' }, errors);
}

function managerErrors(name: string, field = 'fieldManager'): FieldError[] {
  const errors: FieldError[] = [];
  if (Buffer.byteLength(name) > managerBytesMax) errors.push(fieldError.tooLong(field, managerBytesMax));
  if (!isPrintable(name)) errors.push(fieldError.invalid(field, name, 'should only contain printable characters'));
  return errors;
}

/** What of an object's managed fields a client can have written wrongly; the rest was decoded or left out already. */
export function validateManagedFields({ metadata }: KubernetesObject): FieldError[] {
  return (metadata?.managedFields ?? []).flatMap(({ manager = '', subresource = '' }, i) => {
    const field = `metadata.managedFields[${i}]`;
    return [...managerErrors(manager, `${field}.manager`), ...(subresource.length > subresourceBytesMax ? [fieldError.tooLong(`${field}.subresource`, subresourceBytesMax)] : [])];
  });
}

function patchErrors(request: ApiRequest): FieldError[] {
  const { force, fieldManager } = request.options;
  if (isApply(request)) return fieldManager ? [] : [fieldError.required('fieldManager', 'is required for apply patch')];
  return force === undefined ? [] : [fieldError.forbidden('force', 'may not be specified for non-apply patch')];
}
