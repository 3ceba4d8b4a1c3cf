import type { Registry, ResourceType } from '@typernetes/api';
import type { ApiClient, ResourceClient } from '@typernetes/client';
import { failure, parseApiVersion, type KubernetesObject } from '@typernetes/machinery';
import type { ApiObject, ObjectReference, Objects } from './types';

export const fieldManager = 'typernetes-testing';

interface Place {
  readonly client: ResourceClient<KubernetesObject>;
  readonly namespace?: string;
}

/** Objects of any kind through the API; what kind is what the present registry says, custom kinds included. */
export class ClusterObjects implements Objects {
  constructor(
    private readonly client: ApiClient,
    private readonly registry: () => Registry,
  ) {}

  async get<T extends ApiObject = ApiObject>(reference: ObjectReference): Promise<T> {
    const { client, ...place } = this.place(reference);
    return (await client.get(reference.metadata.name, place)) as T;
  }

  async list<T extends ApiObject = ApiObject>(type: { apiVersion: string; kind: string }, options: { namespace?: string; labelSelector?: string; fieldSelector?: string } = {}): Promise<T[]> {
    return (await this.client.resource(this.typeOf(type)).list(options)).items as ApiObject[] as T[];
  }

  async create<T extends ApiObject>(object: T): Promise<T> {
    const { client, ...place } = this.place(object);
    return (await client.create(object as KubernetesObject, { ...place, fieldManager })) as ApiObject as T;
  }

  async update<T extends ApiObject>(object: T): Promise<T> {
    const { client, ...place } = this.place(object);
    return (await client.update(object as KubernetesObject, { ...place, fieldManager })) as ApiObject as T;
  }

  async patch<T extends ApiObject = ApiObject>(reference: ObjectReference, patch: object, subresource?: string): Promise<T> {
    const { client, ...place } = this.place(reference);
    const options = { ...place, fieldManager, ...(subresource ? { subresource } : {}) };
    return (await client.patch(reference.metadata.name, patch, { ...options, type: 'application/merge-patch+json' })) as T;
  }

  /** Server-side apply that takes over what others own. */
  async apply(object: ApiObject): Promise<ApiObject> {
    const { client, ...place } = this.place(object);
    const name = object.metadata?.name;
    if (!name) throw failure('BadRequest', `a ${object.kind} without metadata.name can't be applied`);
    return (await client.patch(name, object, { ...place, fieldManager, force: true, type: 'application/apply-patch+yaml' })) as ApiObject;
  }

  async delete(reference: ObjectReference, options: Parameters<Objects['delete']>[1] = {}): Promise<void> {
    const { client, ...place } = this.place(reference);
    await client.delete(reference.metadata.name, { ...place, ...options });
  }

  private place(object: { apiVersion?: string; kind?: string; metadata?: { namespace?: string } }): Place {
    const type = this.typeOf(object);
    return { client: this.client.resource(type), ...(type.namespaced ? { namespace: object.metadata?.namespace ?? 'default' } : {}) };
  }

  /** @throws ApiError NotFound, in kubectl's words */
  private typeOf({ apiVersion = '', kind = '' }: { apiVersion?: string; kind?: string }): ResourceType {
    const found = this.registry().lookupKind({ ...parseApiVersion(apiVersion), kind });
    if (!found) throw failure('NotFound', `no matches for kind "${kind}" in version "${apiVersion}"`);
    return found;
  }
}
