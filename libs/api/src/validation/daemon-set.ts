import { fieldError, validateLabelSelector, type FieldError } from '@typernetes/machinery';
import type { DaemonSet, DaemonSetSpec, DaemonSetUpdateStrategy } from '../generated/types';
import { checkImmutable, checkNotNegative, type Errors } from './checks';
import { checkAtMost100Percent, checkIntOrPercent, intOrPercentValue } from './int-or-percent';
import { checkCollisionCount, checkCounts, checkLastingTemplate, isEmptySelector } from './workload';

function checkRollingUpdate(out: Errors, field: string, { maxUnavailable, maxSurge }: NonNullable<DaemonSetUpdateStrategy['rollingUpdate']>): void {
  const [hasUnavailable, hasSurge] = [intOrPercentValue(maxUnavailable) !== 0, intOrPercentValue(maxSurge) !== 0];
  if (hasUnavailable && hasSurge) out.push(fieldError.invalid(`${field}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero'));
  else if (!hasUnavailable && !hasSurge) out.push(fieldError.required(`${field}.maxUnavailable`, 'cannot be 0 when maxSurge is 0'));
  for (const [name, value] of Object.entries({ maxUnavailable, maxSurge })) {
    checkIntOrPercent(out, `${field}.${name}`, value);
    checkAtMost100Percent(out, `${field}.${name}`, value);
  }
}

function checkUpdateStrategy(out: Errors, field: string, strategy: DaemonSetUpdateStrategy): void {
  const { type, rollingUpdate } = strategy;
  if (type === 'RollingUpdate') {
    if (!rollingUpdate) out.push(fieldError.required(`${field}.rollingUpdate`));
    else checkRollingUpdate(out, `${field}.rollingUpdate`, rollingUpdate);
  } else if (type !== 'OnDelete') {
    out.push(fieldError.notSupported(field, strategy, ['OnDelete', 'RollingUpdate']));
  }
}

export function validateDaemonSetCreate({ spec = {} as DaemonSetSpec }: DaemonSet): FieldError[] {
  const out: Errors = [];
  const { selector, template } = spec;
  if (!selector) out.push(fieldError.required('spec.selector'));
  else {
    out.push(...validateLabelSelector(selector, 'spec.selector'));
    if (isEmptySelector(selector)) out.push(fieldError.invalid('spec.selector', selector, 'empty selector is invalid for daemonset'));
  }
  checkLastingTemplate(out, { template, selector, kind: 'DaemonSet' });
  checkNotNegative(out, 'spec.minReadySeconds', spec.minReadySeconds);
  checkUpdateStrategy(out, 'spec.updateStrategy', spec.updateStrategy ?? {});
  checkNotNegative(out, 'spec.revisionHistoryLimit', spec.revisionHistoryLimit);
  return out;
}

export function validateDaemonSetUpdate(next: DaemonSet, previous: DaemonSet): FieldError[] {
  const out = validateDaemonSetCreate(next);
  checkImmutable(out, 'spec.selector', [next.spec?.selector, previous.spec?.selector]);
  return out;
}

const counts = [
  'currentNumberScheduled',
  'numberMisscheduled',
  'desiredNumberScheduled',
  'numberReady',
  'observedGeneration',
  'updatedNumberScheduled',
  'numberAvailable',
  'numberUnavailable',
];

export function validateDaemonSetStatusUpdate({ status }: DaemonSet, previous: DaemonSet): FieldError[] {
  const out: Errors = [];
  checkCounts(out, status, counts);
  checkCollisionCount(out, status?.collisionCount, previous.status?.collisionCount);
  return out;
}
