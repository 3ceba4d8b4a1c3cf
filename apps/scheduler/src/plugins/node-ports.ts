import { always } from '../framework/cluster-event';
import type { SchedulerPlugin } from '../framework/plugin';

const rejection = { plugin: 'NodePorts', reasons: ["node(s) didn't have free ports for the requested pod ports"], resolvable: true };

/** Two pods can't take the same port of one node. */
export const nodePorts: SchedulerPlugin = {
  name: 'NodePorts',
  hints: {
    NodeAdd: always,
    AssignedPodDelete: ({ hostPorts }, { pod }) => hostPorts.some((wanted) => pod.hostPorts.some(({ hostPort, protocol }) => hostPort === wanted.hostPort && protocol === wanted.protocol)),
  },
  prepareFilter({ hostPorts }) {
    if (!hostPorts.length) return undefined;
    return (node) => (hostPorts.some((port) => node.hasPortConflict(port)) ? rejection : undefined);
  },
};
