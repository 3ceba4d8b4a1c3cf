import { matchesNodeSelectorTerm, matchesPodNodeSelection } from '@typernetes/machinery';
import type { SchedulerPlugin } from '../framework/plugin';
import { normalizeToMax } from '../framework/plugin';

const rejection = { plugin: 'NodeAffinity', reasons: ["node(s) didn't match Pod's node affinity/selector"], resolvable: false };

/** nodeSelector and node affinity: required ones filter, preferred ones add their weights. */
export const nodeAffinity: SchedulerPlugin = {
  name: 'NodeAffinity',
  weight: 2,
  prepareFilter({ pod: { spec } }) {
    if (!spec?.nodeSelector && !spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution) return undefined;
    return (node) => (matchesPodNodeSelection(spec, node) ? undefined : rejection);
  },
  prepareScore({ pod }) {
    const preferred = pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    if (!preferred.length) return undefined;
    return {
      score: (node) =>
        preferred.reduce((sum, { weight, preference }) => (matchesNodeSelectorTerm(preference, node) ? sum + weight : sum), 0),
      normalize: (scores) => normalizeToMax(scores, false),
    };
  },
};
