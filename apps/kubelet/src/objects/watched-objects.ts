import type { ConfigMap, Pod, ResourceType, Secret } from '@typernetes/api';
import { resources } from '@typernetes/api';
import type { ApiClient } from '@typernetes/client';
import type { KubernetesObject } from '@typernetes/machinery';
import { apiErrors, hasReason } from '@typernetes/machinery';
import type { ObjectReader } from '../container/environment';
import { uidOf } from '../pod/pod-kind';
import type { ObjectWatchDependencies } from './object-watch';
import { ObjectWatch } from './object-watch';
import { configMapKey, referencesOf, secretKey, type ObjectKey } from './references';

export interface WatchedObjectsDependencies extends ObjectWatchDependencies {
  client: ApiClient;
  /** An object that the pod refers to has changed, appeared or gone. */
  changed(podUid: string): void;
}

/** Pods that keep their objects known. */
export interface ObjectClaims {
  /** The pod runs here, or has changed. */
  claim(pod: Pod): void;
  release(podUid: string): void;
}

/**
 * The Secrets and ConfigMaps of the node's pods: one watch for each object, shared by all pods that name it, and closed
 * with the last of them. Until a watch has told the state, and for what no pod has claimed, the API is asked.
 */
export class WatchedObjects implements ObjectReader, ObjectClaims {
  private readonly secrets = new Map<ObjectKey, ObjectWatch<Secret>>();
  private readonly configMaps = new Map<ObjectKey, ObjectWatch<ConfigMap>>();
  private readonly claims = new Map<string, Set<ObjectKey>>();
  private readonly users = new Map<ObjectKey, Set<string>>();
  private readonly inFlight = new Map<ObjectKey, Promise<unknown>>();

  constructor(private readonly dependencies: WatchedObjectsDependencies) {}

  claim(pod: Pod): void {
    const uid = uidOf(pod);
    const wanted = referencesOf(pod);
    const before = this.claims.get(uid) ?? new Set();
    this.claims.set(uid, wanted);
    for (const key of wanted) if (!before.has(key)) this.use(key, uid);
    for (const key of before) if (!wanted.has(key)) this.drop(key, uid);
  }

  release(uid: string): void {
    const keys = this.claims.get(uid) ?? [];
    this.claims.delete(uid);
    for (const key of keys) this.drop(key, uid);
  }

  stop(): void {
    for (const uid of [...this.claims.keys()]) this.release(uid);
  }

  secret(namespace: string, name: string): Promise<Secret> {
    const key = secretKey(namespace, name);
    return this.read({ type: resources.secrets, key, watch: this.secrets.get(key) }, namespace, name);
  }

  configMap(namespace: string, name: string): Promise<ConfigMap> {
    const key = configMapKey(namespace, name);
    return this.read({ type: resources.configMaps, key, watch: this.configMaps.get(key) }, namespace, name);
  }

  private async read<T extends KubernetesObject>({ type, key, watch }: { type: ResourceType<T>; key: ObjectKey; watch: ObjectWatch<T> | undefined }, namespace: string, name: string): Promise<T> {
    const known = watch?.known;
    if (known?.isKnown && known.object) return known.object;
    // What seems to be missing may have been made a moment ago.
    try {
      return await this.once(key, () => this.dependencies.client.resource(type).get(name, { namespace }));
    } catch (error) {
      if (known?.isKnown && hasReason(error, 'ServiceUnavailable', 'Timeout')) throw apiErrors.notFound({ group: type.group, resource: type.resource, name });
      throw error;
    }
  }

  private once<T>(key: ObjectKey, read: () => Promise<T>): Promise<T> {
    const known = this.inFlight.get(key);
    // The key names kind and object, so what is under it is a T.
    if (known) return known as Promise<T>;
    const reading = read().finally(() => this.inFlight.delete(key));
    this.inFlight.set(key, reading);
    return reading;
  }

  private use(key: ObjectKey, uid: string): void {
    const users = this.users.get(key);
    if (users) {
      users.add(uid);
      return;
    }
    this.users.set(key, new Set([uid]));
    const [kind, namespace = '', name = ''] = key.split('/');
    const changed = (): void => this.users.get(key)?.forEach((user) => this.dependencies.changed(user));
    const { client } = this.dependencies;
    if (kind === 'secrets') this.secrets.set(key, new ObjectWatch({ type: resources.secrets, client: client.resource(resources.secrets), namespace, name }, this.dependencies, changed));
    else this.configMaps.set(key, new ObjectWatch({ type: resources.configMaps, client: client.resource(resources.configMaps), namespace, name }, this.dependencies, changed));
  }

  private drop(key: ObjectKey, uid: string): void {
    const users = this.users.get(key);
    users?.delete(uid);
    if (!users || users.size > 0) return;
    this.users.delete(key);
    for (const watches of [this.secrets, this.configMaps]) {
      watches.get(key)?.stop();
      watches.delete(key);
    }
  }
}
