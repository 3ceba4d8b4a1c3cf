import type { PolicyRule } from '@typernetes/api';
import type { AuthorizationAttributes } from '../../pipeline/authorizer';
import { ruleAllows } from './rule-allows';

/** One thing that a rule allows: rules are compared piece by piece. */
interface Piece {
  readonly attributes: AuthorizationAttributes;
  readonly rule: PolicyRule;
}

function* piecesOf(rule: PolicyRule): Generator<Piece> {
  for (const verb of rule.verbs) {
    for (const path of rule.nonResourceURLs ?? []) {
      yield { attributes: { type: 'path', verb, path }, rule: { verbs: [verb], nonResourceURLs: [path] } };
    }
    for (const group of rule.apiGroups ?? []) {
      for (const full of rule.resources ?? []) yield* piecesOfResource(rule, { verb, group, full });
    }
  }
}

function* piecesOfResource({ resourceNames = [] }: PolicyRule, { verb, group, full }: { verb: string; group: string; full: string }): Generator<Piece> {
  const [resource = '', subresource = ''] = full.split('/');
  for (const name of resourceNames.length > 0 ? resourceNames : ['']) {
    yield {
      attributes: { type: 'resource', verb, group, version: '*', resource, subresource, namespace: '', name },
      rule: { verbs: [verb], apiGroups: [group], resources: [full], ...(name ? { resourceNames: [name] } : {}) },
    };
  }
}

/** What of `wanted` none of the `owned` rules allows, in single pieces. Nobody gives away more than they have (RBAC "escalation"). */
export function uncoveredRules(owned: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  return wanted.flatMap((rule) =>
    [...piecesOf(rule)].filter(({ attributes }) => !owned.some((candidate) => ruleAllows(candidate, attributes))).map((piece) => piece.rule),
  );
}

/** Whether `owned` allows all that `wanted` allows. */
export const coversRule = (owned: readonly PolicyRule[], wanted: PolicyRule): boolean => uncoveredRules(owned, [wanted]).length === 0;
