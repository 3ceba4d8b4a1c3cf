import type { ResourceType } from '@typernetes/api';
import { formatApiVersion, type KubernetesObject } from '@typernetes/machinery';

/**
 * The API wants kind and apiVersion in every body; objects out of lists lack them. What says its own keeps it: a
 * subresource may have another kind than its object (Scale).
 */
export function withType<T extends KubernetesObject>(type: ResourceType, object: T): T {
  return { ...object, apiVersion: object.apiVersion ?? formatApiVersion(type), kind: object.kind ?? type.kind };
}
