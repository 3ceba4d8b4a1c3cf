import type { KubernetesObject } from '@typernetes/machinery';

/**
 * The finalizers of an object that must not go while it is used; undefined when they are right. It is added as long as
 * the object lives and taken away when it is on its way out and unused.
 */
export function protectedFinalizers({ metadata }: KubernetesObject, finalizer: string, isUsed: () => boolean): string[] | undefined {
  const present = metadata?.finalizers ?? [];
  const has = present.includes(finalizer);
  if (!metadata?.deletionTimestamp) return has ? undefined : [...present, finalizer];
  return has && !isUsed() ? present.filter((other) => other !== finalizer) : undefined;
}
