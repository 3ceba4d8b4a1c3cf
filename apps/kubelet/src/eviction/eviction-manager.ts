import type { Pod } from '@typernetes/api';
import type { Logger } from '@typernetes/component';
import { cri as proto } from '@typernetes/proto';
import { podText, uidOf } from '../pod/pod-kind';
import type { CriClient } from '../runtime/cri-client';
import { runtimeMethods } from '../runtime/cri-client';
import { labels } from '../runtime/labels';
import { evictionMessage } from './messages';
import type { PressureKeeper } from './pressure-keeper';
import type { PodUsage, Usage } from './ranking';
import { rank } from './ranking';
import type { Signals } from './signals';
import { resourceOf } from './signals';

export interface EvictionDependencies {
  cri: CriClient;
  logger: Logger;
  keeper: PressureKeeper;
  readSignals(): Promise<Signals>;
  /** Pods that have not ended. */
  activePods(): Pod[];
  /** What a pod has broken of its limits of the disk, in words; undefined when nothing. */
  localFault(pod: Pod): Promise<string | undefined>;
  /** Ends the pod at once and says why. `isOwnFault`: the node could go on. */
  evict(pod: Pod, message: string, isOwnFault?: boolean): void;
  /** Frees what nobody needs before a pod has to go. */
  reclaimDisk(): Promise<void>;
  /** The node is short of a resource, or is no more: its status should say so soon. */
  changed(): void;
  reportNode(reason: string, message: string): void;
}

const usageOf = ({ memory, writableLayer }: proto.ContainerStats): Usage => ({
  memoryBytes: Number(memory?.workingSetBytes?.value ?? 0n),
  storageBytes: Number(writableLayer?.usedBytes?.value ?? 0n),
  processes: 0,
});

/** What pods use, by uid. */
export function podUsages(stats: readonly proto.PodSandboxStats[]): Map<string, PodUsage> {
  return new Map(
    stats.map(({ attributes, linux }) => {
      const containers = new Map((linux?.containers ?? []).map((one) => [one.attributes?.labels[labels.containerName] ?? '', usageOf(one)]));
      const total = (of: (usage: Usage) => number): number => [...containers.values()].reduce((sum, usage) => sum + of(usage), 0);
      const processes = Number(linux?.process?.processCount?.value ?? 0n);
      return [attributes?.labels[labels.podUid] ?? '', { containers, memoryBytes: total((usage) => usage.memoryBytes), storageBytes: total((usage) => usage.storageBytes), processes }];
    }),
  );
}

/** Ends pods, one at a look, while the node is short of something (hard thresholds). */
export class EvictionManager {
  private reclaiming: string | undefined;

  constructor(private readonly dependencies: EvictionDependencies) {}

  async run(): Promise<void> {
    if (await this.endGreedy()) return;
    const { keeper, readSignals, changed, cri, logger, reclaimDisk, reportNode, activePods, evict } = this.dependencies;
    const before = JSON.stringify(keeper.pressure());
    let [met] = keeper.observe(await readSignals());
    if (before !== JSON.stringify(keeper.pressure())) changed();
    if (met?.signal.startsWith('nodefs')) {
      await reclaimDisk();
      [met] = keeper.observe(await readSignals());
    }
    if (!met) {
      this.reclaiming = undefined;
      return;
    }
    const resource = resourceOf[met.signal];
    if (this.reclaiming !== resource) reportNode('EvictionThresholdMet', `Attempting to reclaim ${resource}`);
    this.reclaiming = resource;
    const { stats } = await cri.call(runtimeMethods.listPodSandboxStats, proto.ListPodSandboxStatsRequest.create());
    const usages = podUsages(stats);
    const [first] = rank(activePods(), usages, met.signal);
    if (!first) return;
    logger.warn({ pod: podText(first), resource, available: met.available }, 'evicting a pod');
    evict(first, evictionMessage(first, met, usages.get(uidOf(first))));
  }

  /** Ends all pods that have taken more of the disk than they may. Gives back whether there was one. */
  private async endGreedy(): Promise<boolean> {
    const { activePods, localFault, evict, logger } = this.dependencies;
    let found = false;
    for (const pod of activePods()) {
      const fault = await localFault(pod);
      if (fault === undefined) continue;
      logger.warn({ pod: podText(pod), fault }, 'evicting a pod');
      evict(pod, fault, true);
      found = true;
    }
    return found;
  }
}
