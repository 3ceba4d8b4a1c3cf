import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import type { ApiServerAccess } from '@typernetes/component';
import type { Clock, Status } from '@typernetes/machinery';
import { ApiError, apiErrors, isApiError } from '@typernetes/machinery';

/** An answer that is not complete after this long will not come. */
const callTimeoutMs = 30_000;
/** An answer of one call; a list of 5,000 pods has about 20 MB. */
const bodyBytesMax = 256 * 1024 * 1024;

export interface RestRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  query?: Readonly<Record<string, string | number | boolean | undefined>>;
  body?: unknown;
  contentType?: string;
}

/** HTTPS requests to one apiserver as one identity. */
export class RestTransport {
  private readonly agent: Agent | HttpAgent;
  private readonly server: URL;

  constructor(
    private readonly access: ApiServerAccess,
    private readonly userAgent: string,
    private readonly clock: Clock,
  ) {
    this.server = new URL(access.server);
    const { ca, cert, key } = access;
    this.agent = this.server.protocol === 'https:' ? new Agent({ keepAlive: true, ca, cert, key }) : new HttpAgent({ keepAlive: true });
  }

  /** @throws ApiError */
  async call<T>(request: RestRequest): Promise<T> {
    const timeout = new AbortController();
    const cancel = this.clock.after(callTimeoutMs, () => timeout.abort(apiErrors.timeout(`no answer to ${request.method} ${request.path}`)));
    try {
      return JSON.parse(await readBody(await this.open(request, timeout.signal))) as T;
    } catch (error) {
      throw timeout.signal.aborted ? timeout.signal.reason : asApiError(error);
    } finally {
      cancel();
    }
  }

  /**
   * Starts a request and gives the response when its headers are there and say that it succeeded.
   *
   * @throws ApiError
   */
  async open(request: RestRequest, signal?: AbortSignal): Promise<IncomingMessage> {
    const response = await this.send(request, signal).catch((error: unknown) => {
      throw asApiError(error);
    });
    const code = response.statusCode ?? 0;
    if (code >= 200 && code < 300) return response;
    throw errorOf(code, await readBody(response));
  }

  close(): void {
    this.agent.destroy();
  }

  private send({ method, path, query = {}, body, contentType = 'application/json' }: RestRequest, signal?: AbortSignal): Promise<IncomingMessage> {
    const url = new URL(path, this.server);
    for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== '') url.searchParams.set(name, String(value));
    const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const token = this.access.tokenFile ? readFileSync(this.access.tokenFile, 'utf8').trim() : this.access.token;
    const headers = {
      accept: 'application/json',
      'user-agent': this.userAgent,
      ...(bytes ? { 'content-type': contentType, 'content-length': bytes.length } : {}),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    };
    const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      request(url, { method, headers, agent: this.agent, signal }, resolve).on('error', reject).end(bytes);
    });
  }
}

/** What says nothing about the object is trouble of the connection. */
export function asApiError(error: unknown): ApiError {
  if (isApiError(error)) return error;
  return apiErrors.serviceUnavailable(error instanceof Error ? error.message : String(error));
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyBytesMax) throw new Error(`the answer has more than ${bodyBytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The Status in the body, or one that tells the HTTP status of a proxy in between. */
function errorOf(code: number, body: string): ApiError {
  try {
    const status = JSON.parse(body) as Partial<Status>;
    if (status.kind === 'Status') return new ApiError(status as Status);
  } catch {
    // No JSON, so it is not the apiserver that speaks.
  }
  return apiErrors.serviceUnavailable(`the server answered ${code}: ${body.slice(0, 200).trim()}`);
}
