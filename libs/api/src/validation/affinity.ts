import { fieldError, validateDns1123Label, validateDns1123Subdomain, validateLabelSelector, validateLabelValue, validateQualifiedName } from '@typernetes/machinery';
import type { Affinity, NodeAffinity, NodeSelectorRequirement, NodeSelectorTerm, PodAffinity, PodAffinityTerm, Toleration, TopologySpreadConstraint } from '../generated/types';
import { checkOneOf, checkRequiredOneOf, checkWith, mustBePositive, type Errors } from './checks';

function checkExpression(out: Errors, field: string, { key, operator, values = [] }: NodeSelectorRequirement): void {
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) out.push(fieldError.required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) out.push(fieldError.forbidden(`${field}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
  } else if (operator === 'Gt' || operator === 'Lt') {
    if (values.length !== 1) out.push(fieldError.required(`${field}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
  } else {
    out.push(fieldError.invalid(`${field}.operator`, operator ?? '', 'not a valid selector operator'));
  }
  checkWith(out, `${field}.key`, key ?? '', validateQualifiedName);
}

function checkFieldExpression(out: Errors, field: string, { key, operator, values = [] }: NodeSelectorRequirement): void {
  if (operator !== 'In' && operator !== 'NotIn') {
    out.push(fieldError.invalid(`${field}.operator`, operator ?? '', 'not a valid selector operator'));
  } else if (values.length !== 1) {
    out.push(fieldError.required(`${field}.values`, "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"));
  }
  if (key !== 'metadata.name') out.push(fieldError.invalid(`${field}.key`, key ?? '', 'not a valid field selector key'));
  else values.forEach((value, i) => checkWith(out, `${field}.values[${i}]`, value, validateDns1123Subdomain));
}

export function checkNodeSelectorTerm(out: Errors, field: string, { matchExpressions, matchFields }: NodeSelectorTerm): void {
  matchExpressions?.forEach((requirement, i) => checkExpression(out, `${field}.matchExpressions[${i}]`, requirement));
  matchFields?.forEach((requirement, i) => checkFieldExpression(out, `${field}.matchFields[${i}]`, requirement));
}

function checkWeight(out: Errors, field: string, weight: number): void {
  if (!(weight >= 1 && weight <= 100)) out.push(fieldError.invalid(`${field}.weight`, weight, 'must be in the range 1-100'));
}

function checkNodeAffinity(out: Errors, field: string, affinity: NodeAffinity): void {
  const required = affinity.requiredDuringSchedulingIgnoredDuringExecution;
  if (required) {
    const path = `${field}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms`;
    if (!required.nodeSelectorTerms?.length) out.push(fieldError.required(path, 'must have at least one node selector term'));
    required.nodeSelectorTerms?.forEach((term, i) => checkNodeSelectorTerm(out, `${path}[${i}]`, term));
  }
  affinity.preferredDuringSchedulingIgnoredDuringExecution?.forEach(({ weight, preference }, i) => {
    const path = `${field}.preferredDuringSchedulingIgnoredDuringExecution[${i}]`;
    checkWeight(out, path, weight);
    if (preference) checkNodeSelectorTerm(out, `${path}.preference`, preference);
  });
}

function checkTopologyKey(out: Errors, field: string, key: string | undefined): void {
  if (key) checkWith(out, field, key, validateQualifiedName);
  else out.push(fieldError.required(field, 'can not be empty'));
}

function checkPodAffinityTerm(out: Errors, field: string, term: PodAffinityTerm | undefined): void {
  if (!term) return;
  out.push(...validateLabelSelector(term.labelSelector, `${field}.labelSelector`));
  out.push(...validateLabelSelector(term.namespaceSelector, `${field}.namespaceSelector`));
  for (const namespace of term.namespaces ?? []) checkWith(out, `${field}.namespace`, namespace, validateDns1123Label);
  checkTopologyKey(out, `${field}.topologyKey`, term.topologyKey);
  if (!term.labelSelector) {
    for (const name of ['matchLabelKeys', 'mismatchLabelKeys'] as const) {
      if (term[name]?.length) out.push(fieldError.forbidden(`${field}.${name}`, 'must not be specified when labelSelector is not set'));
    }
  }
}

