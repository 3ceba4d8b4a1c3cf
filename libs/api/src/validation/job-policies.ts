/** Pod failure policies (KEP-3329) and success policies (KEP-3998) of jobs. */
import { fieldError, validateQualifiedName } from '@typernetes/machinery';
import type { JobSpec, PodFailurePolicyOnExitCodesRequirement, PodFailurePolicyRule } from '../generated/types';
import { checkRequired, checkRequiredOneOf, checkWith, type Errors } from './checks';

const rulesMax = 20;
const exitCodesMax = 255;
const conditionsMax = 20;

function checkExitCodes(out: Errors, field: string, { requirement, spec }: { requirement: PodFailurePolicyOnExitCodesRequirement; spec: JobSpec }): void {
  const { operator, containerName, values = [] } = requirement;
  checkRequiredOneOf(out, `${field}.operator`, operator, ['In', 'NotIn']);
  const { containers = [], initContainers = [] } = spec.template?.spec ?? {};
  if (containerName !== undefined && ![...containers, ...initContainers].some(({ name }) => name === containerName)) {
    out.push(fieldError.invalid(`${field}.containerName`, containerName, 'must be one of the container or initContainer names in the pod template'));
  }
  const path = `${field}.values`;
  if (values.length === 0) out.push(fieldError.invalid(path, values, 'at least one value is required'));
  if (values.length > exitCodesMax) out.push(fieldError.tooMany(path, exitCodesMax));
  values.forEach((value, i) => {
    if (operator === 'In' && value === 0) out.push(fieldError.invalid(`${path}[${i}]`, value, 'must not be 0 for the In operator'));
    else if (values.indexOf(value) < i) out.push(fieldError.duplicate(`${path}[${i}]`, value));
    else if (i > 0 && value < (values[i - 1] ?? 0)) out.push(fieldError.invalid(path, values, 'must be ordered'));
  });
}

function checkFailureRule(out: Errors, field: string, { rule, spec }: { rule: PodFailurePolicyRule; spec: JobSpec }): void {
  const { action, onExitCodes, onPodConditions = [] } = rule;
  checkRequiredOneOf(out, `${field}.action`, action, ['Count', 'FailIndex', 'FailJob', 'Ignore']);
  if (action === 'FailIndex' && spec.backoffLimitPerIndex === undefined) {
    out.push(fieldError.invalid(`${field}.action`, action, 'requires the backoffLimitPerIndex to be set'));
  }
  if (onExitCodes) checkExitCodes(out, `${field}.onExitCodes`, { requirement: onExitCodes, spec });
  if (onPodConditions.length > conditionsMax) out.push(fieldError.tooMany(`${field}.onPodConditions`, conditionsMax));
  onPodConditions.forEach(({ type, status }, i) => {
    const path = `${field}.onPodConditions[${i}]`;
    checkWith(out, `${path}.type`, type ?? '', validateQualifiedName);
    checkRequiredOneOf(out, `${path}.status`, status, ['False', 'True', 'Unknown']);
  });
  if (onExitCodes && onPodConditions.length) out.push(fieldError.invalid(field, rule, 'specifying both OnExitCodes and OnPodConditions is not supported'));
  if (!onExitCodes && !onPodConditions.length) out.push(fieldError.invalid(field, rule, 'specifying one of OnExitCodes and OnPodConditions is required'));
}

export function checkPodFailurePolicy(out: Errors, field: string, spec: JobSpec): void {
  const rules = spec.podFailurePolicy?.rules;
  if (!spec.podFailurePolicy) return;
  if ((rules?.length ?? 0) > rulesMax) out.push(fieldError.tooMany(`${field}.rules`, rulesMax));
  rules?.forEach((rule, i) => checkFailureRule(out, `${field}.rules[${i}]`, { rule, spec }));
}

export function checkSuccessPolicy(out: Errors, field: string, { successPolicy, completionMode, completions = 0 }: JobSpec): void {
  if (!successPolicy) return;
  if (completionMode !== 'Indexed') out.push(fieldError.invalid(field, successPolicy, 'requires indexed completion mode'));
  const { rules = [] } = successPolicy;
  checkRequired(out, `${field}.rules`, rules);
  if (rules.length > rulesMax) out.push(fieldError.tooMany(`${field}.rules`, rulesMax));
  rules.forEach(({ succeededCount, succeededIndexes }, i) => {
    const path = `${field}.rules[${i}]`;
    if (succeededCount === undefined && succeededIndexes === undefined) {
      out.push(fieldError.required(path, 'at least one of succeededCount or succeededIndexes must be specified'));
    }
    if (succeededCount !== undefined && succeededCount > completions) {
      out.push(fieldError.invalid(`${path}.succeededCount`, succeededCount, `must be less than or equal to ${completions} (the number of specified completions)`));
    }
    if (succeededIndexes !== undefined && !/^\d+(-\d+)?(,\d+(-\d+)?)*$/.test(succeededIndexes)) {
      out.push(fieldError.invalid(`${path}.succeededIndexes`, succeededIndexes, `error parsing succeededIndexes: cannot convert string to integer for index: ${JSON.stringify(succeededIndexes)}`));
    }
  });
}
