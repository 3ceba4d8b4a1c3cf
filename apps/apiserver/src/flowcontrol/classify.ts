/**
 * Which flow a request is of (KEP-1040 "API Priority and Fairness", section "Request classification"): the schema that
 * decides, its priority level, and what tells this flow from others of the schema.
 */
import type { FlowSchema, FlowcontrolV1Subject, NonResourcePolicyRule, PolicyRulesWithSubjects, ResourcePolicyRule } from '@typernetes/api';

/** What classification looks at. */
export interface RequestToClassify {
  readonly user: { readonly name: string; readonly groups: readonly string[] };
  /** As authorisation names it. */
  readonly verb: string;
  readonly target:
    | { readonly type: 'resource'; readonly group: string; readonly resource: string; readonly subresource: string; readonly namespace: string }
    | { readonly type: 'path'; readonly path: string };
}

export interface Flow {
  readonly schema: FlowSchema;
  readonly priorityLevel: string;
  /** User or namespace, as the schema says; empty when all its requests are one flow. */
  readonly distinguisher: string;
}

const has = (values: readonly string[] | undefined, value: string): boolean => values?.some((one) => one === '*' || one === value) ?? false;

function isOfSubject({ kind, user, group, serviceAccount }: FlowcontrolV1Subject, who: RequestToClassify['user']): boolean {
  switch (kind) {
    case 'User':
      return user?.name === '*' || user?.name === who.name;
    case 'Group':
      return group?.name === '*' || who.groups.some((name) => name === group?.name);
    case 'ServiceAccount': {
      const prefix = `system:serviceaccount:${serviceAccount?.namespace}:`;
      return serviceAccount?.name === '*' ? who.name.startsWith(prefix) : who.name === `${prefix}${serviceAccount?.name}`;
    }
    default:
      return false;
  }
}

function matchesResource({ verbs, apiGroups, resources, namespaces, clusterScope }: ResourcePolicyRule, { verb, target }: RequestToClassify): boolean {
  if (target.type !== 'resource') return false;
  const name = target.subresource ? `${target.resource}/${target.subresource}` : target.resource;
  const isInScope = target.namespace ? has(namespaces, target.namespace) : clusterScope === true;
  return isInScope && has(verbs, verb) && has(apiGroups, target.group) && has(resources, name);
}

function matchesUrl(pattern: string, path: string): boolean {
  if (pattern === '*' || pattern === path) return true;
  return pattern.endsWith('/*') && path.startsWith(pattern.slice(0, -1));
}

function matchesPath({ verbs, nonResourceURLs }: NonResourcePolicyRule, { verb, target }: RequestToClassify): boolean {
  return target.type === 'path' && has(verbs, verb) && nonResourceURLs.some((pattern) => matchesUrl(pattern, target.path));
}

function matchesRule({ subjects, resourceRules = [], nonResourceRules = [] }: PolicyRulesWithSubjects, request: RequestToClassify): boolean {
  if (!subjects.some((subject) => isOfSubject(subject, request.user))) return false;
  return request.target.type === 'resource' ? resourceRules.some((rule) => matchesResource(rule, request)) : nonResourceRules.some((rule) => matchesPath(rule, request));
}

/** Whether a schema is for this request: one of its rules has both the subject and the target. */
export const matchesSchema = ({ spec }: FlowSchema, request: RequestToClassify): boolean => spec?.rules?.some((rule) => matchesRule(rule, request)) ?? false;

function distinguisherOf({ spec }: FlowSchema, { user, target }: RequestToClassify): string {
  switch (spec?.distinguisherMethod?.type) {
    case 'ByUser':
      return user.name;
    case 'ByNamespace':
      return target.type === 'resource' ? target.namespace : '';
    default:
      return '';
  }
}

const nameOf = ({ metadata }: FlowSchema): string => metadata?.name ?? '';

/** The order in which schemas are asked: the lowest precedence first, then by name. A new list. */
export function orderOfMatching(schemas: Iterable<FlowSchema>): FlowSchema[] {
  const precedenceOf = ({ spec }: FlowSchema): number => spec?.matchingPrecedence ?? 0;
  return [...schemas].sort((a, b) => precedenceOf(a) - precedenceOf(b) || (nameOf(a) < nameOf(b) ? -1 : 1));
}

/** Schemas in the order of `orderOfMatching`, of which those with a missing level are left out (`hasLevel`). */
export function classify(schemas: readonly FlowSchema[], request: RequestToClassify, hasLevel: (name: string) => boolean): Flow | undefined {
  for (const schema of schemas) {
    const priorityLevel = schema.spec?.priorityLevelConfiguration.name ?? '';
    if (!hasLevel(priorityLevel) || !matchesSchema(schema, request)) continue;
    return { schema, priorityLevel, distinguisher: distinguisherOf(schema, request) };
  }
  return undefined;
}
