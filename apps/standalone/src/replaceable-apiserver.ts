import type { Running as RunningApiserver } from '@typernetes/app-apiserver';
import type { ApiClient, ResourceClient } from '@typernetes/client';
import { apiErrors, type KubernetesObject } from '@typernetes/machinery';
import type { Storage } from '@typernetes/storage';

type User = Parameters<RunningApiserver['clientFor']>[0];

export interface Ports {
  readonly securePort: number;
  readonly grpcPort: number;
}

/**
 * The apiserver of the process. A restart puts a new one in its place, on the same store and the same ports; clients
 * given out before go on with the new one. In between every call is refused as when nobody listens.
 */
export class ReplaceableApiserver {
  private current: RunningApiserver | undefined;

  private constructor(
    private readonly storage: Storage,
    private readonly launch: (storage: Storage, ports: Ports) => Promise<RunningApiserver>,
  ) {}

  /** `launch` starts a server that leaves the store open. The store is closed when this ends. */
  static async start(storage: Storage, launch: (storage: Storage, ports: Ports) => Promise<RunningApiserver>, ports: Ports): Promise<ReplaceableApiserver> {
    const replaceable = new ReplaceableApiserver(storage, launch);
    try {
      replaceable.current = await launch(storage, ports);
    } catch (error) {
      await storage.close();
      throw error;
    }
    return replaceable;
  }

  /** @throws ApiError ServiceUnavailable in the middle of a restart */
  get running(): RunningApiserver {
    if (!this.current) throw apiErrors.serviceUnavailable('connection refused: the apiserver restarts');
    return this.current;
  }

  async restart(): Promise<void> {
    const { securePort, grpcPort, stop } = this.running;
    this.current = undefined;
    await stop();
    this.current = await this.launch(this.storage, { securePort, grpcPort });
  }

  /** The API in-process as this user, over restarts. */
  clientFor(user: User): ApiClient {
    let server: RunningApiserver | undefined;
    let client: ApiClient | undefined;
    const present = (): ApiClient => {
      if (!client || server !== this.running) {
        server = this.running;
        client = server.clientFor(user);
      }
      return client;
    };
    return { resource: (type) => new PresentResource(() => present().resource(type)), close: () => {} };
  }

  async stop(): Promise<void> {
    await this.current?.stop();
    this.current = undefined;
    await this.storage.close();
  }
}

/** Asks anew for each call which client is the present one. */
class PresentResource<T extends KubernetesObject> implements ResourceClient<T> {
  constructor(private readonly present: () => ResourceClient<T>) {}

  get: ResourceClient<T>['get'] = async (...args) => this.present().get(...args);
  list: ResourceClient<T>['list'] = async (...args) => this.present().list(...args);
  create: ResourceClient<T>['create'] = async (...args) => this.present().create(...args);
  createSubresource: ResourceClient<T>['createSubresource'] = async (...args) => this.present().createSubresource(...args);
  update: ResourceClient<T>['update'] = async (...args) => this.present().update(...args);
  updateStatus: ResourceClient<T>['updateStatus'] = async (...args) => this.present().updateStatus(...args);
  patch: ResourceClient<T>['patch'] = async (...args) => this.present().patch(...args);
  delete: ResourceClient<T>['delete'] = async (...args) => this.present().delete(...args);

  async *watch(...args: Parameters<ResourceClient<T>['watch']>): ReturnType<ResourceClient<T>['watch']> {
    yield* this.present().watch(...args);
  }
}

