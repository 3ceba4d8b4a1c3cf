import { apiErrors } from '@typernetes/machinery';
import { requestBodyBytesMax } from '../limits';
import type { RequestBody } from '../pipeline/request';
import { headerOf, type HttpRequest } from './exchange';

/** Reads the whole body. @throws ApiError RequestEntityTooLarge */
export async function readBody(request: HttpRequest): Promise<RequestBody> {
  const length = headerOf(request, 'content-length');
  if (Number(length ?? 0) > requestBodyBytesMax) throw tooLarge();
  const chunks = length === undefined ? await readUnannounced(request) : await readAnnounced(request);
  const mediaType = (headerOf(request, 'content-type') ?? 'application/json').split(';')[0]?.trim().toLowerCase() ?? '';
  return { bytes: chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks), mediaType };
}

/** HTTP itself sees to it that no more comes than was announced. Not as an async iterable: that costs a tenth of a small write. */
function readAnnounced(request: HttpRequest): Promise<Buffer[]> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => resolve(chunks));
    request.on('error', reject);
    // After its end this changes nothing any more.
    request.on('close', () => reject(apiErrors.badRequest('the client went away before the end of the body')));
  });
}

async function readUnannounced(request: HttpRequest): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > requestBodyBytesMax) throw tooLarge();
    chunks.push(chunk);
  }
  return chunks;
}

const tooLarge = (): Error => apiErrors.tooLarge(`Request entity too large: limit is ${requestBodyBytesMax}`);
