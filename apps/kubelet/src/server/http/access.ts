import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { LRUCache } from 'lru-cache';
import { resources } from '@typernetes/api';
import type { ApiClient } from '@typernetes/client';
import { apiErrors, failure } from '@typernetes/machinery';
import { accessCacheMax, allowedTtlMs, refusedTtlMs, tokenTtlMs } from '../../limits';
import { isTrusted } from '../caller';

/** Who asks, as the API says. */
export interface Caller {
  username: string;
  groups: readonly string[];
}

const verbs: Readonly<Record<string, string>> = { POST: 'create', GET: 'get', HEAD: 'get', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };

/** The subresource of the node that guards a path; where there are two, either is enough (KEP-2862). */
export function guardsOf(path: string): string[] {
  const [first = ''] = path.split('/').filter(Boolean);
  const own: Readonly<Record<string, string[]>> = {
    stats: ['stats'],
    metrics: ['metrics'],
    logs: ['log'],
    healthz: ['healthz', 'proxy'],
    configz: ['configz', 'proxy'],
    pods: ['pods', 'proxy'],
    runningpods: ['pods', 'proxy'],
  };
  return own[first] ?? ['proxy'];
}

/**
 * Who may ask the kubelet what: the apiserver and administrators by their certificate, others when the API knows their
 * token (or certificate) and lets them have `nodes/<subresource>`, as upstream's webhook modes.
 */
export class HttpAccess {
  private readonly callers = new LRUCache<string, Caller>({ max: accessCacheMax, ttl: tokenTtlMs });
  private readonly decisions = new LRUCache<string, boolean>({ max: accessCacheMax });

  constructor(
    private readonly client: ApiClient,
    private readonly nodeName: string,
  ) {}

  /** @throws ApiError Unauthorized, Forbidden */
  async check(request: IncomingMessage, path: string): Promise<void> {
    const subject = request.socket instanceof TLSSocket && request.socket.authorized ? request.socket.getPeerCertificate().subject : undefined;
    if (subject && isTrusted(subject)) return;
    const token = /^bearer\s+(\S+)\s*$/i.exec(request.headers.authorization ?? '')?.[1];
    const caller = subject ? { username: [subject.CN].flat()[0] ?? '', groups: [subject.O ?? []].flat() } : token ? await this.callerOf(token) : undefined;
    if (!caller) throw apiErrors.unauthorized();
    const verb = verbs[request.method ?? ''] ?? '';
    const guards = guardsOf(path);
    for (const subresource of guards) if (await this.mayUse(caller, verb, subresource)) return;
    throw failure('Forbidden', `Forbidden (user=${caller.username}, verb=${verb}, resource=nodes, subresource(s)=[${guards.join(' ')}])`);
  }

  private async callerOf(token: string): Promise<Caller | undefined> {
    const known = this.callers.get(token);
    if (known) return known;
    const { status } = await this.client.resource(resources.tokenReviews).create({ spec: { token } });
    if (!status?.authenticated) return undefined;
    const caller = { username: status.user?.username ?? '', groups: status.user?.groups ?? [] };
    this.callers.set(token, caller);
    return caller;
  }

  private async mayUse({ username: user, groups }: Caller, verb: string, subresource: string): Promise<boolean> {
    const key = JSON.stringify([user, groups, verb, subresource]);
    const known = this.decisions.get(key);
    if (known !== undefined) return known;
    const resourceAttributes = { verb, version: 'v1', resource: 'nodes', subresource, name: this.nodeName };
    const { status } = await this.client.resource(resources.subjectAccessReviews).create({ spec: { user, groups: [...groups], resourceAttributes } });
    const allowed = status?.allowed === true;
    this.decisions.set(key, allowed, { ttl: allowed ? allowedTtlMs : refusedTtlMs });
    return allowed;
  }
}
