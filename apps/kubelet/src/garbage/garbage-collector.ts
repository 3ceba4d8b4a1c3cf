import { cri as proto } from '@typernetes/proto';
import { deadContainersKept } from '../limits';
import type { PodContext } from '../pod/pod-context';
import { podKeyOf } from '../pod/pod-context';
import type { PodManager } from '../pod/pod-manager';
import { runtimeMethods } from '../runtime/cri-client';
import type { PodLifecycleEvents } from '../runtime/pod-lifecycle-events';
import type { RuntimePod } from '../runtime/runtime-pod';

export interface GarbageDependencies {
  context: PodContext;
  pods: PodManager;
  lifecycle: PodLifecycleEvents;
}

/** Ids that may go: of each container name all ended runs but the newest ones, and sandboxes that hold nothing any more. */
export function deadWeight({ containers, sandboxes }: RuntimePod, kept = deadContainersKept): { containers: string[]; sandboxes: string[] } {
  const seen = new Map<string, number>();
  const dead: string[] = [];
  for (const { id, name, state } of containers) {
    const rank = seen.get(name) ?? 0;
    seen.set(name, rank + 1);
    // The newest run is the container's state; older ones count against what is kept.
    if (rank > kept && state === 'exited') dead.push(id);
  }
  const inUse = new Set(containers.filter(({ id }) => !dead.includes(id)).map(({ sandboxId }) => sandboxId));
  return { containers: dead, sandboxes: sandboxes.slice(1).filter(({ id, ready }) => !ready && !inUse.has(id)).map(({ id }) => id) };
}

/** Removes what ended runs have left, and ends what belongs to no pod of the API. */
export class GarbageCollector {
  constructor(private readonly dependencies: GarbageDependencies) {}

  async run(): Promise<void> {
    const { context, pods, lifecycle } = this.dependencies;
    const known = await lifecycle.relist();
    for (const [uid, pod] of known) if (!pods.has(uid)) pods.adoptOrphan(uid, pod);
    for (const uid of await context.volumes.podsOnDisk()) if (!pods.has(uid) && !known.has(uid)) await context.volumes.remove(uid);
    for (const pod of pods.list()) {
      const { containers, sandboxes } = deadWeight(await context.reader.read(podKeyOf(pod)));
      for (const containerId of containers) await context.cri.call(runtimeMethods.removeContainer, { containerId });
      for (const podSandboxId of sandboxes) await context.cri.call(runtimeMethods.removePodSandbox, proto.RemovePodSandboxRequest.create({ podSandboxId }));
    }
  }
}