function checkPodAffinity(out: Errors, field: string, affinity: PodAffinity): void {
  affinity.requiredDuringSchedulingIgnoredDuringExecution?.forEach((term, i) =>
    checkPodAffinityTerm(out, `${field}.requiredDuringSchedulingIgnoredDuringExecution[${i}]`, term),
  );
  affinity.preferredDuringSchedulingIgnoredDuringExecution?.forEach(({ weight, podAffinityTerm }, i) => {
    const path = `${field}.preferredDuringSchedulingIgnoredDuringExecution[${i}]`;
    checkWeight(out, path, weight);
    checkPodAffinityTerm(out, `${path}.podAffinityTerm`, podAffinityTerm);
  });
}

export function checkAffinity(out: Errors, field: string, affinity: Affinity | undefined): void {
  if (affinity?.nodeAffinity) checkNodeAffinity(out, `${field}.nodeAffinity`, affinity.nodeAffinity);
  if (affinity?.podAffinity) checkPodAffinity(out, `${field}.podAffinity`, affinity.podAffinity);
  if (affinity?.podAntiAffinity) checkPodAffinity(out, `${field}.podAntiAffinity`, affinity.podAntiAffinity);
}

const taintEffects = ['NoExecute', 'NoSchedule', 'PreferNoSchedule'];

/** A taint's effect, which must be given; a toleration's may be empty. */
export function checkTaintEffect(out: Errors, field: string, effect: string | undefined): void {
  checkRequiredOneOf(out, field, effect, taintEffects);
}

export function checkTolerations(out: Errors, field: string, tolerations: readonly Toleration[] | undefined): void {
  tolerations?.forEach((toleration, i) => {
    const { key, operator = '', value = '', effect, tolerationSeconds } = toleration;
    const path = `${field}[${i}]`;
    if (key) checkWith(out, `${path}.key`, key, validateQualifiedName);
    else if (operator !== 'Exists') {
      out.push(fieldError.invalid(`${path}.operator`, operator, 'operator must be Exists when `key` is empty, which means "match all values and all keys"'));
    }
    if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
      out.push(fieldError.invalid(`${path}.effect`, effect ?? '', "effect must be 'NoExecute' when `tolerationSeconds` is set"));
    }
    if (operator === '' || operator === 'Equal') {
      const texts = validateLabelValue(value);
      if (texts.length) out.push(fieldError.invalid(`${path}.operator`, value, texts.join(';')));
    } else if (operator === 'Exists') {
      if (value) out.push(fieldError.invalid(`${path}.operator`, toleration, "value must be empty when `operator` is 'Exists'"));
    } else {
      out.push(fieldError.notSupported(`${path}.operator`, operator, ['Equal', 'Exists']));
    }
    if (effect) checkOneOf(out, `${path}.effect`, effect, taintEffects);
  });
}

export function checkTopologySpread(out: Errors, field: string, constraints: readonly TopologySpreadConstraint[] | undefined): void {
  const seen = new Set<string>();
  constraints?.forEach((constraint, i) => {
    const path = `${field}[${i}]`;
    const { maxSkew, minDomains, topologyKey, whenUnsatisfiable } = constraint;
    if (!(maxSkew > 0)) out.push(fieldError.invalid(`${path}.maxSkew`, maxSkew ?? 0, mustBePositive));
    checkTopologyKey(out, `${path}.topologyKey`, topologyKey);
    if (!['DoNotSchedule', 'ScheduleAnyway'].includes(whenUnsatisfiable)) {
      out.push(fieldError.notSupported(`${path}.whenUnsatisfiable`, whenUnsatisfiable ?? '', ['DoNotSchedule', 'ScheduleAnyway']));
    }
    const pair = `{${topologyKey}, ${whenUnsatisfiable}}`;
    if (seen.has(pair)) out.push(fieldError.duplicate(`${path}.{topologyKey, whenUnsatisfiable}`, pair));
    seen.add(pair);
    if (minDomains !== undefined) {
      if (minDomains <= 0) out.push(fieldError.invalid(`${path}.minDomains`, minDomains, mustBePositive));
      if (whenUnsatisfiable !== 'DoNotSchedule') {
        out.push(fieldError.invalid(`${path}.minDomains`, minDomains, `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`));
      }
    }
    checkOneOf(out, `${path}.nodeAffinityPolicy`, constraint.nodeAffinityPolicy, ['Honor', 'Ignore']);
    checkOneOf(out, `${path}.nodeTaintsPolicy`, constraint.nodeTaintsPolicy, ['Honor', 'Ignore']);
    out.push(...validateLabelSelector(constraint.labelSelector, `${path}.labelSelector`));
    if (constraint.matchLabelKeys?.length && !constraint.labelSelector) {
      out.push(fieldError.forbidden(`${path}.matchLabelKeys`, 'must not be specified when labelSelector is not set'));
    }
  });
}
