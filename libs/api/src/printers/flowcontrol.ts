import type { FlowSchema, PriorityLevelConfiguration } from '../generated/types';
import type { TablePrinter } from '../kind';
import { age, columns, nameOf } from './cells';

export const flowSchemaPrinter: TablePrinter<FlowSchema> = {
  columns: columns('flow schema', ['Name', 'PriorityLevel', 'MatchingPrecedence', 'DistinguisherMethod', 'Age', 'MissingPL']),
  row(schema, nowMs) {
    const { priorityLevelConfiguration, matchingPrecedence = 0, distinguisherMethod } = schema.spec ?? {};
    const dangling = schema.status?.conditions?.find(({ type }) => type === 'Dangling');
    return [
      nameOf(schema),
      priorityLevelConfiguration?.name ?? '',
      String(matchingPrecedence),
      distinguisherMethod?.type ?? '<none>',
      age(schema, nowMs),
      dangling?.status ?? '?',
    ];
  },
};

const numberText = (value: number | undefined): string => (value === undefined ? '<none>' : String(value));

export const priorityLevelConfigurationPrinter: TablePrinter<PriorityLevelConfiguration> = {
  columns: columns('priority level', ['Name', 'Type', 'NominalConcurrencyShares', 'Queues', 'HandSize', 'QueueLengthLimit', 'Age']),
  row(level, nowMs) {
    const { type = '', limited, exempt } = level.spec ?? {};
    const queuing = limited?.limitResponse?.queuing;
    return [
      nameOf(level),
      type,
      numberText((limited ?? exempt)?.nominalConcurrencyShares),
      numberText(queuing?.queues),
      numberText(queuing?.handSize),
      numberText(queuing?.queueLengthLimit),
      age(level, nowMs),
    ];
  },
};
