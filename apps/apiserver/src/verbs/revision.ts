import { apiErrors } from '@typernetes/machinery';

/**
 * A resourceVersion parameter as a number; undefined when it is absent.
 * @throws ApiError BadRequest with upstream's text (there an Invalid error's message as BadRequest)
 */
export function parseRevision(text: string | undefined, prefix = ''): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (!/^\d{1,16}$/.test(text)) {
    throw apiErrors.badRequest(`${prefix}resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  return Number(text);
}
