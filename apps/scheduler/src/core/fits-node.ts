import type { Nominator } from '../cache/nominator';
import type { NodeInfo } from '../framework/node-info';
import type { NodeFilter, Rejection } from '../framework/plugin';
import type { PodInfo } from '../framework/pod-info';
import type { Profile } from '../framework/profile';
import type { Supposable } from '../framework/snapshot';

export interface FilterContext {
  profile: Pick<Profile, 'filters'>;
  snapshot: Supposable;
  nominator: Nominator;
}

export function prepareFilters(pod: PodInfo, { profile, snapshot }: FilterContext): NodeFilter[] {
  const filters: NodeFilter[] = [];
  for (const plugin of profile.filters) {
    const filter = plugin.prepareFilter?.(pod, snapshot);
    if (filter) filters.push(filter);
  }
  return filters;
}

export function firstRejection(filters: readonly NodeFilter[], node: NodeInfo): Rejection | undefined {
  for (const filter of filters) {
    const rejection = filter(node);
    if (rejection) return rejection;
  }
  return undefined;
}

/**
 * Whether the node would still do if those were on it already for whom room was made there, as far as they are not less
 * important. (That it does without them too is asked elsewhere: they may be what the pod wants to be near.)
 */
export function rejectionBesideNominated(pod: PodInfo, node: NodeInfo, context: FilterContext): Rejection | undefined {
  const awaited = context.nominator.podsOn(node.name, pod).filter(({ priority }) => priority >= pod.priority);
  if (!awaited.length) return undefined;
  for (const info of awaited) context.snapshot.putBack({ info, nodeName: node.name, assumed: true });
  try {
    return firstRejection(prepareFilters(pod, context), node);
  } finally {
    for (const { uid } of awaited) context.snapshot.lift(uid);
  }
}

/** The first reason against this node, nominated pods considered. */
export function nodeRejection(pod: PodInfo, node: NodeInfo, context: FilterContext): Rejection | undefined {
  return firstRejection(prepareFilters(pod, context), node) ?? rejectionBesideNominated(pod, node, context);
}
