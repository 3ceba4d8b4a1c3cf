import { tolerates } from '@typernetes/machinery';
import type { SchedulerPlugin } from '../framework/plugin';

const rejection = { plugin: 'NodeUnschedulable', reasons: ['node(s) were unschedulable'], resolvable: false };
const taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

/** Cordoned nodes take no pods, but those that tolerate it (DaemonSets). */
export const nodeUnschedulable: SchedulerPlugin = {
  name: 'NodeUnschedulable',
  prepareFilter({ pod }) {
    if (pod.spec?.tolerations?.some((toleration) => tolerates(toleration, taint))) return undefined;
    return ({ node }) => (node?.spec?.unschedulable ? rejection : undefined);
  },
};
