import { apiErrors } from '@typernetes/machinery';
import { requestBodyBytesMax } from '../limits';
import type { RequestBody } from '../pipeline/request';
import { headerOf, type HttpRequest } from './exchange';

/** Reads the whole body. @throws ApiError RequestEntityTooLarge */
export async function readBody(request: HttpRequest): Promise<RequestBody> {
  const announced = Number(headerOf(request, 'content-length') ?? 0);
  if (announced > requestBodyBytesMax) throw tooLarge();
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > requestBodyBytesMax) throw tooLarge();
    chunks.push(chunk);
  }
  const mediaType = (headerOf(request, 'content-type') ?? 'application/json').split(';')[0]?.trim().toLowerCase() ?? '';
  return { bytes: chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks), mediaType };
}

const tooLarge = (): Error => apiErrors.tooLarge(`Request entity too large: limit is ${requestBodyBytesMax}`);
