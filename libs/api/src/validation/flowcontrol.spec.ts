import { deepCopy, formatFieldError, type FieldError } from '@typernetes/machinery';
import * as defaults from '../defaults';
import { mandatoryFlowSchemas, mandatoryPriorityLevels, suggestedFlowSchemas, suggestedPriorityLevels } from '../flowcontrol/standard-objects';
import type { FlowSchema, FlowSchemaSpec, LimitedPriorityLevelConfiguration, PolicyRulesWithSubjects, PriorityLevelConfiguration, PriorityLevelConfigurationSpec } from '../generated/types';
import * as validation from './index';

const texts = (errors: FieldError[]): string[] => errors.map(formatFieldError);

test.each([...mandatoryFlowSchemas, ...suggestedFlowSchemas].map((schema) => [schema.metadata?.name, schema] as const))('the schema %s is complete and keeps the rules', (_name, schema) => {
  const filled = deepCopy(schema);
  defaults.defaultFlowSchema(filled);
  expect(filled).toEqual(schema);
  expect(validation.validateFlowSchemaCreate(schema)).toEqual([]);
});

test.each([...mandatoryPriorityLevels, ...suggestedPriorityLevels].map((level) => [level.metadata?.name, level] as const))('the level %s is complete and keeps the rules', (_name, level) => {
  const filled = deepCopy(level);
  defaults.defaultPriorityLevelConfiguration(filled);
  expect(filled).toEqual(level);
  expect(validation.validatePriorityLevelConfigurationCreate(level)).toEqual([]);
});

const user = { kind: 'User', user: { name: 'u' } };
const anything = { verbs: ['*'], nonResourceURLs: ['*'] };

function schemaOf(spec: Partial<FlowSchemaSpec>, name = 's'): FlowSchema {
  const schema: FlowSchema = { metadata: { name }, spec: { priorityLevelConfiguration: { name: 'system' }, ...deepCopy(spec) } };
  defaults.defaultFlowSchema(schema);
  return schema;
}

const rule = (change: Partial<PolicyRulesWithSubjects>): Partial<FlowSchemaSpec> => ({ rules: [{ subjects: [user], nonResourceRules: [anything], ...change }] });

