import { fieldError, type FieldError } from '@typernetes/machinery';
import type { ContainerStatus, Pod, PodSpec } from '../generated/types';
import { checkIP, checkRequired, sameValue, type Errors } from './checks';
import { checkPodSpec } from './pod-spec';
import { checkPodSpecUpdate } from './pod-update';

export function validatePodCreate({ spec }: Pod): FieldError[] {
  const out: Errors = [];
  const checked: PodSpec = spec ?? { containers: [] };
  checkPodSpec(out, 'spec', checked);
  if (checked.ephemeralContainers?.length) out.push(fieldError.forbidden('spec.ephemeralContainers', 'cannot be set on create'));
  if (checked.nodeName && checked.schedulingGates?.length) {
    out.push(fieldError.forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared'));
  }
  return out;
}

/** A pod is not edited but replaced: little of its spec may change. */
export function validatePodUpdate(next: Pod, previous: Pod): FieldError[] {
  const out: Errors = [];
  checkPodSpecUpdate(out, next.spec ?? { containers: [] }, previous.spec ?? { containers: [] });
  return out;
}

/** For the ephemeralcontainers subresource: containers are added, never changed or removed. */
export function validatePodEphemeralContainersUpdate(next: Pod, previous: Pod): FieldError[] {
  const out: Errors = [];
  const spec = next.spec ?? { containers: [] };
  checkPodSpec(out, 'spec', spec);
  for (const before of previous.spec?.ephemeralContainers ?? []) {
    const after = spec.ephemeralContainers?.find(({ name }) => name === before.name);
    if (!after) out.push(fieldError.forbidden('spec.ephemeralContainers', `existing ephemeral containers "${before.name}" may not be removed\n`));
    else if (!sameValue(after, before)) {
      out.push(fieldError.forbidden('spec.ephemeralContainers', `existing ephemeral containers "${before.name}" may not be changed\n`));
    }
  }
  return out;
}

interface Transition {
  next: readonly ContainerStatus[] | undefined;
  previous: readonly ContainerStatus[] | undefined;
  /** Whether the container may start again after it ended. */
  restarts(status: ContainerStatus): boolean;
}

/** What ended for good does not run again. */
function checkTransitions(out: Errors, field: string, { next, previous, restarts }: Transition): void {
  next?.forEach((status, i) => {
    const before = previous?.find(({ name }) => name === status.name);
    if (before?.state?.terminated && !status.state?.terminated && !restarts(before)) {
      out.push(fieldError.forbidden(`${field}[${i}].state`, 'may not be transitioned to non-terminated state'));
    }
  });
}

export function validatePodStatusUpdate(next: Pod, previous: Pod): FieldError[] {
  const out: Errors = [];
  const { spec } = previous;
  const mayRestart = (name: string, exitCode: number | undefined): boolean => {
    const container = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].find((other) => other.name === name);
    if (container?.restartPolicyRules?.length) return true;
    const policy = container?.restartPolicy ?? spec?.restartPolicy;
    return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
  };
  const restarts = ({ name, state }: ContainerStatus): boolean => mayRestart(name, state?.terminated?.exitCode);
  // A restarted pod runs its init containers again, unless nothing of it is restarted.
  const initRestarts = (status: ContainerStatus): boolean => spec?.restartPolicy !== 'Never' || restarts(status);
  checkTransitions(out, 'status.containerStatuses', { next: next.status?.containerStatuses, previous: previous.status?.containerStatuses, restarts });
  checkTransitions(out, 'status.initContainerStatuses', {
    next: next.status?.initContainerStatuses,
    previous: previous.status?.initContainerStatuses,
    restarts: initRestarts,
  });
  next.status?.podIPs?.forEach(({ ip }, i) => checkIP(out, `status.podIPs[${i}]`, ip));
  next.status?.conditions?.forEach(({ type }, i) => checkRequired(out, `status.conditions[${i}].type`, type));
  return out;
}
