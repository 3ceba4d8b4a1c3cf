import type { AffinityTerm, AffinityTerms, PodQuery } from '../framework/affinity-term';
import { matchesQuery, queryKey } from '../framework/affinity-term';
import type { PodInfo } from '../framework/pod-info';
import type { Labels } from './domain-counter';
import { DomainCounter } from './domain-counter';

/** Questions whose answers are kept up to date; the one asked longest ago goes first. One per template of pods is usual. */
const countersMax = 256;

export interface PlacedPodView {
  readonly info: PodInfo;
  readonly nodeName: string;
}

/** Pods that one term of (anti-)affinity is declared by. */
export interface TermHolders {
  readonly term: AffinityTerm;
  readonly counter: DomainCounter;
}

interface Question {
  /** All of them must match a pod. */
  readonly queries: readonly PodQuery[];
  readonly countsTerminating: boolean;
  readonly counter: DomainCounter;
}

export interface PodIndexSource {
  nodeLabels(node: string): Labels;
  namespaceLabels(namespace: string): Labels;
  placed(): Iterable<PlacedPodView>;
}

/**
 * Which placed pods match a selector, and which declare what affinity, by topology domain. A first question walks over
 * all pods; from then on its answer follows each pod that comes or goes.
 */
export class PodIndex {
  private readonly questions = new Map<string, Question>();
  private readonly holders: Record<keyof AffinityTerms, Map<string, TermHolders>> = {
    required: new Map(),
    requiredAnti: new Map(),
    preferred: new Map(),
    preferredAnti: new Map(),
  };

  constructor(private readonly source: PodIndexSource) {}

  /** Placed pods that match all `queries`. */
  matching(queries: readonly PodQuery[], countsTerminating = true): DomainCounter {
    const key = `${countsTerminating} ${queries.map(queryKey).join(' & ')}`;
    let question = this.questions.get(key);
    if (question) this.questions.delete(key);
    else question = this.answer(queries, countsTerminating);
    this.questions.set(key, question);
    if (this.questions.size > countersMax) {
      for (const oldest of this.questions.keys()) {
        this.questions.delete(oldest);
        break;
      }
    }
    return question.counter;
  }

  /** Terms that placed pods declare, each once with all its pods. */
  terms(kind: keyof AffinityTerms): Iterable<TermHolders> {
    return this.holders[kind].values();
  }

  /** `change` is 1 for a pod that came and -1 for one that went. */
  count(pod: PlacedPodView, change: 1 | -1): void {
    for (const question of this.questions.values()) {
      if (this.concerns(question, pod.info)) question.counter.add(pod.nodeName, change);
    }
    const { affinity } = pod.info;
    for (const kind of ['required', 'requiredAnti', 'preferred', 'preferredAnti'] as const) {
      for (const term of affinity[kind]) this.countTerm(this.holders[kind], term, { node: pod.nodeName, change });
    }
  }

  nodeRelabelled(node: string, before: Labels, after: Labels): void {
    for (const { counter } of this.questions.values()) counter.relabelled(node, before, after);
    for (const holders of Object.values(this.holders)) {
      for (const { counter } of holders.values()) counter.relabelled(node, before, after);
    }
  }

  /** Answers that looked at labels of namespaces are void. */
  namespaceRelabelled(): void {
    for (const [key, { queries }] of this.questions) {
      if (queries.some(({ namespaceSelector }) => namespaceSelector)) this.questions.delete(key);
    }
  }

  private answer(queries: readonly PodQuery[], countsTerminating: boolean): Question {
    const question: Question = { queries, countsTerminating, counter: this.newCounter() };
    for (const { info, nodeName } of this.source.placed()) {
      if (this.concerns(question, info)) question.counter.add(nodeName, 1);
    }
    return question;
  }

  private concerns({ queries, countsTerminating }: Question, info: PodInfo): boolean {
    if (info.terminating && !countsTerminating) return false;
    return queries.every((query) => matchesQuery(query, info, (namespace) => this.source.namespaceLabels(namespace)));
  }

  private countTerm(holders: Map<string, TermHolders>, term: AffinityTerm, { node, change }: { node: string; change: number }): void {
    let entry = holders.get(term.key);
    if (!entry) holders.set(term.key, (entry = { term, counter: this.newCounter() }));
    entry.counter.add(node, change);
    if (entry.counter.total === 0) holders.delete(term.key);
  }

  private newCounter(): DomainCounter {
    return new DomainCounter((node) => this.source.nodeLabels(node));
  }
}