test.each<[string, Partial<FlowSchemaSpec>, string[]]>([
  ['fine', rule({}), []],
  ['precedence', { matchingPrecedence: 10_001 }, ['spec.matchingPrecedence: Invalid value: 10001: must not be greater than 10000']],
  ['the first of all', { matchingPrecedence: 1 }, ["spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1"]],
  ['a level', { priorityLevelConfiguration: { name: '' } }, ['spec.priorityLevelConfiguration.name: Required value: must reference a priority level']],
  ['a method', { distinguisherMethod: { type: 'X' } }, ['spec.distinguisherMethod.type: Unsupported value: "X": supported values: "ByNamespace", "ByUser"']],
  ['subjects', rule({ subjects: [] }), ['spec.rules[0].subjects: Required value: subjects must contain at least one value']],
  ['a rule', rule({ nonResourceRules: [] }), ['spec.rules[0]: Required value: at least one of resourceRules and nonResourceRules has to be non-empty']],
  ['one member', rule({ subjects: [{ ...user, group: { name: 'g' } }] }), ["spec.rules[0].subjects[0].group: Forbidden: group is forbidden when subject kind is not 'Group'"]],
  ['its member', rule({ subjects: [{ kind: 'ServiceAccount' }] }), ["spec.rules[0].subjects[0].serviceAccount: Required value: serviceAccount is required when subject kind is 'ServiceAccount'"]],
  ['verbs', rule({ nonResourceRules: [{ verbs: ['look'], nonResourceURLs: ['/a/*'] }] }), ['spec.rules[0].nonResourceRules[0].verbs: Unsupported value: ["look"]: supported values: "create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"']],
  ['urls', rule({ nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/a*', '/*/a'] }] }), [
    'spec.rules[0].nonResourceRules[0].nonResourceURLs[0]: Invalid value: "/a*": wildcard only allowed after slash',
    'spec.rules[0].nonResourceRules[0].nonResourceURLs[1]: Invalid value: "/*/a": wildcard can only do suffix matching',
  ]],
  ['namespaces', rule({ resourceRules: [{ verbs: ['get'], apiGroups: ['', '*'], resources: ['pods'] }] }), [
    `spec.rules[0].resourceRules[0].apiGroups: Invalid value: ["","*"]: if '*' is present, must not specify other api groups`,
    'spec.rules[0].resourceRules[0].namespaces: Required value: resource rules that are not cluster scoped must supply at least one namespace',
  ]],
])('flow schema: %s', (_name, spec, expected) => expect(texts(validation.validateFlowSchemaCreate(schemaOf(spec)))).toEqual(expected));

test('a mandatory schema is fixed, and a condition is there once', () => {
  expect(texts(validation.validateFlowSchemaCreate(schemaOf(rule({}), 'catch-all')))).toEqual([expect.stringMatching(/^spec: Invalid value: .*spec of 'catch-all' must equal the fixed value$/)]);
  const twice = { ...schemaOf({}), status: { conditions: [{ type: 'Dangling' }, { type: 'Dangling' }] } };
  expect(texts(validation.validateFlowSchemaStatusUpdate(twice, twice))).toEqual(['status.conditions[1].type: Duplicate value: "Dangling"']);
});

function levelOf(spec: PriorityLevelConfigurationSpec, name = 'l'): PriorityLevelConfiguration {
  const level: PriorityLevelConfiguration = { metadata: { name }, spec: deepCopy(spec) };
  defaults.defaultPriorityLevelConfiguration(level);
  return level;
}

const limited = (change: LimitedPriorityLevelConfiguration): PriorityLevelConfigurationSpec => ({ type: 'Limited', limited: { limitResponse: { type: 'Reject' }, ...change } });
const queued = (queuing: object): PriorityLevelConfigurationSpec => limited({ limitResponse: { type: 'Queue', queuing } });

test.each<[string, PriorityLevelConfigurationSpec, string[]]>([
  ['fine', queued({}), []],
  ['a jail', limited({ nominalConcurrencyShares: 0 }), []],
  ['a type', { type: 'X' }, ['spec.type: Unsupported value: "X": supported values: "Exempt", "Limited"']],
  ['one exempt level', { type: 'Exempt' }, [`spec.type: Invalid value: "Exempt": type must be 'Exempt' if and only if name is 'exempt'`]],
  ['its member', { type: 'Limited' }, ['spec.limited: Required value: must not be empty when type is Limited']],
  ['shares', limited({ nominalConcurrencyShares: -1, lendablePercent: 101, borrowingLimitPercent: -1 }), [
    'spec.limited.nominalConcurrencyShares: Invalid value: -1: must be a non-negative integer',
    'spec.limited.lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive',
    'spec.limited.borrowingLimitPercent: Invalid value: -1: if specified, must be a non-negative integer',
  ]],
  ['no queues', limited({ limitResponse: { type: 'Reject', queuing: {} } }), ['spec.limited.limitResponse.queuing: Forbidden: must be nil if limited.limitResponse.type is not Limited']],
  ['a hand', queued({ queues: 4, handSize: 5 }), ['spec.limited.limitResponse.queuing.handSize: Invalid value: 5: should not be greater than queues (4)']],
  ['a hash', queued({ queues: 512, handSize: 8 }), ['spec.limited.limitResponse.queuing.handSize: Invalid value: 8: required entropy bits of deckSize 512 and handSize 8 should not be greater than 60']],
])('priority level: %s', (_name, spec, expected) => expect(texts(validation.validatePriorityLevelConfigurationCreate(levelOf(spec)))).toEqual(expected));

test('of the mandatory levels only what the exempt one lends may change', () => {
  expect(validation.validatePriorityLevelConfigurationCreate(levelOf({ type: 'Exempt', exempt: { lendablePercent: 50 } }, 'exempt'))).toEqual([]);
  expect(texts(validation.validatePriorityLevelConfigurationCreate(levelOf(limited({}), 'catch-all')))).toEqual([expect.stringMatching(/spec of 'catch-all' must equal the fixed value$/)]);
});
