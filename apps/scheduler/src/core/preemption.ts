import type { PodDisruptionBudget } from '@typernetes/api';
import type { Random } from '@typernetes/machinery';
import { findCondition } from '@typernetes/machinery';
import type { NodeInfo } from '../framework/node-info';
import type { Rejection } from '../framework/plugin';
import type { PodInfo } from '../framework/pod-info';
import type { Profile } from '../framework/profile';
import type { Diagnosis } from './diagnosis';
import { countReasons, notHelpful } from './diagnosis';
import type { FilterContext } from './fits-node';
import type { Candidate } from './victims';
import { leastHarm, victimsOn } from './victims';

export type Preemption =
  | { outcome: 'evict'; nodeName: string; victims: readonly PodInfo[] }
  /** Room is being made already. */
  | { outcome: 'wait'; message: string }
  | { outcome: 'none'; message: string };

export interface PreemptionContext extends FilterContext {
  profile: Pick<Profile, 'filters' | 'preemption'>;
  random: Random;
  budgets(namespace: string): Iterable<PodDisruptionBudget>;
}

/** Who would have to leave for this pod, that no node takes as it is. Leaves the cache as it was. */
export function preempt(pod: PodInfo, diagnosis: Diagnosis, context: PreemptionContext): Preemption {
  const found = preemptionCandidates(pod, diagnosis, context);
  return 'candidates' in found ? chooseVictims(found) : found;
}

export interface Candidates {
  readonly candidates: readonly Candidate[];
  /** What to say when none of them is taken. */
  readonly message: string;
}

/** Takes the candidate that does the least harm. */
export function chooseVictims({ candidates, message }: Candidates): Preemption {
  const best = leastHarm(candidates);
  return best ? { outcome: 'evict', nodeName: best.nodeName, victims: best.victims } : { outcome: 'none', message };
}

/** Nodes where evicting pods would make room, or why nothing is to be done. Leaves the cache as it was. */
export function preemptionCandidates(pod: PodInfo, { nodeCount, rejections }: Diagnosis, context: PreemptionContext): Candidates | Preemption {
  const args = context.profile.preemption;
  if (!args) return { outcome: 'none', message: '' };
  if (pod.pod.spec?.preemptionPolicy === 'Never') return { outcome: 'none', message: 'not eligible due to preemptionPolicy=Never.' };
  const nominated = context.nominator.nodeOf(pod.uid);
  if (nominated !== undefined && rejections.get(nominated)?.resolvable !== false && isLeft(pod, context.snapshot.node(nominated))) {
    return { outcome: 'wait', message: 'not eligible due to a terminating pod on the nominated node.' };
  }
  const reasons: string[] = [];
  const candidates = findCandidates(pod, { rejections, args, rejected: (rejection) => reasons.push(...rejection.reasons) }, context);
  for (const { resolvable } of rejections.values()) if (!resolvable) reasons.push(notHelpful);
  return { candidates, message: `0/${nodeCount} nodes are available: ${countReasons(reasons)}.` };
}

/** Is a pod that was evicted for this one still on its way out of the node? */
function isLeft({ priority }: PodInfo, node: NodeInfo | undefined): boolean {
  for (const victim of node?.pods.values() ?? []) {
    const condition = findCondition(victim.pod.status?.conditions, 'DisruptionTarget');
    if (victim.terminating && victim.priority < priority && condition?.status === 'True' && condition.reason === 'PreemptionByScheduler') return true;
  }
  return false;
}

interface Search {
  rejections: Diagnosis['rejections'];
  args: NonNullable<Profile['preemption']>;
  rejected(rejection: Rejection): void;
}

/** Walks over the nodes where evicting may help, from a random one on, until there are enough to choose from. */
function findCandidates(pod: PodInfo, { rejections, args, rejected }: Search, context: PreemptionContext): Candidate[] {
  const { snapshot, random } = context;
  const nodes = snapshot.nodes.filter(({ name }) => rejections.get(name)?.resolvable);
  const enough = Math.max(args.minCandidateNodesAbsolute, Math.floor((snapshot.nodes.length * args.minCandidateNodesPercentage) / 100));
  const offset = Math.floor(random.next() * nodes.length);
  const candidates: Candidate[] = [];
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[(offset + i) % nodes.length];
    const found = node && victimsOn(pod, node, context);
    if (!found) continue;
    if ('victims' in found) candidates.push(found);
    else rejected(found);
    if (candidates.length >= enough && candidates.some(({ violations }) => violations === 0)) break;
  }
  return candidates;
}
