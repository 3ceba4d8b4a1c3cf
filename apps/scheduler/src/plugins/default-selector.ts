import { controllerOf, labelSelectorOf, selectorFromMap } from '@typernetes/machinery';
import type { LabelRequirement, LabelSelector } from '@typernetes/machinery';
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
  const ofOwner: readonly LabelRequirement[] = (owner && snapshot.ownerSelector(namespace, owner)?.requirements) ?? [];
  const requirements = [...selectorFromMap(merged).requirements, ...ofOwner];
  return requirements.length ? labelSelectorOf(requirements) : undefined;
}
