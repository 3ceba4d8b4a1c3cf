import { fieldError, type FieldError } from '@typernetes/machinery';
import type { Deployment, DeploymentSpec, DeploymentStrategy } from '../generated/types';
import { checkImmutable, checkNotNegative, type Errors } from './checks';
import { checkAtMost100Percent, checkIntOrPercent, intOrPercentValue } from './int-or-percent';
import { checkAtMostReplicas, checkCollisionCount, checkCounts, checkLastingTemplate, checkSelector } from './workload';

function checkRollingUpdate(out: Errors, field: string, { maxUnavailable, maxSurge }: NonNullable<DeploymentStrategy['rollingUpdate']>): void {
  checkIntOrPercent(out, `${field}.maxUnavailable`, maxUnavailable);
  checkIntOrPercent(out, `${field}.maxSurge`, maxSurge);
  if (intOrPercentValue(maxUnavailable) === 0 && intOrPercentValue(maxSurge) === 0) {
    out.push(fieldError.invalid(`${field}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
  }
  checkAtMost100Percent(out, `${field}.maxUnavailable`, maxUnavailable);
}

function checkStrategy(out: Errors, field: string, strategy: DeploymentStrategy): void {
  const { type, rollingUpdate } = strategy;
  if (type === 'Recreate') {
    if (rollingUpdate) out.push(fieldError.forbidden(`${field}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'"));
  } else if (type === 'RollingUpdate') {
    if (!rollingUpdate) out.push(fieldError.required(`${field}.rollingUpdate`, 'this should be defaulted and never be nil'));
    else checkRollingUpdate(out, `${field}.rollingUpdate`, rollingUpdate);
  } else {
    out.push(fieldError.notSupported(field, strategy, ['Recreate', 'RollingUpdate']));
  }
}

export function validateDeploymentCreate({ spec = {} as DeploymentSpec }: Deployment): FieldError[] {
  const out: Errors = [];
  const { selector, template, progressDeadlineSeconds, minReadySeconds = 0 } = spec;
  checkNotNegative(out, 'spec.replicas', spec.replicas);
  checkSelector(out, selector, 'deployment');
  checkLastingTemplate(out, { template, selector, kind: 'ReplicaSet' });
  checkStrategy(out, 'spec.strategy', spec.strategy ?? {});
  checkNotNegative(out, 'spec.minReadySeconds', minReadySeconds);
  checkNotNegative(out, 'spec.revisionHistoryLimit', spec.revisionHistoryLimit);
  if (progressDeadlineSeconds !== undefined) {
    checkNotNegative(out, 'spec.progressDeadlineSeconds', progressDeadlineSeconds);
    if (progressDeadlineSeconds <= minReadySeconds) {
      out.push(fieldError.invalid('spec.progressDeadlineSeconds', progressDeadlineSeconds, 'must be greater than minReadySeconds'));
    }
  }
  return out;
}

export function validateDeploymentUpdate(next: Deployment, previous: Deployment): FieldError[] {
  const out = validateDeploymentCreate(next);
  checkImmutable(out, 'spec.selector', [next.spec?.selector, previous.spec?.selector]);
  return out;
}

const counts = ['observedGeneration', 'replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas', 'unavailableReplicas', 'terminatingReplicas'];

export function validateDeploymentStatusUpdate({ status = {} }: Deployment, previous: Deployment): FieldError[] {
  const out: Errors = [];
  const { updatedReplicas, readyReplicas, availableReplicas } = status;
  checkCounts(out, status, counts);
  checkAtMostReplicas(out, { updatedReplicas, readyReplicas, availableReplicas }, status.replicas);
  if ((availableReplicas ?? 0) > (readyReplicas ?? 0)) {
    out.push(fieldError.invalid('status.availableReplicas', availableReplicas, 'cannot be greater than readyReplicas'));
  }
  checkCollisionCount(out, status.collisionCount, previous.status?.collisionCount);
  return out;
}
