import { resources, type KindDefinition, type Namespace, type RuleWithOperations } from '@typernetes/api';
import { selectorFromObject, type KubernetesObject, type LabelSelectorObject } from '@typernetes/machinery';
import type { AdmissionContext } from '../../pipeline/admission';

/** What of a webhook decides whether it is asked. */
export interface Matcher {
  readonly rules?: readonly RuleWithOperations[];
  readonly namespaceSelector?: LabelSelectorObject;
  readonly objectSelector?: LabelSelectorObject;
}

type Asked = Pick<AdmissionContext, 'kind' | 'namespace' | 'object' | 'operation' | 'previous' | 'subresource'>;

const names = (list: readonly string[] | undefined, wanted: string): boolean => list?.some((name) => name === '*' || name === wanted) ?? false;

/** `pods`, `pods/status`, `pods/*`, `*`, `*\/scale`, `*\/*` (API docs: "Matching requests: rules"). */
export function matchesResource(pattern: string, resource: string, subresource: string): boolean {
  const [wanted = '', sub = ''] = pattern.split('/');
  return (wanted === '*' || wanted === resource) && (sub === '*' || sub === subresource);
}

function matchesScope(scope: string | undefined, { namespaced, group, resource }: KindDefinition): boolean {
  // A namespace lies in no namespace.
  const isNamespaced = namespaced && !(group === '' && resource === 'namespaces');
  return scope === undefined || scope === '*' || (scope === 'Namespaced') === isNamespaced;
}

/** Whether a rule speaks of this write. */
export function matchesRule(rule: RuleWithOperations, { kind, operation, subresource }: Asked): boolean {
  return (
    names(rule.operations, operation) &&
    names(rule.apiGroups, kind.group) &&
    names(rule.apiVersions, kind.version) &&
    (rule.resources ?? []).some((pattern) => matchesResource(pattern, kind.resource, subresource)) &&
    matchesScope(rule.scope, kind)
  );
}

const isEmpty = (selector: LabelSelectorObject | undefined): boolean => Object.keys(selector?.matchLabels ?? {}).length + (selector?.matchExpressions?.length ?? 0) === 0;

/** What decides about admission is no business of admission by others: a wrong one could not be taken back. */
const exempt: ReadonlySet<string> = new Set(
  [
    resources.mutatingWebhookConfigurations,
    resources.validatingWebhookConfigurations,
    resources.validatingAdmissionPolicies,
    resources.validatingAdmissionPolicyBindings,
    resources.mutatingAdmissionPolicies,
    resources.mutatingAdmissionPolicyBindings,
  ].map(({ resource }) => resource),
);

function matchesNamespace(selector: LabelSelectorObject | undefined, asked: Asked, namespaceOf: (name: string) => Namespace | undefined): boolean {
  if (isEmpty(selector)) return true;
  const { kind, namespace, object, previous } = asked;
  const isNamespace = kind.group === '' && kind.resource === 'namespaces';
  if (!isNamespace && !kind.namespaced) return true;
  const subject: KubernetesObject | undefined = isNamespace ? (object ?? previous) : namespaceOf(namespace);
  return selectorFromObject(selector).matches(subject?.metadata?.labels);
}

function matchesObject(selector: LabelSelectorObject | undefined, { object, previous }: Asked): boolean {
  if (isEmpty(selector)) return true;
  const parsed = selectorFromObject(selector);
  return [object, previous].some((one) => one !== undefined && parsed.matches(one.metadata?.labels));
}

/** Whether a webhook or a policy is to be asked about a write, as far as rules and selectors say. */
export function isAsked(matcher: Matcher, asked: Asked, namespaceOf: (name: string) => Namespace | undefined): boolean {
  const { kind } = asked;
  if (kind.group === resources.mutatingWebhookConfigurations.group && exempt.has(kind.resource)) return false;
  return (
    (matcher.rules ?? []).some((rule) => matchesRule(rule, asked)) &&
    matchesNamespace(matcher.namespaceSelector, asked, namespaceOf) &&
    matchesObject(matcher.objectSelector, asked)
  );
}
