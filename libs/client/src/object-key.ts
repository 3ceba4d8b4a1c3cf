import type { KubernetesObject } from '@typernetes/machinery';
import type { ObjectKey } from './informer-types';

export function keyOf({ metadata }: KubernetesObject): ObjectKey {
  const name = metadata?.name ?? '';
  return metadata?.namespace ? `${metadata.namespace}/${name}` : name;
}

export function splitKey(key: ObjectKey): { namespace: string; name: string } {
  const slash = key.indexOf('/');
  return slash < 0 ? { namespace: '', name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
