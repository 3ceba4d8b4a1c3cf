import type { PolicyRule, SubjectRulesReviewStatus } from '@typernetes/api';

/** Rules in the two lists of the API. `incomplete`: why there may be more. */
export function rulesStatus(rules: readonly PolicyRule[], incomplete?: string): SubjectRulesReviewStatus {
  return {
    resourceRules: rules
      .filter(({ resources }) => resources?.length)
      .map(({ verbs, apiGroups = [], resources = [], resourceNames }) => ({ verbs, apiGroups, resources, ...(resourceNames?.length ? { resourceNames } : {}) })),
    nonResourceRules: rules.filter(({ nonResourceURLs }) => nonResourceURLs?.length).map(({ verbs, nonResourceURLs = [] }) => ({ verbs, nonResourceURLs })),
    incomplete: incomplete !== undefined,
    ...(incomplete ? { evaluationError: incomplete } : {}),
  };
}
