import { tolerates } from '@typernetes/machinery';
import type { NodeInfo } from '../framework/node-info';
import type { SchedulerPlugin } from '../framework/plugin';
import type { PodInfo } from '../framework/pod-info';

const rejection = { plugin: 'NodeUnschedulable', reasons: ['node(s) were unschedulable'], resolvable: false };
const taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

const mayHelp = (_pod: PodInfo, { node }: { node: NodeInfo }): boolean => !node.node?.spec?.unschedulable;

/** Cordoned nodes take no pods, but those that tolerate it (DaemonSets). */
export const nodeUnschedulable: SchedulerPlugin = {
  name: 'NodeUnschedulable',
  hints: { NodeAdd: mayHelp, NodeUpdateTaint: mayHelp },
  prepareFilter({ pod }) {
    if (pod.spec?.tolerations?.some((toleration) => tolerates(toleration, taint))) return undefined;
    return ({ node }) => (node?.spec?.unschedulable ? rejection : undefined);
  },
};
