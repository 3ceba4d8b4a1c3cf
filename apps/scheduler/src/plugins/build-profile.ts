import type { ProfileConfiguration } from '../config/configuration';
import type { PluginArgs } from '../config/plugin-args';
import type { SchedulerPlugin } from '../framework/plugin';
import type { Profile } from '../framework/profile';
import { imageLocality } from './image-locality';
import { interPodAffinity } from './inter-pod-affinity';
import { nodeAffinity } from './node-affinity';
import { nodeName } from './node-name';
import { nodePorts } from './node-ports';
import { nodeResourcesBalancedAllocation } from './node-resources-balanced-allocation';
import { nodeResourcesFit } from './node-resources-fit';
import { nodeUnschedulable } from './node-unschedulable';
import { podTopologySpread } from './pod-topology-spread';
import { schedulingGates } from './scheduling-gates';
import { taintToleration } from './taint-toleration';

/** Makes the plugins that know of volumes and devices, for a profile's arguments. */
export type VolumePlugins = (args: PluginArgs) => readonly SchedulerPlugin[];

function allPlugins(args: PluginArgs, volumePlugins: VolumePlugins): Map<string, SchedulerPlugin> {
  const plugins = [
    schedulingGates,
    nodeUnschedulable,
    nodeName,
    taintToleration,
    nodeAffinity(args.NodeAffinity),
    nodePorts,
    nodeResourcesFit(args.NodeResourcesFit),
    podTopologySpread(args.PodTopologySpread),
    interPodAffinity(args.InterPodAffinity),
    nodeResourcesBalancedAllocation(args.NodeResourcesBalancedAllocation),
    imageLocality,
    ...volumePlugins(args),
  ];
  return new Map(plugins.map((plugin) => [plugin.name, plugin]));
}

/** The plugins of a profile. PrioritySort, DefaultPreemption and DefaultBinder have their places in the queue and the scheduler itself. */
export function buildProfile({ schedulerName, plugins, args, percentageOfNodesToScore }: ProfileConfiguration, volumePlugins: VolumePlugins = () => []): Profile {
  const made = allPlugins(args, volumePlugins);
  const at = (point: 'preEnqueue' | 'filter' | 'postFilter' | 'preBind'): SchedulerPlugin[] => plugins[point].flatMap(({ name }) => made.get(name) ?? []);
  return {
    schedulerName,
    preEnqueue: at('preEnqueue'),
    filters: at('filter'),
    scorers: plugins.score.flatMap(({ name, weight }) => {
      const plugin = made.get(name);
      return plugin ? [{ plugin, weight }] : [];
    }),
    preBinders: at('preBind'),
    postFilters: at('postFilter'),
    preemption: plugins.postFilter.some(({ name }) => name === 'DefaultPreemption') ? args.DefaultPreemption : undefined,
    percentageOfNodesToScore,
  };
}
