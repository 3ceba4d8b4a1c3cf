import type { SchedulerPlugin } from '../framework/plugin';

const rejection = { plugin: 'NodeName', reasons: ["node(s) didn't match the requested node name"], resolvable: false };

/** A pod that names its node goes nowhere else. */
export const nodeName: SchedulerPlugin = {
  name: 'NodeName',
  hints: { NodeAdd: ({ pod }, { node }) => node.name === pod.spec?.nodeName },
  prepareFilter({ pod }) {
    const wanted = pod.spec?.nodeName;
    return wanted ? (node) => (node.name === wanted ? undefined : rejection) : undefined;
  },
};
