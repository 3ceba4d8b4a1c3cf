import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { resources, type APIService } from '@typernetes/api';
import type { Logger } from '@typernetes/component';
import { formatApiVersion, formatTime, hasReason, type Cancel, type Clock } from '@typernetes/machinery';
import type { ApiserverInternals } from '../pipeline/internals';
import { groups, type UserInfo } from '../pipeline/types';
import { passOn, tunnel, wholeUrl } from '../proxying/proxy';
import type { Exchange } from '../rest/exchange';
import { failedDiscovery, passed, serviceProblem, withAvailability, type Availability } from './availability';
import type { RemoteClient } from './remote-client';
import { discoveredResources, type DiscoveredResource } from './remote-discovery';

/** Servers that are there are asked again this often (upstream's resync). */
const recheckMs = 30_000;

/** Those that are not, after this, then twice as long each time. */
const retryMsMin = 500;

/** As whom this server asks others what they serve. */
const aggregator: UserInfo = { name: 'system:kube-aggregator', groups: [groups.masters] };

/** A version of the API that another server serves. */
export interface RemoteVersion {
  readonly group: string;
  readonly version: string;
  readonly groupPriority: number;
  readonly versionPriority: number;
  /** What it served when it was asked last. */
  readonly resources: readonly DiscoveredResource[];
  readonly isAvailable: boolean;
  /** Its OpenAPI v3 document. */
  readonly openApiV3?: { readonly bytes: Buffer; readonly etag: string };
  /** Its part of OpenAPI v2: paths and definitions. */
  readonly openApiV2?: Readonly<Record<string, unknown>>;
}

interface Entry {
  api: APIService;
  resources: readonly DiscoveredResource[];
  openApiV3?: RemoteVersion['openApiV3'];
  openApiV2?: RemoteVersion['openApiV2'];
  availability?: Availability;
  cancelTimer?: Cancel;
  retryMs: number;
  isChecking: boolean;
}

interface Dependencies extends ApiserverInternals {
  readonly remote: RemoteClient;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Finds the versions that other servers serve, keeps their APIServices' conditions, and passes requests on to them. */
export class Aggregator {
  private readonly entries = new Map<string, Entry>();
  private changes = 0;
  private hasStopped = false;

  constructor(private readonly dependencies: Dependencies) {}

  /** Counts changes of what `versions` says. */
  get revision(): number {
    return this.changes;
  }

  follow(): Cancel {
    const { objects } = this.dependencies;
    const cancels = [
      objects.onChange(resources.apiServices, ({ type, object }) => (type === 'DELETED' || !object.spec?.service ? this.forget(object) : this.learn(object))),
      objects.onChange(resources.services, ({ object }) => this.serviceChanged(object.metadata?.namespace, object.metadata?.name)),
      objects.onChange(resources.endpointSlices, ({ object }) => this.serviceChanged(object.metadata?.namespace, object.metadata?.labels?.['kubernetes.io/service-name'])),
    ];
    return () => {
      this.hasStopped = true;
      for (const cancel of cancels) cancel();
      for (const { cancelTimer } of this.entries.values()) cancelTimer?.();
    };
  }

  versions(): RemoteVersion[] {
    return [...this.entries.values()].map(({ api: { spec }, availability, ...rest }) => ({
      group: spec?.group ?? '',
      version: spec?.version ?? '',
      groupPriority: spec?.groupPriorityMinimum ?? 0,
      versionPriority: spec?.versionPriority ?? 0,
      isAvailable: availability?.status === 'True',
      ...rest,
    }));
  }

  /** Who serves a path of the API, when it is another server. */
  at(path: string): APIService | undefined {
    if (this.entries.size === 0) return undefined;
    const [root, group = '', version = ''] = path.split('/').filter(Boolean);
    return root === 'apis' && version ? this.entries.get(formatApiVersion({ group, version }))?.api : undefined;
  }

