import type { Intercepted } from '@typernetes/app-apiserver';
import { matches } from './request-match';
import type { RecordedRequest, RequestMatch, Requests } from './types';

const keptMax = 10_000;

export interface Outcome {
  readonly at: number;
  readonly code: number;
  readonly reason?: string;
}

/** Remembers who asked what. */
export class RequestLog implements Requests {
  private entries: { intercepted: Intercepted; outcome: Outcome }[] = [];

  add(intercepted: Intercepted, outcome: Outcome): void {
    this.entries.push({ intercepted, outcome });
    // By halves, so that a long run does not move ten thousand entries for each new one.
    if (this.entries.length >= 2 * keptMax) this.entries = this.entries.slice(-keptMax);
  }

  list(match: RequestMatch = {}): RecordedRequest[] {
    return this.entries.slice(-keptMax).filter(({ intercepted }) => matches(intercepted, match)).map(recorded);
  }

  clear(): void {
    this.entries = [];
  }
}

function recorded({ intercepted: { request, user }, outcome }: { intercepted: Intercepted; outcome: Outcome }): RecordedRequest {
  const { group, version, resource, subresource, namespace, name } = request.target;
  return { ...outcome, user: user.name, userAgent: request.userAgent ?? '', verb: request.verb, group, version, resource, subresource, namespace, name, ...bodyOf(request.body) };
}

/** JSON bodies as objects, others (YAML, protobuf) as text or not at all. */
function bodyOf(body: Intercepted['request']['body']): { body?: unknown } {
  if (!body || body.bytes.length === 0 || body.mediaType.includes('protobuf')) return {};
  const text = body.bytes.toString();
  try {
    return { body: JSON.parse(text) };
  } catch (error) {
    if (error instanceof SyntaxError) return { body: text };
    throw error;
  }
}
