import type { SchedulerPlugin } from '../framework/plugin';

/** A pod with gates waits until all are taken away (KEP-3521). */
export const schedulingGates: SchedulerPlugin = {
  name: 'SchedulingGates',
  preEnqueue({ pod }) {
    const gates = pod.spec?.schedulingGates ?? [];
    return gates.length ? `waiting for scheduling gates: [${gates.map(({ name }) => name).join(' ')}]` : undefined;
  },
};
