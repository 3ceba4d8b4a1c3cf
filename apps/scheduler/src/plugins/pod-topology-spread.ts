import type { TopologySpreadConstraint } from '@typernetes/api';
import { firstUntoleratedTaint, labelSelectorOf, matchesPodNodeSelection, selectorFromObject } from '@typernetes/machinery';
import type { LabelSelector } from '@typernetes/machinery';
import type { PluginArgs } from '../config/plugin-args';
import type { DomainCounter } from '../cache/domain-counter';
import { always } from '../framework/cluster-event';
import type { NodeInfo } from '../framework/node-info';
import type { NodeFilter, NodeScorer, Rejection, SchedulerPlugin } from '../framework/plugin';
import { scoreMax } from '../framework/plugin';
import type { PodInfo } from '../framework/pod-info';
import type { Snapshot } from '../framework/snapshot';
import { defaultSelector } from './default-selector';

interface Constraint {
  topologyKey: string;
  maxSkew: number;
  minDomains: number;
  selector: LabelSelector;
  honorsAffinity: boolean;
  honorsTaints: boolean;
}

const hostname = 'kubernetes.io/hostname';

type Args = PluginArgs['PodTopologySpread'];

/** What upstream calls system defaulting: spread what Services and controllers hold together, softly. */
const systemDefaults: readonly TopologySpreadConstraint[] = [
  { topologyKey: hostname, maxSkew: 3, whenUnsatisfiable: 'ScheduleAnyway' },
  { topologyKey: 'topology.kubernetes.io/zone', maxSkew: 5, whenUnsatisfiable: 'ScheduleAnyway' },
];

/**
 * Spreads pods that belong together over nodes, zones and other domains (KEP-895). Hard constraints filter, soft ones
 * score; a pod without constraints gets the system's defaults, which is how a Service's pods land on different nodes.
 */
export const podTopologySpread = (args: Args): SchedulerPlugin => ({
  name: 'PodTopologySpread',
  hints: {
    NodeAdd: always,
    // With it the emptiest domain may go.
    NodeDelete: always,
    NodeUpdateLabel: always,
    NodeUpdateTaint: ({ pod }) => (pod.spec?.topologySpreadConstraints ?? []).some(({ nodeTaintsPolicy }) => nodeTaintsPolicy === 'Honor'),
    AssignedPodAdd: (waiting, { pod }) => countsAmong(waiting, pod),
    AssignedPodUpdate: (waiting, { pod, before }) => countsAmong(waiting, pod) || countsAmong(waiting, before),
    AssignedPodDelete: (waiting, { pod }) => countsAmong(waiting, pod),
  },
  prepareFilter(pod, snapshot) {
    const constraints = constraintsOf(pod, snapshot, 'DoNotSchedule', args);
    return constraints.length ? spreadFilter(pod, snapshot, constraints) : undefined;
  },
  prepareScore(pod, snapshot, feasible) {
    const constraints = constraintsOf(pod, snapshot, 'ScheduleAnyway', args);
    const requireAllKeys = hasOwn(pod) || args.defaultingType === 'List';
    return constraints.length ? spreadScorer({ pod, snapshot, feasible, constraints, requireAllKeys }) : undefined;
  },
});

/** Does the other pod weigh in a hard constraint of the one that waits? With constraints of the profile, any pod of its namespace may. */
function countsAmong(waiting: PodInfo, { namespace, labels }: PodInfo): boolean {
  if (namespace !== waiting.namespace) return false;
  return !hasOwn(waiting) || declaredConstraints(waiting, 'DoNotSchedule').some(({ selector }) => selector.matches(labels));
}

type WhenUnsatisfiable = 'DoNotSchedule' | 'ScheduleAnyway';

const hasOwn = ({ pod }: PodInfo): boolean => (pod.spec?.topologySpreadConstraints ?? []).length > 0;

function constraintsOf(pod: PodInfo, snapshot: Snapshot, when: WhenUnsatisfiable, args: Args): Constraint[] {
  return hasOwn(pod) ? declaredConstraints(pod, when) : defaultConstraints(pod, snapshot, when, args);
}

