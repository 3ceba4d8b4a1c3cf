import { applyPatch, JsonPatchError, type Operation } from 'fast-json-patch';
import { ApiError, apiErrors, failure } from './api-error';
import { deepCopy, isJsonObject } from './deep-copy';

/** Operations of one patch; more would keep the server busy with one request. */
export const jsonPatchOperationsMax = 10_000;

const operations = new Set(['add', 'copy', 'move', 'remove', 'replace', 'test']);

function checkOperations(patch: unknown): Operation[] {
  if (!Array.isArray(patch)) throw apiErrors.badRequest('error decoding patch: a JSON patch is a list of operations');
  if (patch.length > jsonPatchOperationsMax) {
    throw apiErrors.tooLarge(`The allowed maximum operations in a JSON patch is ${jsonPatchOperationsMax}, got ${patch.length}`);
  }
  for (const operation of patch) {
    if (!isJsonObject(operation) || typeof operation['path'] !== 'string' || !operations.has(String(operation['op']))) {
      throw unprocessable(new Error(`Unexpected kind: ${isJsonObject(operation) ? String(operation['op']) : 'unknown'}`));
    }
  }
  return patch as Operation[];
}

/** Clients get a constant sentence; what went wrong is the error's cause, for the log. */
function unprocessable(cause: unknown): ApiError {
  return new ApiError(failure('Invalid', 'the server rejected our request due to an error in our request', {}).status, { cause });
}

/**
 * JSON patch (RFC 6902). Neither argument is changed.
 * @throws ApiError BadRequest for what is no patch, RequestEntityTooLarge for too many operations, Invalid (422) for one
 * that does not apply or whose `test` fails.
 */
export function applyJsonPatch<T>(original: T, patch: unknown): T {
  const checked = checkOperations(patch);
  try {
    return applyPatch<unknown>(deepCopy(original), deepCopy(checked), true, true, true).newDocument as T;
  } catch (error) {
    throw unprocessable(error instanceof JsonPatchError ? new Error(error.message.split('\n')[0], { cause: error }) : error);
  }
}
