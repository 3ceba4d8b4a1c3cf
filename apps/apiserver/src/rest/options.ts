import { apiErrors } from '@typernetes/machinery';
import type { FieldValidation, RequestOptions } from '../pipeline/request';

/** Query parameters as options. @throws ApiError BadRequest for numbers and booleans that are none */
export function parseOptions(query: URLSearchParams): RequestOptions {
  const text = (name: string): Record<string, string> => (query.has(name) ? { [name]: query.get(name) ?? '' } : {});
  if ([...query.keys()].length === 0) return {};
  return {
    ...text('labelSelector'),
    ...text('fieldSelector'),
    ...text('resourceVersion'),
    ...text('resourceVersionMatch'),
    ...text('continue'),
    ...text('fieldManager'),
    ...text('propagationPolicy'),
    ...integer(query, 'limit'),
    ...integer(query, 'timeoutSeconds'),
    ...integer(query, 'gracePeriodSeconds'),
    ...boolean(query, 'allowWatchBookmarks'),
    ...boolean(query, 'sendInitialEvents'),
    ...boolean(query, 'force'),
    ...boolean(query, 'orphanDependents'),
    ...(query.has('dryRun') ? { dryRun: query.getAll('dryRun') } : {}),
    ...(query.get('fieldValidation') ? { fieldValidation: query.get('fieldValidation') as FieldValidation } : {}),
  };
}

function integer(query: URLSearchParams, name: string): Record<string, number> {
  const value = query.get(name);
  if (value === null || value === '') return {};
  if (!/^-?\d+$/.test(value)) throw apiErrors.badRequest(`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`);
  return { [name]: Number(value) };
}

function boolean(query: URLSearchParams, name: string): Record<string, boolean> {
  const value = query.get(name);
  return value === null ? {} : { [name]: value !== 'false' && value !== '0' };
}
