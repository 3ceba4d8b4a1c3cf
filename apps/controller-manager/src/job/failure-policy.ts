import type { Pod, PodFailurePolicy, PodFailurePolicyRule } from '@typernetes/api';

export type FailureAction = 'FailJob' | 'FailIndex' | 'Ignore' | 'Count';

/** What a job's policy says to a failed pod; `message` tells why when the action ends the job. */
export interface FailureVerdict {
  action: FailureAction;
  message: string;
}

/** The first rule that fits decides (KEP-3329); without one the failure counts. */
export function judgeFailure(policy: PodFailurePolicy | undefined, pod: Pod): FailureVerdict {
  for (const [index, rule] of (policy?.rules ?? []).entries()) {
    const why = matchExitCodes(rule, pod) ?? matchConditions(rule, pod);
    if (why !== undefined) return { action: rule.action as FailureAction, message: `${why} matching ${rule.action} rule at index ${index}` };
  }
  return { action: 'Count', message: '' };
}

function matchExitCodes({ onExitCodes }: PodFailurePolicyRule, { metadata, status }: Pod): string | undefined {
  if (!onExitCodes) return undefined;
  const { operator, values = [], containerName } = onExitCodes;
  const found = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])].find(({ name, state }) => {
    const code = state?.terminated?.exitCode;
    if (!code || (containerName !== undefined && containerName !== name)) return false;
    return values.includes(code) === (operator === 'In');
  });
  return found && `Container ${found.name} for pod ${metadata?.namespace}/${metadata?.name} failed with exit code ${found.state?.terminated?.exitCode}`;
}

function matchConditions({ onPodConditions }: PodFailurePolicyRule, { metadata, status }: Pod): string | undefined {
  const found = (status?.conditions ?? []).find(({ type, status: value }) => onPodConditions?.some((pattern) => pattern.type === type && (pattern.status ?? 'True') === value));
  return found && `Pod ${metadata?.namespace}/${metadata?.name} has condition ${found.type}`;
}
