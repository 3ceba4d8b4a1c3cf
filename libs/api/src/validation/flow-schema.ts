import { fieldError, validateDns1123Label, validateDns1123Subdomain, type FieldError } from '@typernetes/machinery';
import { mandatoryFlowSchemas } from '../flowcontrol/standard-objects';
import type { FlowSchema, FlowSchemaSpec, FlowcontrolV1Subject, NonResourcePolicyRule, PolicyRulesWithSubjects, ResourcePolicyRule } from '../generated/types';
import { checkRequired, checkRequiredWith, checkWith, sameValue, type Errors } from './checks';

const precedenceMax = 10_000;
const distinguisherMethods = ['ByNamespace', 'ByUser'];
const verbsOfRequests = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];
const namespaceText = "each member of this list must be '*' or a DNS-1123 label; ";
const urlText = 'wildcard can only do suffix matching';

/** The member of a subject that goes with each kind. */
const memberOfKind = { Group: 'group', ServiceAccount: 'serviceAccount', User: 'user' } as const;
const subjectKinds = ['Group', 'ServiceAccount', 'User'] as const;

function checkSubject(out: Errors, field: string, subject: FlowcontrolV1Subject): void {
  const kind = subjectKinds.find((name) => name === subject.kind);
  if (!kind) {
    out.push(fieldError.notSupported(`${field}.kind`, subject.kind, subjectKinds));
    return;
  }
  const member = memberOfKind[kind];
  if (subject[member]) checkSubjectMember(out, `${field}.${member}`, subject);
  else out.push(fieldError.required(`${field}.${member}`, `${member} is required when subject kind is '${kind}'`));
  for (const other of subjectKinds) {
    const name = memberOfKind[other];
    if (other !== kind && subject[name]) out.push(fieldError.forbidden(`${field}.${name}`, `${name} is forbidden when subject kind is not '${other}'`));
  }
}

function checkSubjectMember(out: Errors, field: string, { kind, group, user, serviceAccount }: FlowcontrolV1Subject): void {
  if (kind !== 'ServiceAccount') {
    checkRequired(out, `${field}.name`, (kind === 'User' ? user : group)?.name);
    return;
  }
  const { name = '', namespace = '' } = serviceAccount ?? {};
  if (name !== '*') checkRequiredWith(out, `${field}.name`, name, validateDns1123Subdomain);
  if (namespace) checkWith(out, `${field}.namespace`, namespace, validateDns1123Label);
  else out.push(fieldError.required(`${field}.namespace`, 'must specify namespace for service account'));
}

/** What a list must hold, and that a wildcard stands alone. Returns whether its members are to be looked at. */
function checkList(out: Errors, field: string, values: readonly string[] | undefined, texts: { missing: string; others: string }): boolean {
  if (!values?.length) out.push(fieldError.required(field, texts.missing));
  else if (!values.includes('*')) return true;
  else if (values.length > 1) out.push(fieldError.invalid(field, values, `if '*' is present, must not specify other ${texts.others}`));
  return false;
}

function checkVerbs(out: Errors, field: string, verbs: readonly string[] | undefined): void {
  const isListed = checkList(out, field, verbs, { missing: 'verbs must contain at least one value', others: 'verbs' });
  if (isListed && !verbs?.every((verb) => verbsOfRequests.includes(verb))) out.push({ ...fieldError.notSupported(field, '', verbsOfRequests), value: verbs });
}

function checkUrl(out: Errors, field: string, url: string): void {
  const invalid = (text: string): void => void out.push(fieldError.invalid(field, url, text));
  if (url === '') return invalid('must not be empty');
  if (url === '/') return;
  if (!url.startsWith('/')) return invalid("must start with slash");
  if (url.includes(' ')) return invalid('must not contain white-space');
  if (url.includes('//')) return invalid('must not contain double slash');
  const star = url.indexOf('*');
  if (star === -1) return;
  if (star !== url.length - 1) return invalid(urlText);
  if (!url.endsWith('/*')) invalid('wildcard only allowed after slash');
}

function checkNonResourceRule(out: Errors, field: string, { verbs, nonResourceURLs }: NonResourcePolicyRule): void {
  checkVerbs(out, `${field}.verbs`, verbs);
  const path = `${field}.nonResourceURLs`;
  const texts = { missing: 'nonResourceURLs must contain at least one value', others: 'non-resource URLs' };
  if (checkList(out, path, nonResourceURLs, texts)) nonResourceURLs.forEach((url, i) => checkUrl(out, `${path}[${i}]`, url));
}