  /** Passes a request on, whole. A server that is not there makes 503, as upstream's plain text. @throws ApiError ServiceUnavailable */
  async respond(api: APIService, user: UserInfo, { request, response }: Exchange): Promise<void> {
    const backend = this.backendOf(api, user);
    if (backend) return passOn(backend, request, response);
    const text = 'service unavailable\n';
    response.writeHead(503, { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff', 'content-length': String(text.length) });
    (response as { end(text: string): unknown }).end(text);
  }

  /** Passes an upgrade on. @throws ApiError ServiceUnavailable */
  async upgrade(api: APIService, user: UserInfo, { request, socket, head }: { request: IncomingMessage; socket: Duplex; head: Buffer }): Promise<void> {
    const backend = this.backendOf(api, user);
    if (backend) return tunnel(backend, request, { socket, head, url: wholeUrl(request) });
    socket.end('HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 20\r\nConnection: close\r\n\r\nservice unavailable\n');
  }

  private backendOf(api: APIService, user: UserInfo): ReturnType<RemoteClient['backendFor']> | undefined {
    if (api.status?.conditions?.find(({ type }) => type === 'Available')?.status !== 'True') return undefined;
    try {
      return this.dependencies.remote.backendFor(api, user);
    } catch (error) {
      this.dependencies.logger.debug({ err: error, apiService: api.metadata?.name }, 'no way to the server of an API');
      return undefined;
    }
  }

  private learn(api: APIService): void {
    const key = formatApiVersion({ group: api.spec?.group ?? '', version: api.spec?.version ?? '' });
    const known = this.entries.get(key);
    const isSame = known && JSON.stringify(known.api.spec) === JSON.stringify(api.spec);
    if (known) known.api = api;
    else this.entries.set(key, { api, resources: [], retryMs: retryMsMin, isChecking: false });
    this.changes++;
    if (!isSame) this.checkSoon(key, 0);
  }

  private forget({ spec }: APIService): void {
    const key = formatApiVersion({ group: spec?.group ?? '', version: spec?.version ?? '' });
    const known = this.entries.get(key);
    if (!known) return;
    known.cancelTimer?.();
    this.entries.delete(key);
    this.changes++;
  }

  private serviceChanged(namespace: string | undefined, name: string | undefined): void {
    for (const [key, { api }] of this.entries) {
      if (api.spec?.service?.namespace === namespace && api.spec?.service?.name === name) this.checkSoon(key, 0);
    }
  }

  private checkSoon(key: string, delayMs: number): void {
    const entry = this.entries.get(key);
    if (!entry || this.hasStopped) return;
    entry.cancelTimer?.();
    entry.cancelTimer = this.dependencies.clock.after(delayMs, () => void this.check(key, entry));
  }

  private async check(key: string, entry: Entry): Promise<void> {
    if (entry.isChecking) return this.checkSoon(key, retryMsMin);
    entry.isChecking = true;
    try {
      await this.judge(entry);
    } catch (error) {
      this.dependencies.logger.warn({ err: error, apiService: entry.api.metadata?.name }, 'the condition of an API was not written down');
    } finally {
      entry.isChecking = false;
    }
    if (this.entries.get(key) !== entry) return;
    const isGood = entry.availability?.status === 'True';
    entry.retryMs = isGood ? retryMsMin : Math.min(entry.retryMs * 2, recheckMs);
    this.checkSoon(key, isGood ? recheckMs : entry.retryMs);
  }

  /** Asks the server, and tells its APIService what came out. */
  private async judge(entry: Entry): Promise<void> {
    const { remote, client, clock, objects } = this.dependencies;
    const availability = serviceProblem(entry.api, remote.serviceOf(entry.api), remote.slicesOf(entry.api)) ?? (await this.discover(entry));
    entry.availability = availability;
    this.changes++;
    const stored = objects.get(resources.apiServices, entry.api.metadata?.name ?? '');
    const conditions = stored && withAvailability(stored.status?.conditions ?? [], availability, formatTime(clock.now()));
    if (!stored || !conditions) return;
    try {
      await client.resource(resources.apiServices).updateStatus({ ...stored, status: { ...stored.status, conditions } });
    } catch (error) {
      if (!hasReason(error, 'NotFound', 'Conflict')) throw error;
      entry.availability = undefined;
    }
  }

  private async discover(entry: Entry): Promise<Availability> {
    const { remote } = this.dependencies;
    const { group = '', version = '', service } = entry.api.spec ?? {};
    const path = `/apis/${group}/${version}`;
    const url = `https://${service?.name}.${service?.namespace}.svc:${service?.port ?? 443}${path}`;
    try {
      const backend = remote.backendFor(entry.api, aggregator);
      const { code, bytes } = await remote.ask(backend, { path, headers: { accept: 'application/json' } });
      if (code < 200 || code > 299) return failedDiscovery(url, `bad status from ${url}: ${code}`);
      entry.resources = discoveredResources(JSON.parse(bytes.toString()) as object, { group, version });
      await this.readDocuments(entry, backend, path);
      return passed;
    } catch (error) {
      return failedDiscovery(url, `Get ${JSON.stringify(url)}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** OpenAPI is a courtesy: a server without it is as available. */
  private async readDocuments(entry: Entry, backend: ReturnType<RemoteClient['backendFor']>, path: string): Promise<void> {
    const document = async (at: string): Promise<Buffer | undefined> => {
      const { code, bytes } = await this.dependencies.remote.ask(backend, { path: at, headers: { accept: 'application/json' } });
      return code === 200 ? bytes : undefined;
    };
    try {
      const v3 = await document(`/openapi/v3${path}`);
      entry.openApiV3 = v3 && { bytes: v3, etag: createHash('sha256').update(v3).digest('hex').toUpperCase() };
      const v2 = await document('/openapi/v2');
      entry.openApiV2 = v2 && (JSON.parse(v2.toString()) as Record<string, unknown>);
    } catch (error) {
      this.dependencies.logger.debug({ err: error, apiService: entry.api.metadata?.name }, 'no OpenAPI documents of an API');
    }
  }
}
