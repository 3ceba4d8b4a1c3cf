import type { Container, Pod } from '@typernetes/api';
import { isSidecar } from './pod-kind';

/** Whether a container that ended with `exitCode` is to run again (rules: KEP-5307). */
export function restartsAfter(pod: Pod, container: Container, exitCode: number): boolean {
  if (isSidecar(container)) return true;
  for (const rule of container.restartPolicyRules ?? []) {
    const { operator, values = [] } = rule.exitCodes ?? {};
    const matches = operator === 'In' ? values.includes(exitCode) : operator === 'NotIn' && !values.includes(exitCode);
    if (matches) return rule.action === 'Restart' || rule.action === 'RestartAllContainers';
  }
  switch (container.restartPolicy ?? pod.spec?.restartPolicy) {
    case 'Never':
      return false;
    case 'OnFailure':
      return exitCode !== 0;
    default:
      return true;
  }
}

/** The same for an init container: one that succeeded is done. */
export function initRestartsAfter(pod: Pod, container: Container, exitCode: number): boolean {
  return isSidecar(container) || (exitCode !== 0 && restartsAfter(pod, container, exitCode));
}
