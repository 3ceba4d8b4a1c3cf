import type { ConfigMap, Secret } from '@typernetes/api';
import { resources } from '@typernetes/api';
import type { ApiClient } from '@typernetes/client';
import type { ObjectReader } from './container/environment';

/** Reads single objects, which is all that the node authoriser allows; calls for the same object share one answer. */
export class ApiObjectReader implements ObjectReader {
  private readonly inFlight = new Map<string, Promise<unknown>>();

  constructor(private readonly client: ApiClient) {}

  secret(namespace: string, name: string): Promise<Secret> {
    return this.once(`secret/${namespace}/${name}`, () => this.client.resource(resources.secrets).get(name, { namespace }));
  }

  configMap(namespace: string, name: string): Promise<ConfigMap> {
    return this.once(`configmap/${namespace}/${name}`, () => this.client.resource(resources.configMaps).get(name, { namespace }));
  }

  private once<T>(key: string, read: () => Promise<T>): Promise<T> {
    const known = this.inFlight.get(key);
    // The key names kind and object, so what is under it is a T.
    if (known) return known as Promise<T>;
    const reading = read().finally(() => this.inFlight.delete(key));
    this.inFlight.set(key, reading);
    return reading;
  }
}
