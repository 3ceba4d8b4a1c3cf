import type { Random } from '@typernetes/machinery';
import type { NodeInfo } from '../framework/node-info';
import type { Rejection } from '../framework/plugin';
import type { PodInfo } from '../framework/pod-info';
import type { Profile } from '../framework/profile';
import type { Diagnosis } from './diagnosis';
import type { FilterContext } from './fits-node';
import { untimed, type StartTimer } from './timing';
import { firstRejection, nodeRejection, prepareFilters, rejectionBesideNominated } from './fits-node';

export type Decision = { outcome: 'node'; nodeName: string; feasibleNodes: number; evaluatedNodes: number } | { outcome: 'none'; diagnosis: Diagnosis };

export interface DecisionContext extends FilterContext {
  profile: Profile;
  random: Random;
  /** Where in the list of nodes to begin: moves on from pod to pod, so that all nodes get their turn. */
  startIndex: number;
  startTimer?: StartTimer;
}

/** The node that others were evicted from for this pod, if it still does. */
export function nominatedNode(pod: PodInfo, context: DecisionContext): NodeInfo | undefined {
  const nominated = context.snapshot.node(context.nominator.nodeOf(pod.uid) ?? '');
  return nominated && !nodeRejection(pod, nominated, context) ? nominated : undefined;
}

/** Chooses a node for a pod: filters, scores, highest sum wins, ties by chance. Reads the snapshot and changes nothing. */
export function schedulePod(pod: PodInfo, context: DecisionContext): Decision {
  const { snapshot } = context;
  const nominated = nominatedNode(pod, context);
  if (nominated) return { outcome: 'node', nodeName: nominated.name, feasibleNodes: 1, evaluatedNodes: 1 };
  const { feasible, rejections, evaluated } = filterNodes(pod, context);
  const [first] = feasible;
  if (!first) return { outcome: 'none', diagnosis: { nodeCount: snapshot.nodes.length, rejections } };
  const chosen = feasible.length === 1 ? first : highest(feasible, scoreNodes(pod, feasible, context), context.random);
  return { outcome: 'node', nodeName: chosen.name, feasibleNodes: feasible.length, evaluatedNodes: evaluated };
}

export interface Filtered {
  feasible: NodeInfo[];
  rejections: Map<string, Rejection>;
  evaluated: number;
}

/** Nodes that would do, as many as are enough to choose from, and why the others that were looked at would not. */
export function filterNodes(pod: PodInfo, context: DecisionContext): Filtered {
  const { profile, snapshot, startIndex, startTimer = untimed } = context;
  const end = startTimer('filter');
  const filters = prepareFilters(pod, context);
  const { nodes } = snapshot;
  const enough = feasibleNodesToFind(nodes.length, profile.percentageOfNodesToScore);
  const filtered: Filtered = { feasible: [], rejections: new Map(), evaluated: 0 };
  for (let i = 0; i < nodes.length && filtered.feasible.length < enough; i++) {
    const node = nodes[(startIndex + i) % nodes.length];
    if (!node) continue;
    filtered.evaluated++;
    const rejection = firstRejection(filters, node) ?? rejectionBesideNominated(pod, node, context);
    if (rejection) filtered.rejections.set(node.name, rejection);
    else filtered.feasible.push(node);
  }
  end(filtered.feasible.length ? 'Success' : 'Unschedulable');
  return filtered;
}

const feasibleNodesMin = 100;
const percentageMin = 5;

/**
 * Beyond 100 nodes it is enough to score a part of them: as many per cent as wished or, for 0, half of them at first, fewer
 * as the cluster grows, never under 5 % (upstream's percentageOfNodesToScore).
 */
export function feasibleNodesToFind(nodeCount: number, percentageOfNodesToScore: number): number {
  if (nodeCount < feasibleNodesMin) return nodeCount;
  const percentage = percentageOfNodesToScore || Math.max(percentageMin, 50 - Math.floor(nodeCount / 125));
  return Math.max(feasibleNodesMin, Math.floor((nodeCount * percentage) / 100));
}

/** The weighted sums of all plugins' scores, node by node. */
export function scoreNodes(pod: PodInfo, feasible: readonly NodeInfo[], { profile, snapshot, startTimer = untimed }: DecisionContext): number[] {
  const end = startTimer('score');
  const totals = new Array<number>(feasible.length).fill(0);
  for (const { plugin, weight } of profile.scorers) {
    const scorer = plugin.prepareScore?.(pod, snapshot, feasible);
    if (!scorer) continue;
    const scores = feasible.map((node) => scorer.score(node));
    scorer.normalize?.(scores);
    for (let i = 0; i < totals.length; i++) totals[i] = (totals[i] ?? 0) + (scores[i] ?? 0) * weight;
  }
  end('Success');
  return totals;
}

/** The node with the highest sum; one of them by chance when there are several. */
export function highest(feasible: readonly NodeInfo[], totals: readonly number[], random: Random): NodeInfo {
  const most = Math.max(...totals);
  const best = feasible.filter((_, i) => totals[i] === most);
  const chosen = best[Math.floor(random.next() * best.length)];
  if (!chosen) throw new Error(`no node has the highest score ${most} of ${feasible.length} nodes`);
  return chosen;
}
