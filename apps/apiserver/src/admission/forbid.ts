import { apiErrors, type ApiError } from '@typernetes/machinery';
import type { AdmissionContext } from '../pipeline/admission';

/** A plugin's refusal. The name of an object that has none yet is what it begins with. */
export function forbid({ kind, name, object }: Pick<AdmissionContext, 'kind' | 'name' | 'object'>, why: string): ApiError {
  return apiErrors.forbidden({ group: kind.group, resource: kind.resource, name: name || object?.metadata?.name || object?.metadata?.generateName || 'Unknown' }, why);
}

/** Whether a write is about this resource of the core group. */
export const isCore = ({ kind, subresource }: Pick<AdmissionContext, 'kind' | 'subresource'>, resource: string, wantedSubresource = ''): boolean =>
  kind.group === '' && kind.resource === resource && subresource === wantedSubresource;