function checkResourceRule(out: Errors, field: string, { verbs, apiGroups, resources, namespaces = [], clusterScope }: ResourcePolicyRule): void {
  checkVerbs(out, `${field}.verbs`, verbs);
  checkList(out, `${field}.apiGroups`, apiGroups, { missing: 'resource rules must supply at least one api group', others: 'api groups' });
  checkList(out, `${field}.resources`, resources, { missing: 'resource rules must supply at least one resource', others: 'resources' });
  if (clusterScope && namespaces.length === 0) return;
  const missing = 'resource rules that are not cluster scoped must supply at least one namespace';
  const path = `${field}.namespaces`;
  if (!checkList(out, path, namespaces, { missing, others: 'namespaces' })) return;
  namespaces.forEach((namespace, i) => {
    for (const text of validateDns1123Label(namespace)) out.push(fieldError.invalid(`${path}[${i}]`, namespace, namespaceText + text));
  });
}

function checkRule(out: Errors, field: string, { subjects, resourceRules = [], nonResourceRules = [] }: PolicyRulesWithSubjects): void {
  if (!subjects?.length) out.push(fieldError.required(`${field}.subjects`, 'subjects must contain at least one value'));
  subjects?.forEach((subject, i) => checkSubject(out, `${field}.subjects[${i}]`, subject));
  if (resourceRules.length + nonResourceRules.length === 0) {
    out.push(fieldError.required(field, 'at least one of resourceRules and nonResourceRules has to be non-empty'));
  }
  resourceRules.forEach((rule, i) => checkResourceRule(out, `${field}.resourceRules[${i}]`, rule));
  nonResourceRules.forEach((rule, i) => checkNonResourceRule(out, `${field}.nonResourceRules[${i}]`, rule));
}

function checkPrecedence(out: Errors, precedence: number, isExempt: boolean): void {
  const invalid = (text: string): void => void out.push(fieldError.invalid('spec.matchingPrecedence', precedence, text));
  if (precedence <= 0) invalid('must be a positive value');
  if (precedence > precedenceMax) invalid(`must not be greater than ${precedenceMax}`);
  if (precedence === 1 && !isExempt) invalid("only the schema named 'exempt' may have matchingPrecedence 1");
}

function checkLevelName(out: Errors, name: string | undefined): void {
  const field = 'spec.priorityLevelConfiguration.name';
  if (name) checkWith(out, field, name, validateDns1123Subdomain);
  else out.push(fieldError.required(field, 'must reference a priority level'));
}

const noSpec: FlowSchemaSpec = { priorityLevelConfiguration: { name: '' } };

export function validateFlowSchemaCreate({ metadata, spec = noSpec, status }: FlowSchema): FieldError[] {
  const out: Errors = [];
  const { matchingPrecedence = 0, distinguisherMethod, priorityLevelConfiguration, rules } = spec;
  const name = metadata?.name;
  checkPrecedence(out, matchingPrecedence, name === 'exempt');
  if (distinguisherMethod && !distinguisherMethods.includes(distinguisherMethod.type)) {
    out.push(fieldError.notSupported('spec.distinguisherMethod.type', distinguisherMethod.type, distinguisherMethods));
  }
  checkLevelName(out, priorityLevelConfiguration?.name);
  rules?.forEach((rule, i) => checkRule(out, `spec.rules[${i}]`, rule));
  const fixed = mandatoryFlowSchemas.find((schema) => schema.metadata?.name === name);
  if (fixed && !sameValue(spec, fixed.spec)) out.push(fieldError.invalid('spec', spec, `spec of '${name}' must equal the fixed value`));
  return [...out, ...checkFlowConditions(status?.conditions)];
}

export const validateFlowSchemaUpdate = (next: FlowSchema, _previous: FlowSchema): FieldError[] => validateFlowSchemaCreate(next);
export const validateFlowSchemaStatusUpdate = ({ status }: FlowSchema, _previous: FlowSchema): FieldError[] => checkFlowConditions(status?.conditions);

/** Conditions of FlowSchemas and of PriorityLevelConfigurations: of each type at most one. */
export function checkFlowConditions(conditions: readonly { type?: string }[] = []): FieldError[] {
  const out: Errors = [];
  const seen = new Set<string>();
  conditions.forEach(({ type = '' }, i) => {
    const field = `status.conditions[${i}].type`;
    if (seen.has(type)) out.push(fieldError.duplicate(field, type));
    seen.add(type);
    if (!type) out.push(fieldError.required(field, 'must not be empty'));
  });
  return out;
}
