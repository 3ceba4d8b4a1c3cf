import type { CertificateSigningRequest, CertificateSigningRequestCondition } from '../generated/types';

type Condition = CertificateSigningRequestCondition;

/** What the approval subresource decides. */
export const decisions = ['Approved', 'Denied'] as const;
/** Conditions that stay once they are there. */
export const lastingConditions = [...decisions, 'Failed'] as const;

/** A request's conditions of one type; more than one is wrong, but validation's to say. */
export const conditionsOf = ({ status }: CertificateSigningRequest, type: string): Condition[] => (status?.conditions ?? []).filter((condition) => condition.type === type);

/** Fills in the times that the client left out: the transition's is kept while the condition's status is. */
export function fillConditionTimes(next: CertificateSigningRequest, previous: CertificateSigningRequest, now: string): void {
  for (const condition of next.status?.conditions ?? []) {
    condition.lastUpdateTime ??= now;
    condition.lastTransitionTime ??= conditionsOf(previous, condition.type).find(({ status }) => status === condition.status)?.lastTransitionTime ?? now;
  }
}

/** The conditions of `next` with the decisions as they were; as before altogether when decisions came or went. */
export function keepDecisions(next: CertificateSigningRequest, previous: CertificateSigningRequest): Condition[] | undefined {
  const isSame = decisions.every((type) => conditionsOf(next, type).length === conditionsOf(previous, type).length);
  if (!isSame) return previous.status?.conditions?.map((condition) => ({ ...condition }));
  const kept = Object.fromEntries(decisions.map((type) => [type, conditionsOf(previous, type)]));
  return next.status?.conditions?.map((condition) => {
    const before = kept[condition.type]?.shift();
    return before ? { ...before } : condition;
  });
}
