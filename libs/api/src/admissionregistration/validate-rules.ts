import { fieldError } from '@typernetes/machinery';
import type { RuleWithOperations } from '../generated/types';
import { checkOneOf, checkRequired, type Errors } from '../validation/checks';

const operations = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];

const doubled = (list: readonly string[], word: string): boolean => list.length > 1 && list.includes(word);

/** Which writes a webhook or a policy is about. */
export function checkRule(out: Errors, field: string, { operations: wanted = [], apiGroups = [], apiVersions = [], resources = [], scope }: RuleWithOperations): void {
  if (checkRequired(out, `${field}.operations`, wanted)) {
    if (doubled(wanted, '*')) out.push(fieldError.invalid(`${field}.operations`, wanted, "if '*' is present, must not specify other operations"));
    wanted.forEach((operation, i) => checkOneOf(out, `${field}.operations[${i}]`, operation, operations));
  }
  if (checkRequired(out, `${field}.apiGroups`, apiGroups) && doubled(apiGroups, '*')) out.push(fieldError.invalid(`${field}.apiGroups`, apiGroups, "if '*' is present, must not specify other API groups"));
  if (checkRequired(out, `${field}.apiVersions`, apiVersions)) {
    if (doubled(apiVersions, '*')) out.push(fieldError.invalid(`${field}.apiVersions`, apiVersions, "if '*' is present, must not specify other API versions"));
    apiVersions.forEach((version, i) => checkRequired(out, `${field}.apiVersions[${i}]`, version));
  }
  if (checkRequired(out, `${field}.resources`, resources)) resources.forEach((resource, i) => checkRequired(out, `${field}.resources[${i}]`, resource));
  checkOneOf(out, `${field}.scope`, scope, ['*', 'Cluster', 'Namespaced']);
}
