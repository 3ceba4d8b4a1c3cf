import type { IncomingMessage } from 'node:http';
import type { ResourceType } from '@typernetes/api';
import type { ApiServerAccess } from '@typernetes/component';
import type { Clock, KubernetesList, KubernetesObject, Status } from '@typernetes/machinery';
import { ApiError, systemClock } from '@typernetes/machinery';
import type { ApiClient, DeleteOptions, ListOptions, PatchType, ResourceClient, WatchEvent, WatchOptions, WriteOptions } from './api-client';
import { RestTransport, asApiError } from './rest-transport';
import { withType } from './with-type';

export interface RestClientOptions {
  access: ApiServerAccess;
  userAgent: string;
  clock?: Clock;
}

/** A client of the door that the world uses: HTTPS and JSON. For tools and tests; components take the gRPC client. */
export function createRestClient({ access, userAgent, clock = systemClock }: RestClientOptions): ApiClient {
  const transport = new RestTransport(access, userAgent, clock);
  const closed = new AbortController();
  return {
    resource: (type) => new RestResourceClient(type, { transport, userAgent, closed: closed.signal }),
    close: () => {
      closed.abort();
      transport.close();
    },
  };
}

interface Connection {
  transport: RestTransport;
  userAgent: string;
  /** Aborts when the client is closed: open watches end. */
  closed: AbortSignal;
}

/** The path of a kind, an object or a subresource. Absent namespace: of all namespaces. */
export function restPath({ group, version, resource, namespaced }: ResourceType, { namespace, name, subresource }: { namespace?: string; name?: string; subresource?: string }): string {
  const root = group ? ['apis', group, version] : ['api', version];
  const scope = namespaced && namespace ? ['namespaces', namespace] : [];
  const parts = [...root, ...scope, resource, ...(name ? [name] : []), ...(name && subresource ? [subresource] : [])];
  return `/${parts.map(encodeURIComponent).join('/')}`;
}

class RestResourceClient<T extends KubernetesObject> implements ResourceClient<T> {
  constructor(
    private readonly type: ResourceType<T>,
    private readonly connection: Connection,
  ) {}

  get(name: string, { namespace, subresource, resourceVersion }: { namespace?: string; subresource?: string; resourceVersion?: string } = {}): Promise<T> {
    return this.connection.transport.call({ method: 'GET', path: restPath(this.type, { namespace, name, subresource }), query: { resourceVersion } });
  }

  list({ namespace, ...query }: ListOptions = {}): Promise<KubernetesList<T>> {
    return this.connection.transport.call({ method: 'GET', path: restPath(this.type, { namespace }), query });
  }

  async *watch({ namespace, signal, ...query }: WatchOptions = {}): AsyncGenerator<WatchEvent<T>[]> {
    const { transport, closed } = this.connection;
    const ended = signal ? AbortSignal.any([signal, closed]) : closed;
    if (ended.aborted) return;
    const resourceVersionMatch = query.sendInitialEvents ? 'NotOlderThan' : undefined;
    const request = { method: 'GET', path: restPath(this.type, { namespace }), query: { ...query, resourceVersionMatch, watch: true } } as const;
    try {
      for await (const lines of lineBatches(await transport.open(request, ended))) yield lines.map((line) => toWatchEvent<T>(line));
    } catch (error) {
      if (!ended.aborted) throw asApiError(error);
    }
  }

  create(object: T, options: WriteOptions = {}): Promise<T> {
    const namespace = options.namespace ?? object.metadata?.namespace;
    return this.write('POST', restPath(this.type, { namespace }), withType(this.type, object), options);
  }

  createSubresource<B extends KubernetesObject>(name: string, subresource: string, body: B, options: WriteOptions = {}): Promise<B> {
    const namespace = options.namespace ?? body.metadata?.namespace;
    return this.write('POST', restPath(this.type, { namespace, name, subresource }), body, options);
  }

  update(object: T, options: WriteOptions = {}): Promise<T> {
    const { name, namespace } = object.metadata ?? {};
    const path = restPath(this.type, { namespace: options.namespace ?? namespace, name, subresource: options.subresource });
    return this.write('PUT', path, withType(this.type, object), options);
  }

  updateStatus(object: T, options: WriteOptions = {}): Promise<T> {
    return this.update(object, { ...options, subresource: 'status' });
  }

  patch(name: string, patch: unknown, { type, force, ...options }: WriteOptions & { type: PatchType; force?: boolean }): Promise<T> {
    const path = restPath(this.type, { namespace: options.namespace, name, subresource: options.subresource });
    const query = { fieldManager: options.fieldManager ?? this.connection.userAgent, force };
    return this.connection.transport.call({ method: 'PATCH', path, query, body: patch, contentType: type });
  }

  delete(name: string, { namespace, ...options }: DeleteOptions = {}): Promise<KubernetesObject> {
    const body = Object.keys(options).length ? { apiVersion: 'v1', kind: 'DeleteOptions', ...options } : undefined;
    return this.connection.transport.call({ method: 'DELETE', path: restPath(this.type, { namespace, name }), body });
  }

  private write<B>(method: 'POST' | 'PUT', path: string, body: B, { fieldManager = this.connection.userAgent }: WriteOptions): Promise<B> {
    return this.connection.transport.call({ method, path, query: { fieldManager }, body });
  }
}

/** Lines as they arrive: those that came together are one batch. */
async function* lineBatches(response: IncomingMessage): AsyncGenerator<string[]> {
  let rest = '';
  response.setEncoding('utf8');
  for await (const chunk of response as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    const whole = lines.filter((line) => line.trim());
    if (whole.length) yield whole;
  }
}

function toWatchEvent<T>(line: string): WatchEvent<T> {
  const event = JSON.parse(line) as WatchEvent<T> | { type: 'ERROR'; object: Status };
  if (event.type === 'ERROR') throw new ApiError(event.object);
  return event;
}
