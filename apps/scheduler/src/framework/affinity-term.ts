import type { Pod, PodAffinityTerm } from '@typernetes/api';
import type { LabelRequirement, LabelSelector } from '@typernetes/machinery';
import { labelSelectorOf, noLabelSelector, selectorFromObject } from '@typernetes/machinery';

type LabelsOfNamespace = (namespace: string) => Readonly<Record<string, string>>;

/** Which pods a rule is about: some namespaces (by name, or by label), and a selector within them. */
export interface PodQuery {
  readonly namespaces: ReadonlySet<string>;
  /** Absent: only the names count. */
  readonly namespaceSelector: LabelSelector | undefined;
  readonly selector: LabelSelector;
}

/** A term of pod (anti-)affinity, as API documentation of PodAffinityTerm reads, worked out once per pod. */
export interface AffinityTerm extends PodQuery {
  /** Equal for terms that mean the same: pods of one template share what is counted for them. */
  readonly key: string;
  readonly topologyKey: string;
  /** 1 to 100; 0 for required terms. */
  readonly weight: number;
}

export interface AffinityTerms {
  readonly required: readonly AffinityTerm[];
  readonly requiredAnti: readonly AffinityTerm[];
  readonly preferred: readonly AffinityTerm[];
  readonly preferredAnti: readonly AffinityTerm[];
}

export const noAffinityTerms: AffinityTerms = { required: [], requiredAnti: [], preferred: [], preferredAnti: [] };

export function affinityTermsOf({ metadata, spec }: Pod): AffinityTerms {
  const { podAffinity, podAntiAffinity } = spec?.affinity ?? {};
  if (!podAffinity && !podAntiAffinity) return noAffinityTerms;
  const own = { namespace: metadata?.namespace ?? '', labels: metadata?.labels ?? {} };
  const required = (terms: readonly PodAffinityTerm[] = []): AffinityTerm[] => terms.map((term) => termOf(term, 0, own));
  const preferred = (terms: readonly { weight: number; podAffinityTerm: PodAffinityTerm }[] = []): AffinityTerm[] =>
    terms.map(({ weight, podAffinityTerm }) => termOf(podAffinityTerm, weight, own));
  return {
    required: required(podAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    requiredAnti: required(podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    preferred: preferred(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution),
    preferredAnti: preferred(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution),
  };
}

interface Owner {
  namespace: string;
  labels: Readonly<Record<string, string>>;
}

function termOf(term: PodAffinityTerm, weight: number, own: Owner): AffinityTerm {
  const names = term.namespaces ?? [];
  const namespaces = new Set(!names.length && !term.namespaceSelector ? [own.namespace] : names);
  const namespaceSelector = term.namespaceSelector && selectorFromObject(term.namespaceSelector);
  const query: PodQuery = { namespaces, namespaceSelector, selector: selectorOf(term, own) };
  return { ...query, topologyKey: term.topologyKey, weight, key: `${weight} ${term.topologyKey} ${queryKey(query)}` };
}

/** (mis)matchLabelKeys take the values of the pod itself (KEP-3633); no selector at all matches no pod. */
function selectorOf({ labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] }: PodAffinityTerm, { labels }: Owner): LabelSelector {
  if (!labelSelector) return noLabelSelector;
  const own = (keys: readonly string[], operator: 'in' | 'notin'): LabelRequirement[] =>
    keys.flatMap((key) => (labels[key] === undefined ? [] : [{ key, operator, values: [labels[key]] }]));
  const selector = selectorFromObject(labelSelector);
  const more = [...own(matchLabelKeys, 'in'), ...own(mismatchLabelKeys, 'notin')];
  return more.length ? labelSelectorOf([...selector.requirements, ...more]) : selector;
}

/** Equal for queries that mean the same. */
export function queryKey({ namespaces, namespaceSelector, selector }: PodQuery): string {
  const none = selector === noLabelSelector ? '!' : '';
  return `[${[...namespaces].sort().join()}] [${namespaceSelector ? `*${namespaceSelector}` : ''}] ${none}${selector}`;
}

export function matchesQuery(
  { namespaces, namespaceSelector, selector }: PodQuery,
  pod: { namespace: string; labels: Readonly<Record<string, string>> },
  labelsOf: LabelsOfNamespace,
): boolean {
  return selector.matches(pod.labels) && (namespaces.has(pod.namespace) || namespaceSelector?.matches(labelsOf(pod.namespace)) === true);
}
