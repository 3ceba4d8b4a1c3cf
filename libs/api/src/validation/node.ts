import { fieldError, validateLabelValue, validateQualifiedName, type FieldError } from '@typernetes/machinery';
import type { Node } from '../generated/types';
import { checkTaintEffect } from './affinity';
import { checkCidr, checkRequired, checkWith, mustNotBeNegative, sameValue, type Errors } from './checks';

function checkTaints(out: Errors, { spec }: Node): void {
  const seen = new Set<string>();
  spec?.taints?.forEach((taint, i) => {
    const field = `spec.taints[${i}]`;
    checkWith(out, `${field}.key`, taint.key ?? '', validateQualifiedName);
    const texts = validateLabelValue(taint.value ?? '');
    if (texts.length) out.push(fieldError.invalid(`${field}.value`, taint.value, texts.join(';')));
    checkTaintEffect(out, `${field}.effect`, taint.effect);
    const key = `${taint.key} ${taint.effect}`;
    if (seen.has(key)) out.push({ ...fieldError.duplicate(field, taint), detail: 'taints must be unique by key and effect pair' });
    seen.add(key);
  });
}

function checkCidrs(out: Errors, { spec }: Node): void {
  const cidrs = spec?.podCIDRs ?? [];
  cidrs.forEach((cidr, i) => checkCidr(out, `spec.podCIDRs[${i}]`, cidr));
  if (cidrs.length > 2) out.push(fieldError.invalid('podCIDRs', cidrs, 'may specify no more than one CIDR for each IP family'));
  if (cidrs[0] !== undefined && spec?.podCIDR !== undefined && spec.podCIDR !== cidrs[0]) {
    out.push(fieldError.invalid('spec.podCIDR', spec.podCIDR, 'must match the first of `podCIDRs`'));
  }
}

function checkStatus(out: Errors, { status }: Node): void {
  for (const list of ['capacity', 'allocatable'] as const) {
    for (const [name, amount] of Object.entries(status?.[list] ?? {})) {
      checkWith(out, `status.${list}`, name, validateQualifiedName);
      if (amount.startsWith('-')) out.push(fieldError.invalid(`status.${list}[${name}]`, amount, mustNotBeNegative));
    }
  }
  const seen = new Set<string>();
  status?.addresses?.forEach((address, i) => {
    checkRequired(out, `status.addresses[${i}].type`, address.type);
    const key = `${address.type} ${address.address}`;
    if (seen.has(key)) out.push(fieldError.duplicate(`status.addresses[${i}]`, address));
    seen.add(key);
  });
}

export function validateNodeCreate(node: Node): FieldError[] {
  const out: Errors = [];
  checkTaints(out, node);
  checkCidrs(out, node);
  checkStatus(out, node);
  return out;
}

export function validateNodeUpdate(next: Node, previous: Node): FieldError[] {
  const out = validateNodeCreate(next);
  const [after, before] = [next.spec ?? {}, previous.spec ?? {}];
  if (before.podCIDRs?.length && !sameValue(after.podCIDRs, before.podCIDRs)) {
    out.push(fieldError.forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid'));
  }
  if (before.providerID && after.providerID !== before.providerID) {
    out.push(fieldError.forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid'));
  }
  return out;
}

export function validateNodeStatusUpdate(next: Node, _previous: Node): FieldError[] {
  const out: Errors = [];
  checkStatus(out, next);
  return out;
}
