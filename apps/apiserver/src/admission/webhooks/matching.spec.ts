import { createRegistry, type KindDefinition } from '@typernetes/api';
import type { KubernetesObject } from '@typernetes/machinery';
import type { AdmissionOperation } from '../../pipeline/admission';
import { isAsked, matchesResource, matchesRule, type Matcher } from './matching';

const registry = createRegistry();
const kind = (group: string, version: string, resource: string): KindDefinition => {
  const found = registry.lookup(group, version, resource);
  if (!found) throw new Error(resource);
  return found;
};
const pods = kind('', 'v1', 'pods');
const nodes = kind('', 'v1', 'nodes');
const namespaces = kind('', 'v1', 'namespaces');

test.each([
  ['pods', 'pods', '', true],
  ['pods', 'pods', 'status', false],
  ['pods/status', 'pods', 'status', true],
  ['pods/*', 'pods', 'exec', true],
  ['pods/*', 'pods', '', true],
  ['*', 'pods', '', true],
  ['*', 'pods', 'exec', false],
  ['*/scale', 'deployments', 'scale', true],
  ['*/*', 'pods', 'exec', true],
  ['*/*', 'pods', '', true],
])('%s and %s/%s: %s', (pattern, resource, subresource, expected) => {
  expect(matchesResource(pattern, resource, subresource)).toBe(expected);
});

test.each<[string, object, KindDefinition, AdmissionOperation, boolean]>([
  ['as it says', { operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }, pods, 'CREATE', true],
  ['another operation', { operations: ['DELETE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }, pods, 'CREATE', false],
  ['all', { operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*'] }, pods, 'UPDATE', true],
  ['another group', { operations: ['*'], apiGroups: ['apps'], apiVersions: ['*'], resources: ['*'] }, pods, 'UPDATE', false],
  ['namespaced alone', { operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*'], scope: 'Namespaced' }, nodes, 'UPDATE', false],
  ['of the cluster alone', { operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*'], scope: 'Cluster' }, namespaces, 'CREATE', true],
])('a rule: %s', (_name, rule, asked, operation, expected) => {
  expect(matchesRule(rule, { kind: asked, operation, subresource: '', namespace: 'n' })).toBe(expected);
});

const all = [{ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*'] }];
const labelled = (labels: Record<string, string>): KubernetesObject => ({ metadata: { labels } });

test.each<[string, Matcher, { kind: KindDefinition; object?: KubernetesObject; previous?: KubernetesObject }, boolean]>([
  ['the labels of the namespace', { rules: all, namespaceSelector: { matchLabels: { env: 'prod' } } }, { kind: pods }, true],
  ['other labels of the namespace', { rules: all, namespaceSelector: { matchLabels: { env: 'test' } } }, { kind: pods }, false],
  ['a namespace by its own', { rules: all, namespaceSelector: { matchLabels: { env: 'new' } } }, { kind: namespaces, object: labelled({ env: 'new' }) }, true],
  ['what has no namespace', { rules: all, namespaceSelector: { matchLabels: { env: 'test' } } }, { kind: nodes }, true],
  ['the labels of the object', { rules: all, objectSelector: { matchLabels: { a: 'b' } } }, { kind: pods, object: labelled({ a: 'b' }) }, true],
  ['the labels that it had', { rules: all, objectSelector: { matchLabels: { a: 'b' } } }, { kind: pods, object: labelled({}), previous: labelled({ a: 'b' }) }, true],
  ['other labels', { rules: all, objectSelector: { matchLabels: { a: 'b' } } }, { kind: pods, object: labelled({}) }, false],
  ['configurations of webhooks', { rules: all }, { kind: kind('admissionregistration.k8s.io', 'v1', 'validatingwebhookconfigurations') }, false],
])('by %s', (_name, matcher, asked, expected) => {
  expect(isAsked(matcher, { operation: 'CREATE', subresource: '', namespace: 'n', ...asked }, () => labelled({ env: 'prod' }))).toBe(expected);
});
