import { isRecoverableError } from 'etcd3';
import { apiErrors, isApiError, type ApiError } from '@typernetes/machinery';

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The connection or the member was in trouble; asking again may help. */
export function isTransient(error: unknown): boolean {
  return (error instanceof Error && isRecoverableError(error)) || /UNAVAILABLE|DEADLINE_EXCEEDED|etcdserver: (no leader|leader changed|request timed out)/i.test(messageOf(error));
}

export function isCompacted(error: unknown): boolean {
  return /required revision has been compacted/.test(messageOf(error));
}

/** etcd's errors as the storage interface promises them. */
export function toStorageError(error: unknown): ApiError {
  if (isApiError(error)) return error;
  if (isCompacted(error)) return apiErrors.expired('The resourceVersion for the provided list is too old.');
  if (isTransient(error)) return apiErrors.serviceUnavailable(`etcd: ${messageOf(error)}`);
  if (/request is too large/.test(messageOf(error))) return apiErrors.tooLarge('etcdserver: request is too large');
  return apiErrors.internal(error);
}
