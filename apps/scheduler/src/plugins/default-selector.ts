import { controllerOf, selectorFromMap } from '@typernetes/machinery';
import type { LabelSelector } from '@typernetes/machinery';
import type { PodInfo } from '../framework/pod-info';
import type { Snapshot } from '../framework/snapshot';

/**
 * Selects the pods that belong together with this one: what all Services that select it and its controller have in
 * common. Undefined when nothing selects the pod.
 */
export function defaultSelector({ pod, namespace, labels }: PodInfo, snapshot: Snapshot): LabelSelector | undefined {
  const merged: Record<string, string> = {};
  for (const { spec } of snapshot.services(namespace)) {
    const selector = spec?.selector;
    if (selector && Object.keys(selector).length && selectorFromMap(selector).matches(labels)) Object.assign(merged, selector);
  }
  const owner = controllerOf(pod);
  if (owner?.kind === 'ReplicationController') {
    for (const { metadata, spec } of snapshot.replicationControllers(namespace)) {
      if (metadata?.name === owner.name) Object.assign(merged, spec?.selector);
    }
  }
  return Object.keys(merged).length ? selectorFromMap(merged) : undefined;
}
