import { firstUntoleratedTaint, tolerates } from '@typernetes/machinery';
import type { SchedulerPlugin } from '../framework/plugin';
import { normalizeToMax } from '../framework/plugin';

const forbidding = ['NoSchedule', 'NoExecute'];

/** Taints keep pods away that do not tolerate them; PreferNoSchedule taints only make a node less welcome. */
export const taintToleration: SchedulerPlugin = {
  name: 'TaintToleration',
  prepareFilter({ pod }) {
    const tolerations = pod.spec?.tolerations ?? [];
    return ({ taints }) => {
      const taint = firstUntoleratedTaint(taints, tolerations, forbidding);
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
