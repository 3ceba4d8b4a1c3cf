import type { DomainCounter } from '../cache/domain-counter';
import type { AffinityTerm } from '../framework/affinity-term';
import { matchesQuery } from '../framework/affinity-term';
import { always } from '../framework/cluster-event';
import type { NodeInfo } from '../framework/node-info';
import type { NodeFilter, Rejection, SchedulerPlugin } from '../framework/plugin';
import { scoreMax } from '../framework/plugin';
import type { PluginArgs } from '../config/plugin-args';
import type { PodInfo } from '../framework/pod-info';
import type { Snapshot } from '../framework/snapshot';

type Args = PluginArgs['InterPodAffinity'];

const rejected = (reason: string, resolvable: boolean): Rejection => ({ plugin: 'InterPodAffinity', reasons: [reason], resolvable });
const noAffinity = rejected("node(s) didn't match pod affinity rules", false);
const antiAffinity = rejected("node(s) didn't match pod anti-affinity rules", true);
const othersAntiAffinity = rejected("node(s) didn't satisfy existing pods anti-affinity rules", true);

/** Counts of one term, by domain. */
interface DomainCounts {
  topologyKey: string;
  counts: ReadonlyMap<string, number>;
}

/**
 * Pods near, or far from, other pods. Anti-affinity holds both ways: a placed pod keeps away others too. Costs as much as
 * there are different terms, not pods or nodes: the index counts pods by term and domain.
 */
export const interPodAffinity = (args: Args): SchedulerPlugin => ({
  name: 'InterPodAffinity',
  hints: {
    NodeAdd: hasKeys,
    NodeUpdateLabel: hasKeys,
    NamespaceUpdate: always,
    AssignedPodAdd: ({ affinity }, { pod }) => affinity.required.some((term) => mayConcern(term, pod)),
    AssignedPodUpdate: ({ affinity }, { pod, before }) =>
      affinity.required.some((term) => mayConcern(term, pod)) || affinity.requiredAnti.some((term) => mayConcern(term, before) && !mayConcern(term, pod)),
    // Without any like it left, the first of a group may go anywhere.
    AssignedPodDelete: (waiting, { pod }) =>
      [...waiting.affinity.required, ...waiting.affinity.requiredAnti].some((term) => mayConcern(term, pod)) || pod.affinity.requiredAnti.some((term) => mayConcern(term, waiting)),
  },
  prepareFilter(pod, snapshot) {
    const checks = [affinityCheck(pod, snapshot), antiAffinityCheck(pod, snapshot), othersAntiAffinityCheck(pod, snapshot)].filter((check) => check !== undefined);
    if (!checks.length) return undefined;
    return (node) => {
      for (const check of checks) {
        const rejection = check(node);
        if (rejection) return rejection;
      }
      return undefined;
    };
  },
  prepareScore(pod, snapshot) {
    const weighed = weighedCounts(pod, snapshot, args);
    if (!weighed.length) return undefined;
    return {
      score: (node) => weighed.reduce((sum, { weight, ...counts }) => sum + weight * countAt(node, counts), 0),
      normalize: normalizeRange,
    };
  },
});

/** By the labels alone: which namespaces a selector of namespaces means is not asked here. */
const mayConcern = (term: AffinityTerm, { namespace, labels }: PodInfo): boolean =>
  (term.namespaceSelector !== undefined || term.namespaces.has(namespace)) && term.selector.matches(labels);

const hasKeys = ({ affinity }: PodInfo, { node }: { node: NodeInfo }): boolean => affinity.required.every(({ topologyKey }) => topologyKey in node.labels);

function countAt({ labels }: NodeInfo, { topologyKey, counts }: DomainCounts): number {
  const domain = labels[topologyKey];
  return domain === undefined ? 0 : (counts.get(domain) ?? 0);
}

const isNear = (node: NodeInfo, counts: DomainCounts): boolean => countAt(node, counts) > 0;
const countsOf = (counter: DomainCounter, topologyKey: string): DomainCounts => ({ topologyKey, counts: counter.byDomain(topologyKey) });

