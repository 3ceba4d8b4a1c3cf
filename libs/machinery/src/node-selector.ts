/** Node selectors (core/v1 NodeSelector): terms are alternatives, the requirements within one must all hold. */
export interface NodeSelectorRequirementLike {
  key: string;
  operator: string;
  values?: string[];
}

export interface NodeSelectorTermLike {
  matchExpressions?: NodeSelectorRequirementLike[];
  matchFields?: NodeSelectorRequirementLike[];
}

/** What the requirements look at. */
export interface SelectableNode {
  name: string;
  labels: Readonly<Record<string, string>>;
}

/** No terms match nothing; a term without requirements matches nothing either. */
export function matchesNodeSelectorTerms(terms: readonly NodeSelectorTermLike[], node: SelectableNode): boolean {
  return terms.some((term) => matchesNodeSelectorTerm(term, node));
}

export function matchesNodeSelectorTerm(term: NodeSelectorTermLike, node: SelectableNode): boolean {
  const { matchExpressions = [], matchFields = [] } = term;
  if (!matchExpressions.length && !matchFields.length) return false;
  return (
    matchExpressions.every((requirement) => holds(requirement, node.labels[requirement.key])) &&
    // metadata.name is the only field there is.
    matchFields.every((requirement) => holds(requirement, requirement.key === 'metadata.name' ? node.name : undefined))
  );
}

function holds({ operator, values = [] }: NodeSelectorRequirementLike, actual: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return actual !== undefined && values.includes(actual);
    case 'NotIn':
      return actual === undefined || !values.includes(actual);
    case 'Exists':
      return actual !== undefined;
    case 'DoesNotExist':
      return actual === undefined;
    case 'Gt':
      return compare(actual, values[0], (a, b) => a > b);
    case 'Lt':
      return compare(actual, values[0], (a, b) => a < b);
    default:
      return false;
  }
}

function compare(actual: string | undefined, bound: string | undefined, test: (a: bigint, b: bigint) => boolean): boolean {
  const integer = /^-?\d+$/;
  if (actual === undefined || bound === undefined || !integer.test(actual) || !integer.test(bound)) return false;
  return test(BigInt(actual), BigInt(bound));
}

interface NodeAffinityLike {
  requiredDuringSchedulingIgnoredDuringExecution?: { nodeSelectorTerms: NodeSelectorTermLike[] };
}

/** Does a pod's nodeSelector and required node affinity allow the node? */
export function matchesPodNodeSelection(
  spec: { nodeSelector?: Record<string, string>; affinity?: { nodeAffinity?: NodeAffinityLike } } | undefined,
  node: SelectableNode,
): boolean {
  for (const [key, value] of Object.entries(spec?.nodeSelector ?? {})) {
    if (node.labels[key] !== value) return false;
  }
  const required = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return !required || matchesNodeSelectorTerms(required.nodeSelectorTerms, node);
}
