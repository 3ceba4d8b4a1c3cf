import { request as httpsRequest, type RequestOptions } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { KubernetesObject, Random } from '@typernetes/machinery';
import type { TestApi } from '../start-test-api';
import { path, type Told } from './writer';

/** A list and all that a watch from its revision on saw, over as many connections as it took. */
export interface Session {
  readonly from: number;
  readonly list: Map<string, number>;
  /** Highest revision that anybody had been told of before the list; 0 for lists that need not be so new. */
  readonly atLeast: number;
  readonly events: string[];
  connections: number;
}

interface Event {
  readonly type: string;
  readonly object: KubernetesObject & { readonly code?: number };
}

const revisionOf = ({ metadata }: KubernetesObject): number => Number(metadata?.resourceVersion);
const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

/** Reads a stream of lines to its end, whatever ends it; gives the answer's code, 0 without one. */
async function readLines(options: RequestOptions, onLine: (line: string) => void, onOpen: (close: () => void) => void): Promise<number> {
  return new Promise((resolve) => {
    let rest = '';
    const request = httpsRequest({ ...options, agent: false }, (response: IncomingMessage) => {
      const code = response.statusCode ?? 0;
      response.on('data', (chunk: Buffer) => {
        const parts = (rest + chunk.toString()).split('\n');
        rest = parts.pop() ?? '';
        if (code === 200) parts.forEach(onLine);
      });
      response.on('error', () => resolve(code));
      response.on('close', () => resolve(code));
    });
    onOpen(() => request.destroy());
    request.on('error', () => resolve(0));
    request.end();
  });
}

/** Follows the objects as an informer does: lists, watches, connects again where it was, and lists anew only when it must. */
export class Follower {
  readonly sessions: Session[] = [];
  private close = (): void => undefined;
  private isOver = false;

  constructor(
    private readonly api: TestApi,
    private readonly parts: { readonly random: Random; readonly told: Told; readonly side?: string },
  ) {}

  private get query(): string {
    return this.parts.side ? `labelSelector=side%3D${this.parts.side}` : 'labelSelector=';
  }

  async run(): Promise<void> {
    while (!this.isOver) {
      const session = await this.list();
      if (!session) {
        await pause(50);
        continue;
      }
      this.sessions.push(session);
      await this.watch(session);
    }
  }

  stop(): void {
    this.isOver = true;
    this.close();
  }

  /** Lists anew some time, though nobody asks for it. */
  startAnew(): void {
    this.isAnew = true;
    this.close();
  }
  private isAnew = false;

  /** In one of the ways in which informers list; undefined when there is no answer. */
  private async list(): Promise<Session | undefined> {
    const { told, random } = this.parts;
    const [option, isNew] = ([['', true], ['&limit=3', true], ['&resourceVersion=0', false], [`&resourceVersion=${told.revision}&resourceVersionMatch=NotOlderThan`, true]] as const)[Math.floor(random.next() * 4)] ?? ['', true];
    const atLeast = isNew ? told.revision : 0;
    const list = new Map<string, number>();
    let token = '';
    try {
      for (;;) {
        const { code, json } = await this.api.call('GET', `${path}?${this.query}${token ? `&limit=3&continue=${token}` : option}`);
        if (code !== 200) return undefined;
        for (const item of json.items) list.set(item.metadata?.name ?? '', revisionOf(item));
        token = json.metadata.continue ?? '';
        if (!token) return { from: Number(json.metadata.resourceVersion), list, atLeast, events: [], connections: 0 };
      }
    } catch {
      // The server is away.
      return undefined;
    }
  }

  /** Until it is over, or the server says that the revision is gone. */
  private async watch(session: Session): Promise<void> {
    this.isAnew = false;
    let [at, isExpired] = [session.from, false];
    const onLine = (line: string): void => {
      const { type, object } = JSON.parse(line) as Event;
      if (type === 'ERROR') {
        isExpired = object.code === 410;
        return;
      }
      at = revisionOf(object);
      if (type !== 'BOOKMARK') session.events.push(`${type} ${object.metadata?.name} ${at}`);
    };
    while (!this.isOver && !isExpired && !this.isAnew) {
      session.connections++;
      const { admin, caCert, running } = this.api;
      const options = { host: '127.0.0.1', port: running.securePort, path: `${path}?watch=true&allowWatchBookmarks=true&resourceVersion=${at}&${this.query}`, ca: caCert, cert: admin.cert, key: admin.key };
      const code = await readLines(options, onLine, (close) => {
        this.close = close;
      });
      isExpired ||= code === 410;
      await pause(20);
    }
  }
}
