import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { HttpAnswer, TestApi } from './start-test-api';

/** How long a test waits for one event, in milliseconds; much longer than it takes. */
const eventTimeoutMs = 20_000;

export interface WatchedEvent {
  readonly type: string;
  readonly object: HttpAnswer['json'];
}

export interface OpenWatch {
  /** The next event. @throws Error when none comes */
  next(): Promise<WatchedEvent>;
  take(count: number): Promise<WatchedEvent[]>;
  close(): void;
  /** Resolves when the server has ended the watch. */
  readonly ended: Promise<void>;
}

/** Opens a watch as administrator; `path` has `watch=true` in its query. */
export async function openWatch({ admin, caCert, running }: TestApi, path: string, headers: Record<string, string> = {}): Promise<OpenWatch> {
  const lines: string[] = [];
  let wake = (): void => {};
  const request = httpsRequest({ host: '127.0.0.1', port: running.securePort, path, ca: caCert, cert: admin.cert, key: admin.key, agent: false, headers });
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request.on('response', resolve);
    request.on('error', reject);
    request.end();
  });
  request.on('error', () => {});
  let rest = '';
  response.on('error', () => {});
  response.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
    wake();
  });
  const ended = new Promise<void>((resolve) => void response.once('end', () => resolve()));
  const next = async (): Promise<WatchedEvent> => {
    const deadline = AbortSignal.timeout(eventTimeoutMs);
    while (lines.length === 0) {
      await new Promise<void>((resolve, reject) => {
        wake = resolve;
        deadline.addEventListener('abort', () => reject(new Error(`no event within ${eventTimeoutMs} ms`)));
      });
    }
    return JSON.parse(lines.shift() ?? '') as WatchedEvent;
  };
  return {
    next,
    take: async (count) => {
      const events: WatchedEvent[] = [];
      while (events.length < count) events.push(await next());
      return events;
    },
    close: () => request.destroy(),
    ended,
  };
}
