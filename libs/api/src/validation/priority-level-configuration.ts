import { fieldError, type FieldError } from '@typernetes/machinery';
import { mandatoryPriorityLevels } from '../flowcontrol/standard-objects';
import type { LimitedPriorityLevelConfiguration, PriorityLevelConfiguration, PriorityLevelConfigurationSpec, QueuingConfiguration } from '../generated/types';
import { checkBetween, checkOneOf, sameValue, type Errors } from './checks';
import { checkFlowConditions } from './flow-schema';

const queuesMax = 10_000_000;
/** Bits of the hash that deals hands of queues (KEP-1040, shuffle sharding). */
const hashBitsMax = 60;
const notNegativeText = 'must be a non-negative integer';

function checkNotNegativeInteger(out: Errors, field: string, value: number, prefix = ''): void {
  if (value < 0) out.push(fieldError.invalid(field, value, prefix + notNegativeText));
}

function checkHandSize(out: Errors, field: string, { queues = 0, handSize = 0 }: QueuingConfiguration): void {
  const bits = Math.ceil(Math.log2(queues) * handSize);
  const text =
    handSize <= 0 ? 'must be positive'
    : handSize > queues ? `should not be greater than queues (${queues})`
    : bits > hashBitsMax ? `required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than ${hashBitsMax}`
    : undefined;
  if (text) out.push(fieldError.invalid(`${field}.handSize`, handSize, text));
}

function checkQueuing(out: Errors, field: string, queuing: QueuingConfiguration): void {
  const { queues = 0, queueLengthLimit = 0 } = queuing;
  if (queueLengthLimit <= 0) out.push(fieldError.invalid(`${field}.queueLengthLimit`, queueLengthLimit, 'must be positive'));
  if (queues <= 0) out.push(fieldError.invalid(`${field}.queues`, queues, 'must be positive'));
  else if (queues > queuesMax) out.push(fieldError.invalid(`${field}.queues`, queues, `must not be greater than ${queuesMax}`));
  checkHandSize(out, field, queuing);
}

function checkLimited(out: Errors, field: string, limited: LimitedPriorityLevelConfiguration): void {
  const { nominalConcurrencyShares = 0, lendablePercent, borrowingLimitPercent = 0, limitResponse } = limited;
  checkNotNegativeInteger(out, `${field}.nominalConcurrencyShares`, nominalConcurrencyShares);
  const { type = '', queuing } = limitResponse ?? {};
  const path = `${field}.limitResponse`;
  if (type === 'Reject' && queuing) out.push(fieldError.forbidden(`${path}.queuing`, 'must be nil if limited.limitResponse.type is not Limited'));
  if (type === 'Queue') {
    if (queuing) checkQueuing(out, `${path}.queuing`, queuing);
    else out.push(fieldError.required(`${path}.queuing`, 'must not be empty if limited.limitResponse.type is Limited'));
  }
  checkOneOf(out, `${path}.type`, type, ['Queue', 'Reject']);
  checkBetween(out, `${field}.lendablePercent`, lendablePercent, [0, 100]);
  checkNotNegativeInteger(out, `${field}.borrowingLimitPercent`, borrowingLimitPercent, 'if specified, ');
}

function checkSpec(out: Errors, name: string | undefined, { type, limited, exempt }: PriorityLevelConfigurationSpec): void {
  const isExempt = type === 'Exempt';
  if (isExempt !== (name === 'exempt')) out.push(fieldError.invalid('spec.type', type, "type must be 'Exempt' if and only if name is 'exempt'"));
  if (isExempt) {
    if (limited) out.push(fieldError.forbidden('spec.limited', 'must be nil if the type is not Limited'));
    checkNotNegativeInteger(out, 'spec.exempt.nominalConcurrencyShares', exempt?.nominalConcurrencyShares ?? 0);
    checkBetween(out, 'spec.exempt.lendablePercent', exempt?.lendablePercent, [0, 100]);
  } else if (type === 'Limited') {
    if (exempt) out.push(fieldError.forbidden('spec.exempt', 'must be nil if the type is Limited'));
    if (limited) checkLimited(out, 'spec.limited', limited);
    else out.push(fieldError.required('spec.limited', 'must not be empty when type is Limited'));
  } else {
    out.push(fieldError.notSupported('spec.type', type, ['Exempt', 'Limited']));
  }
}

/** The mandatory levels are as they are, but for how many seats the exempt one lends. */
function checkFixed(out: Errors, name: string | undefined, spec: PriorityLevelConfigurationSpec): void {
  const fixed = mandatoryPriorityLevels.find(({ metadata }) => metadata?.name === name)?.spec;
  if (!fixed) return;
  const wanted = name === 'exempt' ? { ...fixed, exempt: spec.exempt } : fixed;
  const text = name === 'exempt' ? `spec of '${name}' except the 'spec.exempt' field must equal the fixed value` : `spec of '${name}' must equal the fixed value`;
  if (!sameValue(spec, wanted)) out.push(fieldError.invalid('spec', spec, text));
}

export function validatePriorityLevelConfigurationCreate({ metadata, spec = { type: '' }, status }: PriorityLevelConfiguration): FieldError[] {
  const out: Errors = [];
  checkSpec(out, metadata?.name, spec);
  checkFixed(out, metadata?.name, spec);
  return [...out, ...checkFlowConditions(status?.conditions)];
}

export const validatePriorityLevelConfigurationUpdate = (next: PriorityLevelConfiguration, _previous: PriorityLevelConfiguration): FieldError[] =>
  validatePriorityLevelConfigurationCreate(next);

export const validatePriorityLevelConfigurationStatusUpdate = ({ status }: PriorityLevelConfiguration, _previous: PriorityLevelConfiguration): FieldError[] =>
  checkFlowConditions(status?.conditions);
