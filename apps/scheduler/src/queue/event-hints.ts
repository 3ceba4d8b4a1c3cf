import type { Node } from '@typernetes/api';
import { isDeepStrictEqual } from 'node:util';

/**
 * Which plugins may say yes after a change, so that only pods that they turned down are tried again (KEP-4247 in the
 * coarse: by plugin, not by pod).
 */
export const nodeAdded: readonly string[] = ['*'];

/** A pod left a node (or shrank): room, ports and spread have changed. */
export const podLeft: readonly string[] = ['NodeResourcesFit', 'NodePorts', 'PodTopologySpread', 'InterPodAffinity'];

/** A pod arrived, or has other labels: only spreading and affinity can get better by that. */
export const podArrived: readonly string[] = ['PodTopologySpread', 'InterPodAffinity'];

/** Selectors of namespaces see others than before. */
export const namespaceRelabelled: readonly string[] = ['InterPodAffinity'];

/** A volume, a claim or a class came or changed. */
export const volumeChanged: readonly string[] = ['VolumeBinding'];

export function nodeUpdated(node: Node, previous: Node): readonly string[] {
  const plugins: string[] = [];
  if (!isDeepStrictEqual(node.status?.allocatable, previous.status?.allocatable)) plugins.push('NodeResourcesFit');
  if (!isDeepStrictEqual(node.metadata?.labels, previous.metadata?.labels)) plugins.push('NodeAffinity', 'PodTopologySpread', 'InterPodAffinity', 'VolumeBinding');
  if (!isDeepStrictEqual(node.spec?.taints, previous.spec?.taints)) plugins.push('TaintToleration', 'PodTopologySpread');
  if (node.spec?.unschedulable !== previous.spec?.unschedulable) plugins.push('NodeUnschedulable');
  return plugins;
}
