import type { SchedulerPlugin } from '../framework/plugin';

const rejection = { plugin: 'NodePorts', reasons: ["node(s) didn't have free ports for the requested pod ports"], resolvable: true };

/** Two pods can't take the same port of one node. */
export const nodePorts: SchedulerPlugin = {
  name: 'NodePorts',
  prepareFilter({ hostPorts }) {
    if (!hostPorts.length) return undefined;
    return (node) => (hostPorts.some((port) => node.hasPortConflict(port)) ? rejection : undefined);
  },
};
