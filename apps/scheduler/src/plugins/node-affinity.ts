import { matchesNodeSelectorTerm, matchesNodeSelectorTerms, matchesPodNodeSelection } from '@typernetes/machinery';
import type { PluginArgs } from '../config/plugin-args';
import type { NodeInfo } from '../framework/node-info';
import type { NodeFilter, Rejection, SchedulerPlugin } from '../framework/plugin';
import { normalizeToMax } from '../framework/plugin';
import type { PodInfo } from '../framework/pod-info';

const name = 'NodeAffinity';
const rejected = (reason: string): Rejection => ({ plugin: name, reasons: [reason], resolvable: false });
const ofPod = rejected("node(s) didn't match Pod's node affinity/selector");
const ofScheduler = rejected("node(s) didn't match scheduler-enforced node affinity");

/** nodeSelector and node affinity, that of the pod and that which the profile adds: required ones filter, preferred ones add their weights. */
export function nodeAffinity({ addedAffinity }: PluginArgs['NodeAffinity']): SchedulerPlugin {
  const enforced = addedAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const added = addedAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  const filterOf = ({ pod: { spec } }: PodInfo): NodeFilter | undefined => {
    const isSelective = spec?.nodeSelector !== undefined || spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution !== undefined;
    if (!isSelective && !enforced) return undefined;
    return (node) => {
      if (enforced && !matchesNodeSelectorTerms(enforced, node)) return ofScheduler;
      return matchesPodNodeSelection(spec, node) ? undefined : ofPod;
    };
  };
  const mayHelp = (pod: PodInfo, { node }: { node: NodeInfo }): boolean => !filterOf(pod)?.(node);
  return {
    name,
    hints: { NodeAdd: mayHelp, NodeUpdateLabel: mayHelp },
    prepareFilter: filterOf,
    prepareScore({ pod }) {
      const own = pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
      const preferred = [...added, ...own];
      if (!preferred.length) return undefined;
      return {
        score: (node) => preferred.reduce((sum, { weight, preference }) => (matchesNodeSelectorTerm(preference, node) ? sum + weight : sum), 0),
        normalize: (scores) => normalizeToMax(scores, false),
      };
    },
  };
}