/** A pod fulfils required affinity when it matches all the terms. The first of a group that wants its own kind goes anywhere. */
function affinityCheck(pod: PodInfo, snapshot: Snapshot): NodeFilter | undefined {
  const terms = pod.affinity.required;
  if (!terms.length) return undefined;
  const counter = snapshot.matching(terms);
  const prepared = terms.map(({ topologyKey }) => countsOf(counter, topologyKey));
  const isFirst = prepared.every(({ counts }) => counts.size === 0) && terms.every((term) => concerns(term, pod, snapshot));
  return (node) => {
    if (terms.some(({ topologyKey }) => node.labels[topologyKey] === undefined)) return noAffinity;
    return isFirst || prepared.every((counts) => isNear(node, counts)) ? undefined : noAffinity;
  };
}

function antiAffinityCheck(pod: PodInfo, snapshot: Snapshot): NodeFilter | undefined {
  const prepared = pod.affinity.requiredAnti.map((term) => countsOf(snapshot.matching([term]), term.topologyKey)).filter(({ counts }) => counts.size);
  if (!prepared.length) return undefined;
  return (node) => (prepared.some((counts) => isNear(node, counts)) ? antiAffinity : undefined);
}

function othersAntiAffinityCheck(pod: PodInfo, snapshot: Snapshot): NodeFilter | undefined {
  const prepared: DomainCounts[] = [];
  for (const { term, counter } of snapshot.terms('requiredAnti')) {
    if (concerns(term, pod, snapshot)) prepared.push(countsOf(counter, term.topologyKey));
  }
  if (!prepared.length) return undefined;
  return (node) => (prepared.some((counts) => isNear(node, counts)) ? othersAntiAffinity : undefined);
}

const concerns = (term: AffinityTerm, pod: PodInfo, snapshot: Snapshot): boolean =>
  matchesQuery(term, pod, (namespace) => snapshot.namespaceLabels(namespace));

type Weighed = DomainCounts & { weight: number };

/** What the pod prefers, and what placed pods prefer (or require, which counts a little) of it. */
function weighedCounts(pod: PodInfo, snapshot: Snapshot, { hardPodAffinityWeight, ignorePreferredTermsOfExistingPods }: Args): Weighed[] {
  const own = (terms: readonly AffinityTerm[], sign: 1 | -1): Weighed[] =>
    terms.map((term) => ({ ...countsOf(snapshot.matching([term]), term.topologyKey), weight: sign * term.weight }));
  const others = (kind: 'required' | 'preferred' | 'preferredAnti', weightOf: (term: AffinityTerm) => number): Weighed[] =>
    [...snapshot.terms(kind)]
      .filter(({ term }) => concerns(term, pod, snapshot))
      .map(({ term, counter }) => ({ ...countsOf(counter, term.topologyKey), weight: weightOf(term) }));
  const isIgnoring = ignorePreferredTermsOfExistingPods && !pod.affinity.preferred.length && !pod.affinity.preferredAnti.length;
  return [
    ...own(pod.affinity.preferred, 1),
    ...own(pod.affinity.preferredAnti, -1),
    ...(hardPodAffinityWeight > 0 ? others('required', () => hardPodAffinityWeight) : []),
    ...(isIgnoring ? [] : others('preferred', ({ weight }) => weight)),
    ...(isIgnoring ? [] : others('preferredAnti', ({ weight }) => -weight)),
  ].filter(({ counts }) => counts.size > 0);
}

/** The worst becomes 0 and the best 100; nothing when all are equal. */
function normalizeRange(scores: number[]): void {
  let lowest = Infinity;
  let highest = -Infinity;
  for (const score of scores) {
    lowest = Math.min(lowest, score);
    highest = Math.max(highest, score);
  }
  const range = highest - lowest;
  scores.forEach((score, i) => (scores[i] = range > 0 ? Math.floor((scoreMax * (score - lowest)) / range) : 0));
}
