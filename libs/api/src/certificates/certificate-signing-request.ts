import { defineKind } from '../define-kind';
import type { CertificateSigningRequest } from '../generated/types';
import type { StrategyContext } from '../kind';
import { pathSegmentName } from '../name-rules';
import { resources } from '../resources';
import { keepField } from '../strategies';
import { fillConditionTimes, keepDecisions } from './conditions';

/** Signers read who asks from the spec: what the client says there does not count. */
function writeRequester(next: CertificateSigningRequest, { user }: StrategyContext): void {
  const spec = (next.spec ??= { request: '', signerName: '' });
  spec.username = user.name;
  if (user.uid) spec.uid = user.uid;
  else delete spec.uid;
  if (user.groups.length > 0) spec.groups = [...user.groups];
  else delete spec.groups;
  if (Object.keys(user.extra ?? {}).length > 0) spec.extra = Object.fromEntries(Object.entries(user.extra ?? {}).map(([name, values]) => [name, [...values]]));
  else delete spec.extra;
}

function setConditions(next: CertificateSigningRequest, conditions: NonNullable<CertificateSigningRequest['status']>['conditions']): void {
  next.status = { ...next.status };
  if (conditions) next.status.conditions = conditions;
  else delete next.status.conditions;
}

/**
 * A request for a certificate (KEP-1513): the spec never changes; `approval` writes conditions, `status` the certificate
 * and the conditions that are no decision.
 */
export const certificateSigningRequest = defineKind(resources.certificateSigningRequests, {
  shortNames: ['csr'],
  validateName: pathSegmentName,
  selectableFields: { 'spec.signerName': ({ spec }) => spec.signerName },
  strategy: {
    prepareForCreate: (next, context) => {
      writeRequester(next, context);
      next.status = {};
    },
    prepareForUpdate: (next, previous) => {
      keepField(next, previous, 'spec');
      keepField(next, previous, 'status');
    },
  },
  statusStrategy: {
    prepareForUpdate: (next, previous, { now }) => {
      keepField(next, previous, 'spec');
      setConditions(next, keepDecisions(next, previous));
      fillConditionTimes(next, previous, now);
    },
  },
  partStrategies: {
    approval: {
      prepareForUpdate: (next, previous, { now }) => {
        keepField(next, previous, 'spec');
        const conditions = next.status?.conditions;
        keepField(next, previous, 'status');
        setConditions(next, conditions);
        fillConditionTimes(next, previous, now);
      },
    },
  },
});
