/** Kinds of which little can be wrong. */
import { fieldError, type FieldError } from '@typernetes/machinery';
import type { AuthenticationV1TokenRequest, Binding, ControllerRevision, DeleteOptions, Lease, Scale } from '../generated/types';
import { checkImmutable, checkNotNegative, checkOneOf, checkRequired, type Errors } from './checks';

export function validateLeaseCreate({ spec }: Lease): FieldError[] {
  const out: Errors = [];
  const { leaseDurationSeconds, leaseTransitions, holderIdentity, strategy, preferredHolder } = spec ?? {};
  if (leaseDurationSeconds !== undefined && leaseDurationSeconds <= 0) {
    out.push(fieldError.invalid('spec.leaseDurationSeconds', leaseDurationSeconds, 'must be greater than 0'));
  }
  checkNotNegative(out, 'spec.leaseTransitions', leaseTransitions);
  if (preferredHolder && !strategy) {
    out.push(fieldError.forbidden('spec.preferredHolder', 'may only be specified if `strategy` is defined'));
  }
  if (holderIdentity === '' && strategy) out.push(fieldError.invalid('spec.holderIdentity', holderIdentity, 'must not be empty'));
  return out;
}

export const validateLeaseUpdate = (next: Lease, _previous: Lease): FieldError[] => validateLeaseCreate(next);

export function validateBindingCreate({ target }: Binding): FieldError[] {
  const out: Errors = [];
  if (target?.kind && target.kind !== 'Node') out.push(fieldError.notSupported('target.kind', target.kind, ['Node', '<empty>']));
  checkRequired(out, 'target.name', target?.name);
  return out;
}

const tokenSecondsMin = 600;
const tokenSecondsMax = 2 ** 32;

export function validateTokenRequestCreate({ spec }: AuthenticationV1TokenRequest): FieldError[] {
  const seconds = spec?.expirationSeconds;
  const field = 'spec.expirationSeconds';
  if (seconds === undefined) return [];
  if (seconds < tokenSecondsMin) return [fieldError.invalid(field, seconds, 'may not specify a duration less than 10 minutes')];
  return seconds > tokenSecondsMax ? [fieldError.invalid(field, seconds, 'may not specify a duration larger than 2^32 seconds')] : [];
}

export function validateScaleUpdate({ spec }: Scale): FieldError[] {
  const out: Errors = [];
  checkNotNegative(out, 'spec.replicas', spec?.replicas);
  return out;
}

export function validateDeleteOptions({ orphanDependents, propagationPolicy, dryRun }: DeleteOptions): FieldError[] {
  const out: Errors = [];
  if (orphanDependents !== undefined && propagationPolicy !== undefined) {
    out.push(fieldError.invalid('propagationPolicy', propagationPolicy, 'orphanDependents and deletionPropagation cannot be both set'));
  }
  checkOneOf(out, 'propagationPolicy', propagationPolicy, ['Background', 'Foreground', 'Orphan', 'nil']);
  for (const stage of dryRun ?? []) checkOneOf(out, 'dryRun', stage, ['All']);
  return out;
}

export function validateControllerRevisionCreate({ data, revision }: ControllerRevision): FieldError[] {
  const out: Errors = [];
  if (data === undefined || data === null) out.push(fieldError.required('data', 'data is mandatory'));
  checkNotNegative(out, 'revision', revision);
  return out;
}

export function validateControllerRevisionUpdate(next: ControllerRevision, previous: ControllerRevision): FieldError[] {
  const out = validateControllerRevisionCreate(next);
  checkImmutable(out, 'data', [next.data, previous.data]);
  return out;
}
