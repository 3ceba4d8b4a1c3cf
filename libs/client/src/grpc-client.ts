import type { CallOptions, ClientReadableStream, ServiceError } from '@grpc/grpc-js';
import { Metadata } from '@grpc/grpc-js';
import type { ResourceType } from '@typernetes/api';
import type { ApiServerAccess } from '@typernetes/component';
import { fromGrpcError, secureChannel } from '@typernetes/component';
import type { KubernetesList, KubernetesObject } from '@typernetes/machinery';
import { formatApiVersion, systemClock } from '@typernetes/machinery';
import type { Clock } from '@typernetes/machinery';
import { api } from '@typernetes/proto';
import { readFileSync } from 'node:fs';
import type { ApiClient, DeleteOptions, ListOptions, PatchType, ResourceClient, WatchEvent, WatchOptions, WriteOptions } from './api-client';
import { withType } from './with-type';

/** Calls that do not stream end after this long. */
const callTimeoutMs = 30_000;
/** A whole list may take longer. */
const listTimeoutMs = 120_000;

const channelOptions = {
  'grpc.max_receive_message_length': 32 * 1024 * 1024,
  'grpc.max_send_message_length': 32 * 1024 * 1024,
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5_000,
  // A restarted apiserver must be found again soon: a user waits.
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 500,
};

export interface GrpcClientOptions {
  access: ApiServerAccess;
  /** Shown in managed fields when a write names no field manager. */
  userAgent: string;
  clock?: Clock;
}

/** A client of the apiserver's component door: mutual TLS, or a bearer token over TLS. */
export function createGrpcClient({ access, userAgent, clock = systemClock }: GrpcClientOptions): ApiClient {
  const { credentials, options } = secureChannel(access.grpcServer, access);
  const client = new api.ApiClient(access.grpcServer, credentials, { ...channelOptions, ...options, 'grpc.primary_user_agent': userAgent });
  const connection: Connection = { client, clock, userAgent, metadata: () => metadataOf(access) };
  return {
    resource: (type) => new GrpcResourceClient(type, connection),
    close: () => client.close(),
  };
}

interface Connection {
  client: api.ApiClient;
  clock: Clock;
  userAgent: string;
  metadata(): Metadata;
}

function metadataOf(access: ApiServerAccess): Metadata {
  const metadata = new Metadata();
  const token = access.tokenFile ? readFileSync(access.tokenFile, 'utf8').trim() : access.token;
  if (token) metadata.set('authorization', `Bearer ${token}`);
  return metadata;
}

type Unary<Request, Reply> = (
  request: Request,
  metadata: Metadata,
  options: Partial<CallOptions>,
  callback: (error: ServiceError | null, reply: Reply) => void,
) => unknown;

class GrpcResourceClient<T extends KubernetesObject> implements ResourceClient<T> {
  constructor(
    private readonly type: ResourceType<T>,
    private readonly connection: Connection,
  ) {}

  async get(name: string, { namespace, subresource, resourceVersion }: { namespace?: string; subresource?: string; resourceVersion?: string } = {}): Promise<T> {
    const request = api.GetRequest.fromPartial({ target: this.target(namespace, name, subresource), resourceVersion });
    return this.object(await this.call(this.connection.client.get.bind(this.connection.client), request));
  }

  async list(options: ListOptions = {}): Promise<KubernetesList<T>> {
    const { namespace, limit, ...rest } = options;
    const request = api.ListRequest.fromPartial({ ...rest, target: this.target(namespace), limit: BigInt(limit ?? 0) });
    const stream = this.connection.client.list(request, this.connection.metadata(), { deadline: this.deadline(listTimeoutMs) });
    const items: T[] = [];
    const metadata: KubernetesList<T>['metadata'] = {};
    for await (const batch of batches(stream)) {
      for (const item of batch.items) items.push(JSON.parse(item.toString()) as T);
      if (batch.resourceVersion) metadata.resourceVersion = batch.resourceVersion;
      if (batch.continue) metadata.continue = batch.continue;
      if (batch.remainingItemCount) metadata.remainingItemCount = Number(batch.remainingItemCount);
    }
    return { apiVersion: formatApiVersion(this.type), kind: `${this.type.kind}List`, metadata, items };
  }

