import type { Writable } from 'node:stream';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { stringify as stringifyYaml } from 'yaml';
import { apiErrors, isApiError, type ApiError } from '@typernetes/machinery';
import { gzipBytesMin } from '../limits';
import { warningsOf } from '../pipeline/told-warnings';
import { headerOf, type Exchange } from './exchange';
import { sendBody } from './send';
import { warningHeaders } from './warnings';

const compress = promisify(gzip);

export interface Answer {
  readonly code: number;
  readonly chunks: readonly Buffer[];
  readonly warnings?: readonly string[];
  readonly mediaType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** "You have it": what it says of a body would be taken for what the client has (RFC 9111 section 3.2). */
function respondNotModified({ response }: Exchange, headers: Answer['headers']): void {
  for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, value);
  response.statusCode = 304;
  const writable: Writable = response;
  writable.end();
}

/** Sends a whole answer: pretty or as YAML where asked, compressed when that is worth it. */
export async function respond(exchange: Exchange, answer: Answer): Promise<void> {
  const { request, response } = exchange;
  if (response.destroyed || response.headersSent) return;
  if (answer.code === 304) return respondNotModified(exchange, answer.headers);
  const mediaType = answer.mediaType ?? 'application/json';
  let chunks = answer.chunks;
  if (mediaType === 'application/yaml') chunks = [Buffer.from(stringifyYaml(JSON.parse(Buffer.concat([...chunks]).toString())))];
  else if (mediaType === 'application/json' && isPretty(exchange)) chunks = [Buffer.from(`${JSON.stringify(JSON.parse(Buffer.concat([...chunks]).toString()), null, 2)}\n`)];
  let length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const headers: Record<string, string | readonly string[] | number> = { 'content-type': mediaType, 'cache-control': 'no-cache, private', ...answer.headers };
  if (length >= gzipBytesMin && /\bgzip\b/.test(headerOf(request, 'accept-encoding') ?? '')) {
    chunks = [await compress(Buffer.concat([...chunks]), { level: 1 })];
    length = chunks[0]?.length ?? 0;
    headers['content-encoding'] = 'gzip';
    headers['vary'] = headers['vary'] ? `${String(headers['vary'])}, Accept-Encoding` : 'Accept-Encoding';
  }
  headers['content-length'] = length;
  if (answer.warnings?.length) headers['warning'] = warningHeaders(answer.warnings);
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.statusCode = answer.code;
  const writable: Writable = response;
  if (exchange.method === 'HEAD') writable.end();
  else await sendBody(writable, chunks);
}

/** `?pretty=true`, and curl and browsers unless they say no, as upstream does. */
function isPretty({ query, request }: Exchange): boolean {
  const wish = query.get('pretty');
  if (wish !== null) return wish !== 'false' && wish !== '0';
  return /^(curl|Wget|Mozilla\/5\.0)/.test(headerOf(request, 'user-agent') ?? '');
}

/** Any thrown value as the error that clients see. */
export const toApiError = (error: unknown): ApiError => (isApiError(error) ? error : apiErrors.internal(error));

/** Sends an error as a Status. */
export async function respondError(exchange: Exchange, error: unknown): Promise<void> {
  const { status } = toApiError(error);
  const retryAfter = status.details?.retryAfterSeconds;
  const headers = {
    ...(retryAfter ? { 'retry-after': String(retryAfter) } : {}),
    // The rest of a body that nobody reads would be taken for the next request.
    ...(status.code === 413 && exchange.request.httpVersionMajor === 1 ? { connection: 'close' } : {}),
  };
  await respond(exchange, { code: status.code, chunks: [Buffer.from(JSON.stringify(status)), Buffer.from('\n')], headers, warnings: warningsOf(error) });
}
