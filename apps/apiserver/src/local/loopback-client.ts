import type { ResourceType } from '@typernetes/api';
import type { ApiClient, DeleteOptions, ListOptions, PatchType, ResourceClient, WatchEvent, WatchOptions, WriteOptions } from '@typernetes/client';
import { apiErrors, formatApiVersion, type KubernetesList, type KubernetesObject } from '@typernetes/machinery';
import type { Environment } from '../environment';
import { handle } from '../pipeline/handle';
import type { ApiRequest, ApiResult, RequestBody, RequestOptions } from '../pipeline/request';
import { viewOf } from '../store/views';
import { groups, users, type RequestVerb, type UserInfo } from '../pipeline/types';

/** The apiserver itself. */
export const self: UserInfo = { name: users.apiserver, groups: [groups.masters] };

const noQuery = new URLSearchParams();

interface CallParts {
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
  readonly options?: RequestOptions;
  readonly fieldManager?: string;
  readonly body?: unknown;
  readonly mediaType?: string;
}

/** The typed client without a network: calls go to the pipeline as `user`. */
export function createLoopbackClient(environment: () => Environment, user: UserInfo): ApiClient {
  return {
    resource: <T extends KubernetesObject>(type: ResourceType<T>) => new LoopbackResource<T>(environment, user, type),
    close: () => {},
  };
}

/** How components call themselves to the API: by their user's name, as their binaries are named. */
function agentOf({ name }: UserInfo): string {
  if (name === users.apiserver) return 'kube-apiserver';
  return name.startsWith('system:node:') ? 'kubelet' : name.replace(/^system:/, '');
}

const encodeBody = (body: unknown, mediaType = 'application/json'): RequestBody => ({ bytes: Buffer.from(JSON.stringify(body)), mediaType });

class LoopbackResource<T extends KubernetesObject> implements ResourceClient<T> {
  constructor(
    private readonly environment: () => Environment,
    private readonly user: UserInfo,
    private readonly type: ResourceType<T>,
  ) {}

  get(name: string, options: { namespace?: string; subresource?: string; resourceVersion?: string } = {}): Promise<T> {
    const { resourceVersion } = options;
    return this.object('get', { ...options, name, options: resourceVersion === undefined ? {} : { resourceVersion } });
  }

  async list({ namespace, ...options }: ListOptions = {}): Promise<KubernetesList<T>> {
    const result = await this.call('list', { ...(namespace ? { namespace } : {}), options });
    if (result.type !== 'list') throw apiErrors.internal(new Error(`list gave ${result.type}`));
    return {
      kind: `${this.type.kind}List`,
      apiVersion: formatApiVersion(this.type),
      metadata: { resourceVersion: String(result.revision), ...(result.continue ? { continue: result.continue } : {}) },
      items: result.entries.map((entry) => entry.parse() as T),
    };
  }

  async *watch({ namespace, signal, ...options }: WatchOptions = {}): AsyncIterable<WatchEvent<T>[]> {
    // As the other clients: asking for the state first implies from when.
    const match = options.sendInitialEvents ? { resourceVersionMatch: 'NotOlderThan' as const } : {};
    const result = await this.call('watch', { ...(namespace ? { namespace } : {}), options: { ...options, ...match } });
    if (result.type !== 'watch') throw apiErrors.internal(new Error(`watch gave ${result.type}`));
    const { watcher } = result;
    let wake = (): void => {};
    watcher.onReady = () => wake();
    const onAbort = (): void => wake();
    signal?.addEventListener('abort', onAbort);
    try {
      while (!signal?.aborted) {
        if (watcher.isOverflown) throw apiErrors.expired('too old resource version: the watch was too slow');
        const events = watcher.take().map(({ type, entry }) => ({ type, object: viewOf(result.kind, entry).parse() as T }));
        if (events.length > 0) yield events;
        else if (watcher.isEnded) return;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      signal?.removeEventListener('abort', onAbort);
      watcher.stop();
    }
  }

  create(object: T, options: WriteOptions = {}): Promise<T> {
    return this.object('create', { ...this.placeOf(object, options), name: '', body: object });
  }

  createSubresource<B extends KubernetesObject>(name: string, subresource: string, body: B, options: WriteOptions = {}): Promise<B> {
    return this.object<B>('create', { ...options, name, subresource, body });
  }

  update(object: T, options: WriteOptions = {}): Promise<T> {
    return this.object('update', { ...this.placeOf(object, options), body: object });
  }

  updateStatus(object: T, options: WriteOptions = {}): Promise<T> {
    return this.update(object, { ...options, subresource: 'status' });
  }

  patch(name: string, patch: unknown, { type, force, ...options }: WriteOptions & { type: PatchType; force?: boolean }): Promise<T> {
    return this.object('patch', { ...options, name, body: patch, mediaType: type, options: force === undefined ? {} : { force } });
  }

  delete(name: string, { namespace, ...options }: DeleteOptions = {}): Promise<KubernetesObject> {
    return this.object<KubernetesObject>('delete', { ...(namespace ? { namespace } : {}), name, body: { kind: 'DeleteOptions', apiVersion: 'v1', ...options } });
  }

  private placeOf({ metadata }: T, options: WriteOptions): CallParts {
    const namespace = options.namespace ?? metadata?.namespace;
    return { name: metadata?.name ?? '', ...(namespace ? { namespace } : {}), ...(options.subresource ? { subresource: options.subresource } : {}), ...(options.fieldManager ? { fieldManager: options.fieldManager } : {}) };
  }

  private async object<R extends KubernetesObject = T>(verb: RequestVerb, parts: CallParts): Promise<R> {
    const result = await this.call(verb, parts);
    if (result.type !== 'object') throw apiErrors.internal(new Error(`${verb} gave ${result.type}`));
    return JSON.parse(result.value.toString()) as R;
  }

  private async call(verb: RequestVerb, parts: CallParts): Promise<ApiResult> {
    const { group, version, resource, namespaced } = this.type;
    const { name = '', namespace = '', subresource = '' } = parts;
    const request: ApiRequest = {
      verb,
      target: { group, version, resource, namespace: namespaced ? namespace : '', name, subresource },
      options: { ...parts.options, ...(parts.fieldManager ? { fieldManager: parts.fieldManager } : {}) },
      query: noQuery,
      credentials: {},
      user: this.user,
      userAgent: agentOf(this.user),
      ...(parts.body === undefined ? {} : { body: encodeBody(parts.body, parts.mediaType) }),
    };
    return (await handle(this.environment(), request)).result;
  }
}