function declaredConstraints(pod: PodInfo, whenUnsatisfiable: string): Constraint[] {
  return (pod.pod.spec?.topologySpreadConstraints ?? [])
    .filter((constraint) => constraint.whenUnsatisfiable === whenUnsatisfiable)
    .map((constraint) => ({ ...resolved(constraint), selector: selectorWithMatchLabelKeys(constraint, pod) }));
}

const resolved = ({ topologyKey, maxSkew, minDomains = 1, nodeAffinityPolicy, nodeTaintsPolicy }: TopologySpreadConstraint): Omit<Constraint, 'selector'> => ({
  topologyKey,
  maxSkew,
  minDomains,
  honorsAffinity: nodeAffinityPolicy !== 'Ignore',
  honorsTaints: nodeTaintsPolicy === 'Honor',
});

/** The values of matchLabelKeys come from the pod itself (KEP-3243). */
function selectorWithMatchLabelKeys({ labelSelector, matchLabelKeys = [] }: TopologySpreadConstraint, pod: PodInfo): LabelSelector {
  const selector = selectorFromObject(labelSelector);
  const own = matchLabelKeys.flatMap((key) => {
    const value = pod.labels[key];
    return value === undefined ? [] : [{ key, operator: 'in' as const, values: [value] }];
  });
  return own.length ? labelSelectorOf([...selector.requirements, ...own]) : selector;
}

function defaultConstraints(pod: PodInfo, snapshot: Snapshot, when: WhenUnsatisfiable, args: Args): Constraint[] {
  const wanted = (args.defaultingType === 'System' ? systemDefaults : args.defaultConstraints).filter(({ whenUnsatisfiable }) => whenUnsatisfiable === when);
  if (!wanted.length) return [];
  const selector = defaultSelector(pod, snapshot);
  if (!selector) return [];
  return wanted.map((constraint) => ({ ...resolved(constraint), selector }));
}

function countsFor(constraint: Constraint, pod: PodInfo, node: NodeInfo): boolean {
  if (constraint.honorsAffinity && !matchesPodNodeSelection(pod.pod.spec, node)) return false;
  return !constraint.honorsTaints || !firstUntoleratedTaint(node.taints, pod.pod.spec?.tolerations ?? [], ['NoSchedule', 'NoExecute']);
}

/** Pods that count. Pods on their way out no longer do. */
function counterOf({ selector }: Constraint, pod: PodInfo, snapshot: Snapshot): DomainCounter {
  return snapshot.matching([{ namespaces: new Set([pod.namespace]), namespaceSelector: undefined, selector }], false);
}

/** Do all nodes count for all constraints? Then what the index keeps is the answer, and no node has to be looked at. */
function countsEverywhere(pod: PodInfo, snapshot: Snapshot, constraints: readonly Constraint[]): boolean {
  const { nodeSelector, affinity } = pod.pod.spec ?? {};
  const isSelective = nodeSelector !== undefined || affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution !== undefined;
  return constraints.every(({ topologyKey, honorsAffinity, honorsTaints }) => {
    if (honorsTaints || (honorsAffinity && isSelective)) return false;
    let labelled = 0;
    for (const nodes of snapshot.nodesByDomain(topologyKey).values()) labelled += nodes;
    return labelled === snapshot.nodes.length;
  });
}

interface DomainCounts {
  counts: ReadonlyMap<string, number>;
  domains: number;
  /** Of the domain with the fewest. */
  lowest: number;
}

function allDomains(constraint: Constraint, pod: PodInfo, snapshot: Snapshot): DomainCounts {
  const counts = counterOf(constraint, pod, snapshot).byDomain(constraint.topologyKey);
  const domains = snapshot.nodesByDomain(constraint.topologyKey).size;
  return { counts, domains, lowest: counts.size < domains ? 0 : lowestOf(counts) };
}

function eligibleDomains(constraint: Constraint, pod: PodInfo, snapshot: Snapshot, nodes: readonly NodeInfo[]): DomainCounts {
  const counts = countByDomain(constraint, pod, snapshot, nodes);
  return { counts, domains: counts.size, lowest: lowestOf(counts) };
}

function lowestOf(counts: ReadonlyMap<string, number>): number {
  let lowest = Infinity;
  for (const count of counts.values()) lowest = Math.min(lowest, count);
  return lowest;
}

