import { firstUntoleratedTaint, tolerates } from '@typernetes/machinery';
import type { Taint } from '@typernetes/api';
import type { NodeInfo } from '../framework/node-info';
import type { SchedulerPlugin } from '../framework/plugin';
import type { PodInfo } from '../framework/pod-info';
import { normalizeToMax } from '../framework/plugin';

const forbidding = ['NoSchedule', 'NoExecute'];

const untolerated = ({ pod }: PodInfo, { taints }: NodeInfo): Taint | undefined => firstUntoleratedTaint(taints, pod.spec?.tolerations ?? [], forbidding);

const mayHelp = (pod: PodInfo, { node }: { node: NodeInfo }): boolean => !untolerated(pod, node);

/** Taints keep pods away that do not tolerate them; PreferNoSchedule taints only make a node less welcome. */
export const taintToleration: SchedulerPlugin = {
  name: 'TaintToleration',
  hints: { NodeAdd: mayHelp, NodeUpdateTaint: mayHelp },
  prepareFilter(pod) {
    return (node) => {
      const taint = untolerated(pod, node);
      return taint && { plugin: 'TaintToleration', reasons: [`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`], resolvable: false };
    };
  },
  prepareScore({ pod }) {
    const tolerations = (pod.spec?.tolerations ?? []).filter(({ effect }) => !effect || effect === 'PreferNoSchedule');
    return {
      score: ({ taints }) =>
        taints.filter((taint) => taint.effect === 'PreferNoSchedule' && !tolerations.some((toleration) => tolerates(toleration, taint))).length,
      normalize: (scores) => normalizeToMax(scores, true),
    };
  },
};
