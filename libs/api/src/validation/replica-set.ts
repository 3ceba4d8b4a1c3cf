import { fieldError, type FieldError } from '@typernetes/machinery';
import type { ReplicaSet, ReplicaSetSpec } from '../generated/types';
import { checkImmutable, checkNotNegative, type Errors } from './checks';
import { checkAtMostReplicas, checkCounts, checkLastingTemplate, checkSelector } from './workload';

export function validateReplicaSetCreate({ spec = {} as ReplicaSetSpec }: ReplicaSet): FieldError[] {
  const out: Errors = [];
  const { selector, template } = spec;
  checkNotNegative(out, 'spec.replicas', spec.replicas);
  checkNotNegative(out, 'spec.minReadySeconds', spec.minReadySeconds);
  // Upstream's text; a ReplicaSet is a Deployment's.
  checkSelector(out, selector, 'deployment');
  checkLastingTemplate(out, { template, selector, kind: 'ReplicaSet' });
  return out;
}

export function validateReplicaSetUpdate(next: ReplicaSet, previous: ReplicaSet): FieldError[] {
  const out = validateReplicaSetCreate(next);
  checkImmutable(out, 'spec.selector', [next.spec?.selector, previous.spec?.selector]);
  return out;
}

const counts = ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration', 'terminatingReplicas'];

export function validateReplicaSetStatusUpdate({ status = { replicas: 0 } }: ReplicaSet, _previous: ReplicaSet): FieldError[] {
  const out: Errors = [];
  const { fullyLabeledReplicas, readyReplicas, availableReplicas } = status;
  checkCounts(out, status, counts);
  checkAtMostReplicas(out, { fullyLabeledReplicas, readyReplicas, availableReplicas }, status.replicas);
  if ((availableReplicas ?? 0) > (readyReplicas ?? 0)) {
    out.push(fieldError.invalid('status.availableReplicas', availableReplicas, 'cannot be greater than readyReplicas'));
  }
  return out;
}
