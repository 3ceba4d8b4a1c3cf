import { apiErrors, fieldError, type FieldError } from '@typernetes/machinery';
import type { ApiRequest } from './request';
import type { RequestVerb } from './types';

/** meta/v1's names for the options of each verb that writes. */
const optionsKinds: Partial<Record<RequestVerb, string>> = {
  create: 'CreateOptions',
  update: 'UpdateOptions',
  patch: 'PatchOptions',
  delete: 'DeleteOptions',
  deletecollection: 'DeleteOptions',
};

const validations = ['Ignore', 'Strict', 'Warn'];

/** Options of a write that mean nothing. @throws ApiError Invalid */
export function checkWriteOptions({ verb, options }: Pick<ApiRequest, 'verb' | 'options'>): void {
  const kind = optionsKinds[verb];
  if (!kind) return;
  const { dryRun = [], fieldValidation } = options;
  const errors: FieldError[] = [];
  if (dryRun.some((value) => value !== 'All')) errors.push(fieldError.notSupported('dryRun', dryRun, ['All']));
  if (fieldValidation && !validations.includes(fieldValidation)) errors.push(fieldError.notSupported('fieldValidation', fieldValidation, validations));
  if (errors.length > 0) throw apiErrors.invalid({ group: 'meta.k8s.io', resource: kind, name: '' }, errors);
}
