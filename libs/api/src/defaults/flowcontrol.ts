import type { FlowSchema, PriorityLevelConfiguration, QueuingConfiguration } from '../generated/types';

export function defaultFlowSchema({ spec }: FlowSchema): void {
  if (spec) spec.matchingPrecedence ||= 1000;
}

function defaultQueuing(queuing: QueuingConfiguration): void {
  queuing.queues ||= 64;
  queuing.handSize ||= 8;
  queuing.queueLengthLimit ||= 50;
}

export function defaultPriorityLevelConfiguration({ spec }: PriorityLevelConfiguration): void {
  if (!spec) return;
  const { limited } = spec;
  if (spec.type === 'Exempt') spec.exempt ??= {};
  if (spec.exempt) {
    spec.exempt.nominalConcurrencyShares ??= 0;
    spec.exempt.lendablePercent ??= 0;
  }
  if (!limited) return;
  limited.nominalConcurrencyShares ??= 30;
  limited.lendablePercent ??= 0;
  if (limited.limitResponse?.queuing) defaultQueuing(limited.limitResponse.queuing);
}