/** Matching pods per domain, over the nodes that have all keys and count for the pod. */
function countByDomain(constraint: Constraint, pod: PodInfo, snapshot: Snapshot, nodes: readonly NodeInfo[]): Map<string, number> {
  const { byNode } = counterOf(constraint, pod, snapshot);
  const byDomain = new Map<string, number>();
  for (const node of nodes) {
    const domain = node.labels[constraint.topologyKey];
    if (domain === undefined || !countsFor(constraint, pod, node)) continue;
    byDomain.set(domain, (byDomain.get(domain) ?? 0) + (byNode.get(node.name) ?? 0));
  }
  return byDomain;
}

const rejected = (reason: string, resolvable: boolean): Rejection => ({ plugin: 'PodTopologySpread', reasons: [reason], resolvable });
const skewed = rejected("node(s) didn't match pod topology spread constraints", true);
const unlabelled = rejected("node(s) didn't match pod topology spread constraints (missing required label)", false);

function spreadFilter(pod: PodInfo, snapshot: Snapshot, constraints: Constraint[]): NodeFilter {
  const everywhere = countsEverywhere(pod, snapshot, constraints);
  const nodes = everywhere ? [] : snapshot.nodes.filter((node) => constraints.every(({ topologyKey }) => topologyKey in node.labels));
  const prepared = constraints.map((constraint) => {
    const { counts, domains, lowest } = everywhere ? allDomains(constraint, pod, snapshot) : eligibleDomains(constraint, pod, snapshot, nodes);
    const self = constraint.selector.matches(pod.labels) ? 1 : 0;
    // With fewer domains than wanted the emptiest one counts as empty (KEP-3022).
    return { constraint, byDomain: counts, lowest: domains < constraint.minDomains ? 0 : lowest, self };
  });
  return (node) => {
    for (const { constraint, byDomain, lowest, self } of prepared) {
      const domain = node.labels[constraint.topologyKey];
      if (domain === undefined) return unlabelled;
      if ((byDomain.get(domain) ?? 0) + self - lowest > constraint.maxSkew) return skewed;
    }
    return undefined;
  };
}

interface SpreadScoring {
  pod: PodInfo;
  snapshot: Snapshot;
  feasible: readonly NodeInfo[];
  constraints: Constraint[];
  /** Nodes without one of the keys score nothing; with the system's defaults they just lack that constraint. */
  requireAllKeys: boolean;
}

function spreadScorer({ pod, snapshot, feasible, constraints, requireAllKeys }: SpreadScoring): NodeScorer {
  const hasKeys = (node: NodeInfo): boolean => constraints.every(({ topologyKey }) => topologyKey in node.labels);
  const ignored = new Set(requireAllKeys ? feasible.filter((node) => !hasKeys(node)) : []);
  const everywhere = countsEverywhere(pod, snapshot, constraints);
  const nodes = requireAllKeys && !everywhere ? snapshot.nodes.filter(hasKeys) : snapshot.nodes;
  const prepared = constraints.map((constraint) => {
    const byDomain = everywhere ? counterOf(constraint, pod, snapshot).byDomain(constraint.topologyKey) : countByDomain(constraint, pod, snapshot, nodes);
    const domains = new Set(feasible.filter((node) => !ignored.has(node)).map((node) => node.labels[constraint.topologyKey]));
    // The more domains, the less one pod more or less in a domain means; the logarithm makes up for it.
    return { constraint, byDomain, weight: Math.log(domains.size + 2) };
  });
  const raw = (node: NodeInfo): number => {
    if (ignored.has(node)) return Number.NaN;
    let sum = 0;
    for (const { constraint, byDomain, weight } of prepared) {
      const domain = node.labels[constraint.topologyKey];
      if (domain !== undefined) sum += (byDomain.get(domain) ?? 0) * weight + (constraint.maxSkew - 1);
    }
    return Math.round(sum);
  };
  return { score: raw, normalize: normalizeSpread };
}

/** Fewer matching pods score higher; NaN marks nodes outside of the comparison, which get nothing. */
function normalizeSpread(scores: number[]): void {
  const compared = scores.filter((score) => !Number.isNaN(score));
  const lowest = Math.min(...compared);
  const highest = Math.max(...compared);
  scores.forEach((score, i) => {
    if (Number.isNaN(score)) scores[i] = 0;
    else scores[i] = highest === 0 ? scoreMax : Math.floor((scoreMax * (highest + lowest - score)) / highest);
  });
}
