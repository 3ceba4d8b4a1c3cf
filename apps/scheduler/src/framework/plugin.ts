import type { QueueingHints } from './cluster-event';
import type { NodeInfo } from './node-info';
import type { PodInfo } from './pod-info';
import type { Snapshot } from './snapshot';

/** Why a node is out of the question. */
export interface Rejection {
  plugin: string;
  /** Upstream's words, one per reason: `Insufficient cpu`. */
  reasons: readonly string[];
  /** False when evicting pods from the node could not help either (wrong labels, taints, cordoned). */
  resolvable: boolean;
  /** The pod itself is why, so it is the same on all nodes: told once, not counted. */
  ofPod?: boolean;
}

export type NodeFilter = (node: NodeInfo) => Rejection | undefined;

export interface NodeScorer {
  /** Any finite number; without `normalize` it must lie in 0..100. */
  score(node: NodeInfo): number;
  /** Brings the scores of all feasible nodes, in place, into 0..100. */
  normalize?(scores: number[]): void;
}

/**
 * One rule of placement, by upstream's name. What a plugin works out per pod lives in the closures that `prepare…`
 * returns; undefined means that the plugin has nothing to say about this pod.
 */
export interface SchedulerPlugin {
  readonly name: string;
  /** Whether this pod may enter the queue at all: the reason when it may not. */
  preEnqueue?(pod: PodInfo): string | undefined;
  /** Events after which a pod that its filter turned down may fit; absent: any. */
  readonly hints?: QueueingHints;
  prepareFilter?(pod: PodInfo, snapshot: Snapshot): NodeFilter | undefined;
  prepareScore?(pod: PodInfo, snapshot: Snapshot, feasible: readonly NodeInfo[]): NodeScorer | undefined;
  /**
   * What must have happened before the pod is bound. Begins at once, so that the next decision sees what was promised;
   * undefined when there is nothing to wait for. @throws Error when it can't happen
   */
  preBind?(pod: PodInfo, node: NodeInfo): Promise<void> | undefined;
  /** The pod did not get the node for which `preBind` was called: takes back what only it was to have. */
  unreserve?(pod: PodInfo): Promise<void>;
  /** It turned the pod down on some node, and no node would do: changes what may help. Undefined when it knows nothing. */
  postFilter?(pod: PodInfo): Promise<void> | undefined;
}

export const scoreMax = 100;

/** Scales scores so that the highest becomes 100; `reverse` when less is better. */
export function normalizeToMax(scores: number[], reverse: boolean): void {
  const highest = Math.max(0, ...scores);
  for (let i = 0; i < scores.length; i++) {
    const scaled = highest === 0 ? 0 : Math.floor(((scores[i] ?? 0) * scoreMax) / highest);
    scores[i] = reverse ? scoreMax - scaled : scaled;
  }
}
