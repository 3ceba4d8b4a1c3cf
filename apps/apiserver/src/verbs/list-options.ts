import { apiErrors, fieldError, type FieldError } from '@typernetes/machinery';
import type { RequestOptions } from '../pipeline/request';

/** Which options go together (API concepts, "Semantics for get and list", "Semantics for watch"; KEP-3157). Pure. */

const field = 'resourceVersionMatch';

function refuse(errors: readonly FieldError[]): void {
  if (errors.length > 0) throw apiErrors.invalid({ group: 'meta.k8s.io', resource: 'ListOptions', name: '' }, errors);
}

/** Of list and deletecollection. @throws ApiError Invalid */
export function checkListOptions({ resourceVersion, resourceVersionMatch: match, continue: token, sendInitialEvents }: RequestOptions): void {
  const errors: FieldError[] = [];
  if (match) {
    if (!resourceVersion) errors.push(fieldError.forbidden(field, 'resourceVersionMatch is forbidden unless resourceVersion is provided'));
    if (token) errors.push(fieldError.forbidden(field, 'resourceVersionMatch is forbidden when continue is provided'));
    if (match !== 'Exact' && match !== 'NotOlderThan') errors.push({ type: 'NotSupported', field, value: match, detail: 'supported values: "Exact", "NotOlderThan", ""' });
    if (match === 'Exact' && resourceVersion === '0') errors.push(fieldError.forbidden(field, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
  }
  if (sendInitialEvents !== undefined) errors.push(fieldError.forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  refuse(errors);
}

/** Of watch. @throws ApiError Invalid */
export function checkWatchOptions({ resourceVersionMatch: match, continue: token, sendInitialEvents }: RequestOptions): void {
  const errors: FieldError[] = [];
  if (sendInitialEvents !== undefined && match !== 'NotOlderThan') {
    errors.push(fieldError.forbidden(field, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'));
  }
  if (match) {
    if (sendInitialEvents === undefined) errors.push(fieldError.forbidden(field, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'));
    if (match !== 'NotOlderThan') errors.push(fieldError.notSupported(field, match, ['NotOlderThan']));
    if (token) errors.push(fieldError.forbidden(field, 'resourceVersionMatch is forbidden when continue is provided'));
  }
  refuse(errors);
}
