import type { MatchResources, Namespace, NamedRuleWithOperations } from '@typernetes/api';
import type { AdmissionContext } from '../../pipeline/admission';
import { isAsked, matchesRule } from '../webhooks/matching';

const matchesNamed = (rule: NamedRuleWithOperations, context: AdmissionContext): boolean =>
  matchesRule(rule, context) && (!rule.resourceNames?.length || rule.resourceNames.includes(context.name));

/** Whether a policy or a binding is about a write. Without rules (a binding) everything counts that is not excluded. */
export function isAbout({ resourceRules, excludeResourceRules = [], namespaceSelector, objectSelector }: MatchResources, context: AdmissionContext, namespaceOf: (name: string) => Namespace | undefined): boolean {
  if (excludeResourceRules.some((rule) => matchesNamed(rule, context))) return false;
  if (resourceRules?.length && !resourceRules.some((rule) => matchesNamed(rule, context))) return false;
  const any = [{ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'] }];
  return isAsked({ rules: any, namespaceSelector, objectSelector }, context, namespaceOf);
}
