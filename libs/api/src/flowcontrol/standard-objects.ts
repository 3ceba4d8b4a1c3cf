/**
 * The flow schemas and priority levels that every server has (API documentation "API Priority and Fairness", section
 * "Default objects"). The mandatory ones are fixed; the suggested ones belong to whoever changes them.
 */
import type { FlowSchema, FlowcontrolV1Subject, PolicyRulesWithSubjects, PriorityLevelConfiguration, ResourcePolicyRule } from '../generated/types';

const everything = ['*'];

const groups = (...names: string[]): FlowcontrolV1Subject[] => names.map((name) => ({ kind: 'Group', group: { name } }));
const users = (...names: string[]): FlowcontrolV1Subject[] => names.map((name) => ({ kind: 'User', user: { name } }));
const systemAccounts = (...names: string[]): FlowcontrolV1Subject[] =>
  names.map((name) => ({ kind: 'ServiceAccount', serviceAccount: { namespace: 'kube-system', name } }));

const anyRequestOf = (subjects: FlowcontrolV1Subject[]): PolicyRulesWithSubjects => ({
  subjects,
  resourceRules: [{ verbs: everything, apiGroups: everything, resources: everything, clusterScope: true, namespaces: everything }],
  nonResourceRules: [{ verbs: everything, nonResourceURLs: everything }],
});

const anyone = groups('system:unauthenticated', 'system:authenticated');
const lead = (apiGroup: string, resource: string): ResourcePolicyRule => ({
  verbs: ['get', 'create', 'update'],
  apiGroups: [apiGroup],
  resources: [resource],
  namespaces: everything,
});
const leases = lead('coordination.k8s.io', 'leases');

interface Flow {
  level: string;
  precedence: number;
  by?: 'ByUser' | 'ByNamespace';
}

function flowSchema(name: string, { level, precedence, by }: Flow, rule: PolicyRulesWithSubjects): FlowSchema {
  return {
    metadata: { name },
    spec: {
      matchingPrecedence: precedence,
      priorityLevelConfiguration: { name: level },
      ...(by ? { distinguisherMethod: { type: by } } : {}),
      rules: [rule],
    },
  };
}

function priorityLevel(name: string, shares: number, lendablePercent: number, queues?: { queues: number; handSize: number }): PriorityLevelConfiguration {
  const limitResponse = queues ? { type: 'Queue', queuing: { ...queues, queueLengthLimit: 50 } } : { type: 'Reject' };
  return { metadata: { name }, spec: { type: 'Limited', limited: { nominalConcurrencyShares: shares, lendablePercent, limitResponse } } };
}

export const mandatoryPriorityLevels: readonly PriorityLevelConfiguration[] = [
  { metadata: { name: 'exempt' }, spec: { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } } },
  priorityLevel('catch-all', 5, 0),
];

export const suggestedPriorityLevels: readonly PriorityLevelConfiguration[] = [
  priorityLevel('system', 30, 33, { queues: 64, handSize: 6 }),
  priorityLevel('node-high', 40, 25, { queues: 64, handSize: 6 }),
  priorityLevel('leader-election', 10, 0, { queues: 16, handSize: 4 }),
  priorityLevel('workload-high', 40, 50, { queues: 128, handSize: 6 }),
  priorityLevel('workload-low', 100, 90, { queues: 128, handSize: 6 }),
  priorityLevel('global-default', 20, 50, { queues: 128, handSize: 6 }),
];

export const mandatoryFlowSchemas: readonly FlowSchema[] = [
  flowSchema('exempt', { level: 'exempt', precedence: 1 }, anyRequestOf(groups('system:masters'))),
  flowSchema('catch-all', { level: 'catch-all', precedence: 10_000, by: 'ByUser' }, anyRequestOf(anyone)),
];

export const suggestedFlowSchemas: readonly FlowSchema[] = [
  flowSchema('system-nodes', { level: 'system', precedence: 500, by: 'ByUser' }, anyRequestOf(groups('system:nodes'))),
  flowSchema('system-node-high', { level: 'node-high', precedence: 400, by: 'ByUser' }, {
    subjects: groups('system:nodes'),
    resourceRules: [
      { verbs: everything, apiGroups: [''], resources: ['nodes', 'nodes/status'], clusterScope: true, namespaces: everything },
      { verbs: everything, apiGroups: ['coordination.k8s.io'], resources: ['leases'], namespaces: everything },
    ],
  }),
  flowSchema('probes', { level: 'exempt', precedence: 2 }, {
    subjects: anyone,
    nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/readyz', '/livez'] }],
  }),
  flowSchema('system-leader-election', { level: 'leader-election', precedence: 100, by: 'ByUser' }, {
    subjects: [...users('system:kube-controller-manager', 'system:kube-scheduler'), ...systemAccounts('*')],
    resourceRules: [leases],
  }),
  flowSchema('workload-leader-election', { level: 'leader-election', precedence: 200, by: 'ByUser' }, {
    subjects: systemAccounts('*'),
    resourceRules: [leases],
  }),
  flowSchema('endpoint-controller', { level: 'workload-high', precedence: 150, by: 'ByUser' }, {
    subjects: [...users('system:kube-controller-manager'), ...systemAccounts('endpoint-controller', 'endpointslicemirroring-controller')],
    resourceRules: [lead('', 'endpoints')],
  }),
  flowSchema('kube-controller-manager', { level: 'workload-high', precedence: 800, by: 'ByNamespace' }, anyRequestOf(users('system:kube-controller-manager'))),
  flowSchema('kube-scheduler', { level: 'workload-high', precedence: 800, by: 'ByNamespace' }, anyRequestOf(users('system:kube-scheduler'))),
  flowSchema('kube-system-service-accounts', { level: 'workload-high', precedence: 900, by: 'ByNamespace' }, anyRequestOf(systemAccounts('*'))),
  flowSchema('service-accounts', { level: 'workload-low', precedence: 9000, by: 'ByUser' }, anyRequestOf(groups('system:serviceaccounts'))),
  flowSchema('global-default', { level: 'global-default', precedence: 9900, by: 'ByUser' }, anyRequestOf(anyone)),
];
