/** What one decision costs, without any API: pods placed one after the other, by workload and number of nodes. */
import type { Pod } from '@typernetes/api';
import { seededRandom, systemClock } from '@typernetes/machinery';
import { ClusterCache } from '../../apps/scheduler/src/cache/cluster-cache';
import { Nominator } from '../../apps/scheduler/src/cache/nominator';
import { schedulePod } from '../../apps/scheduler/src/core/schedule-pod';
import { podInfoOf } from '../../apps/scheduler/src/framework/pod-info';
import { defaultProfileConfiguration } from '../../apps/scheduler/src/config/configuration';
import { buildProfile } from '../../apps/scheduler/src/plugins/build-profile';
import { benchNode, benchPod, workloadNames } from '../../apps/cli/src/bench-scheduler/workloads';
import type { WorkloadName } from '../../apps/cli/src/bench-scheduler/workloads';

const pods = Number(process.argv[3] ?? 2_000);

/** Pods a second by the clock, and milliseconds of processor time a pod: the latter counts on a machine that has other work. */
function placed(nodes: number, workload: WorkloadName): { rate: number; cpuMs: number } {
  const cache = new ClusterCache();
  for (let i = 0; i < nodes; i++) cache.setNode(benchNode(i));
  const context = { profile: buildProfile(defaultProfileConfiguration()), snapshot: cache, nominator: new Nominator(), random: seededRandom(1) };
  const infos = Array.from({ length: pods }, (_, i) => {
    const pod: Pod = benchPod(i, workload, nodes);
    return podInfoOf({ ...pod, metadata: { ...pod.metadata, uid: `uid-${i}`, namespace: 'default' } });
  });
  const startedAtMs = systemClock.monotonic();
  const cpu = process.cpuUsage();
  let startIndex = 0;
  for (const info of infos) {
    const decision = schedulePod(info, { ...context, startIndex });
    if (decision.outcome === 'none') throw new Error(`${info.key} has no node: ${JSON.stringify([...decision.diagnosis.rejections.values()][0])}`);
    startIndex += decision.evaluatedNodes;
    cache.assume(info, decision.nodeName);
  }
  const { user, system } = process.cpuUsage(cpu);
  return { rate: (pods / (systemClock.monotonic() - startedAtMs)) * 1_000, cpuMs: (user + system) / 1_000 / pods };
}

for (const workload of workloadNames) {
  for (const nodes of [1_000, 5_000]) {
    const { rate, cpuMs } = placed(nodes, workload);
    console.log(`${workload.padEnd(14)} ${String(nodes).padStart(5)} nodes  ${rate.toFixed(0).padStart(7)} pods/s  ${(1_000 / rate).toFixed(3)} ms a pod, ${cpuMs.toFixed(3)} ms of CPU`);
  }
}
