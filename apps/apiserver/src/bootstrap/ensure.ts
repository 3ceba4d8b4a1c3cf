import type { ResourceType } from '@typernetes/api';
import { hasReason, type KubernetesObject } from '@typernetes/machinery';
import type { ApiserverInternals } from '../pipeline/internals';

/** Creates an object unless there is one of its name. */
export async function ensure<T extends KubernetesObject>({ objects, client }: ApiserverInternals, type: ResourceType<T>, wanted: T): Promise<void> {
  const { name = '', namespace } = wanted.metadata ?? {};
  if (objects.get(type, name, namespace)) return;
  try {
    await client.resource(type).create(wanted);
  } catch (error) {
    if (!hasReason(error, 'AlreadyExists')) throw error;
  }
}
