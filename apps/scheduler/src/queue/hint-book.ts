import type { ClusterEvent, ClusterEventKind } from '../framework/cluster-event';
import type { SchedulerPlugin } from '../framework/plugin';
import type { PodInfo } from '../framework/pod-info';

/** What the plugins of all profiles say about events. */
export interface QueueingHintBook {
  /** Plugins, of any profile, whose mind such an event may change. */
  pluginsFor(kind: ClusterEventKind): readonly string[];
  mayHelp(pod: PodInfo, plugin: string, event: ClusterEvent): boolean;
}

/** Whom extenders' refusals are put down to: nobody knows what they look at. */
export const extenderName = 'Extender';

export type PluginsOf = (pod: PodInfo) => readonly SchedulerPlugin[];

/** `profiles` are the filters of each profile; `filtersOf` finds those of a pod's. */
export function hintBook(profiles: readonly (readonly SchedulerPlugin[])[], filtersOf: PluginsOf): QueueingHintBook {
  const interested = new Map<ClusterEventKind, readonly string[]>();
  const pluginsFor = (kind: ClusterEventKind): readonly string[] => {
    const known = interested.get(kind);
    if (known) return known;
    const names = new Set(profiles.flat().filter(({ hints }) => !hints || hints[kind]).map(({ name }) => name)).add(extenderName);
    interested.set(kind, [...names]);
    return [...names];
  };
  return {
    pluginsFor,
    mayHelp(pod, plugin, event) {
      if (event.kind === 'ForceActivate') return true;
      const found = filtersOf(pod).find(({ name }) => name === plugin);
      // A plugin that says nothing of events may change its mind by any.
      if (!found?.hints) return true;
      const hint = found.hints[event.kind] as ((pod: PodInfo, event: ClusterEvent) => boolean) | undefined;
      return hint?.(pod, event) ?? false;
    },
  };
}
