import type { Node, Pod } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { formatTime, hasReason, isPodTerminal, parseTime } from '@typernetes/machinery';
import type { ControllerDefinition } from '../context';

const periodMs = 20_000;

/** A node must be missing for this long, so that a slow cache costs no pods. */
const nodeQuarantineMs = 40_000;

/** Pods that nobody else will take away. */
export interface GarbagePods {
  /** On nodes that do not exist. */
  orphaned: Pod[];
  /** Deleted before they got a node. */
  unscheduled: Pod[];
  /** Ended, and too many of them: the oldest. */
  terminated: Pod[];
}

export function findGarbagePods(pods: readonly Pod[], nodeExists: (name: string) => boolean, terminatedMax: number): GarbagePods {
  const age = ({ metadata }: Pod): number => parseTime(metadata?.creationTimestamp ?? '') ?? 0;
  const ended = pods.filter(isPodTerminal).sort((a, b) => age(a) - age(b));
  return {
    orphaned: pods.filter(({ spec }) => spec?.nodeName && !nodeExists(spec.nodeName)),
    unscheduled: pods.filter(({ spec, metadata }) => !spec?.nodeName && metadata?.deletionTimestamp !== undefined),
    terminated: terminatedMax > 0 ? ended.slice(0, Math.max(0, ended.length - terminatedMax)) : [],
  };
}

/** The end of a pod that no kubelet is left to tell of: who waits for it (a job that counts it) would wait for ever. */
export function failedPodPatch({ status }: Pod, isOrphaned: boolean, nowMs: number): object | undefined {
  if (status?.phase === 'Succeeded' || status?.phase === 'Failed') return undefined;
  const lastTransitionTime = formatTime(nowMs);
  const disrupted = { type: 'DisruptionTarget', status: 'True', reason: 'DeletionByPodGC', message: 'PodGC: node no longer exists', lastTransitionTime };
  return { status: { phase: 'Failed', ...(isOrphaned ? { conditions: [disrupted] } : {}) } };
}

/** Collects pods of nodes that are gone, pods deleted before they had a node, and old ended ones. */
export const podGcController: ControllerDefinition = {
  name: 'pod-garbage-collector-controller',
  setUp({ informers, client, clock, logger, config }) {
    const nodes = informers.informer<Node>(resources.nodes);
    const knownPods = informers.informer(resources.pods);
    const missingSince = new Map<string, number>();
    const isThere = (name: string): boolean => {
      if (nodes.get(name)) {
        missingSince.delete(name);
        return true;
      }
      const since = missingSince.get(name) ?? clock.monotonic();
      missingSince.set(name, since);
      return clock.monotonic() - since < nodeQuarantineMs;
    };
    /** The cache may be behind; the API decides. */
    const isReallyGone = async (name: string): Promise<boolean> => {
      try {
        await client.resource(resources.nodes).get(name);
        return false;
      } catch (error) {
        if (hasReason(error, 'NotFound')) return true;
        throw error;
      }
    };
    const collect = async (): Promise<void> => {
      const garbage = findGarbagePods(knownPods.list(), isThere, config.terminatedPodGcThreshold);
      const checked = new Map<string, boolean>();
      for (const { spec } of garbage.orphaned) {
        const name = spec?.nodeName ?? '';
        if (!checked.has(name)) checked.set(name, await isReallyGone(name));
      }
      garbage.orphaned = garbage.orphaned.filter(({ spec }) => checked.get(spec?.nodeName ?? ''));
      const ignoreGone = (error: unknown): void => {
        if (!hasReason(error, 'NotFound', 'Conflict')) throw error;
      };
      const pods = client.resource(resources.pods);
      for (const pod of new Set([...garbage.orphaned, ...garbage.unscheduled, ...garbage.terminated])) {
        const { name = '', namespace, uid } = pod.metadata ?? {};
        logger.info({ pod: `${namespace}/${name}` }, 'collecting a pod that nobody else will');
        const patch = failedPodPatch(pod, garbage.orphaned.includes(pod), clock.now());
        if (patch) await pods.patch(name, patch, { namespace, subresource: 'status', type: 'application/strategic-merge-patch+json' }).catch(ignoreGone);
        await pods.delete(name, { namespace, gracePeriodSeconds: 0, preconditions: { uid } }).catch(ignoreGone);
      }
    };
    return async (signal) => {
      while (!signal.aborted) {
        await collect().catch((error: unknown) => logger.warn({ error }, 'pod garbage collection failed, trying again'));
        await clock.sleep(periodMs, signal).catch(() => undefined);
      }
    };
  },
};