  async *watch(options: WatchOptions = {}): AsyncGenerator<WatchEvent<T>[]> {
    const { namespace, timeoutSeconds, signal, ...rest } = options;
    const request = api.WatchRequest.fromPartial({ ...rest, target: this.target(namespace), timeoutSeconds: BigInt(timeoutSeconds ?? 0) });
    if (signal?.aborted) return;
    const stream = this.connection.client.watch(request, this.connection.metadata());
    const cancel = (): void => stream.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      for await (const batch of batches(stream)) yield batch.events.map((event) => toWatchEvent<T>(event));
    } catch (error) {
      if (!signal?.aborted) throw error;
    } finally {
      signal?.removeEventListener('abort', cancel);
      stream.cancel();
    }
  }

  async create(object: T, options: WriteOptions = {}): Promise<T> {
    const request = api.CreateRequest.fromPartial({
      target: this.target(options.namespace ?? object.metadata?.namespace, '', options.subresource),
      object: this.encode(object),
      fieldManager: options.fieldManager ?? this.connection.userAgent,
    });
    return this.object(await this.call(this.connection.client.create.bind(this.connection.client), request));
  }

  async createSubresource<B extends KubernetesObject>(name: string, subresource: string, body: B, options: WriteOptions = {}): Promise<B> {
    const request = api.CreateRequest.fromPartial({
      target: this.target(options.namespace ?? body.metadata?.namespace, name, subresource),
      object: Buffer.from(JSON.stringify(body)),
      fieldManager: options.fieldManager ?? this.connection.userAgent,
    });
    const reply = await this.call(this.connection.client.create.bind(this.connection.client), request);
    return JSON.parse(reply.object.toString()) as B;
  }

  async update(object: T, options: WriteOptions = {}): Promise<T> {
    const request = api.UpdateRequest.fromPartial({
      target: this.target(options.namespace ?? object.metadata?.namespace, object.metadata?.name, options.subresource),
      object: this.encode(object),
      fieldManager: options.fieldManager ?? this.connection.userAgent,
    });
    return this.object(await this.call(this.connection.client.update.bind(this.connection.client), request));
  }

  updateStatus(object: T, options: WriteOptions = {}): Promise<T> {
    return this.update(object, { ...options, subresource: 'status' });
  }

  async patch(name: string, patch: unknown, options: WriteOptions & { type: PatchType; force?: boolean }): Promise<T> {
    const request = api.PatchRequest.fromPartial({
      target: this.target(options.namespace, name, options.subresource),
      patchType: options.type,
      patch: Buffer.from(JSON.stringify(patch)),
      fieldManager: options.fieldManager ?? this.connection.userAgent,
      force: options.force,
    });
    return this.object(await this.call(this.connection.client.patch.bind(this.connection.client), request));
  }

  async delete(name: string, { namespace, ...options }: DeleteOptions = {}): Promise<KubernetesObject> {
    const body = Object.keys(options).length ? { apiVersion: 'v1', kind: 'DeleteOptions', ...options } : undefined;
    const request = api.DeleteRequest.fromPartial({
      target: this.target(namespace, name),
      options: body ? Buffer.from(JSON.stringify(body)) : Buffer.alloc(0),
    });
    const reply = await this.call(this.connection.client.delete.bind(this.connection.client), request);
    return JSON.parse(reply.object.toString()) as KubernetesObject;
  }

  private target(namespace = '', name = '', subresource = ''): api.Target {
    const { group, version, resource, namespaced } = this.type;
    return { group, version, resource, namespace: namespaced ? namespace : '', name, subresource };
  }

  private encode(object: T): Buffer {
    return Buffer.from(JSON.stringify(withType(this.type, object)));
  }

  private object(reply: api.ObjectReply): T {
    return JSON.parse(reply.object.toString()) as T;
  }

  private deadline(timeoutMs: number): number {
    return this.connection.clock.now() + timeoutMs;
  }

  private call<Request, Reply>(method: Unary<Request, Reply>, request: Request): Promise<Reply> {
    return new Promise((resolve, reject) => {
      method(request, this.connection.metadata(), { deadline: this.deadline(callTimeoutMs) }, (error, reply) => {
        if (error) reject(fromGrpcError(error));
        else resolve(reply);
      });
    });
  }
}

async function* batches<B>(stream: ClientReadableStream<B>): AsyncGenerator<B> {
  try {
    for await (const batch of stream) yield batch as B;
  } catch (error) {
    throw fromGrpcError(error);
  }
}

const eventTypes = {
  [api.EventType.EVENT_TYPE_ADDED]: 'ADDED',
  [api.EventType.EVENT_TYPE_MODIFIED]: 'MODIFIED',
  [api.EventType.EVENT_TYPE_DELETED]: 'DELETED',
  [api.EventType.EVENT_TYPE_BOOKMARK]: 'BOOKMARK',
} as const;

function toWatchEvent<T>({ type, object }: api.WatchEvent): WatchEvent<T> {
  if (type === api.EventType.EVENT_TYPE_UNSPECIFIED || type === api.EventType.UNRECOGNIZED) {
    throw new Error(`the server sent a watch event of unknown type ${type}`);
  }
  return { type: eventTypes[type], object: JSON.parse(object.toString()) as T };
}
