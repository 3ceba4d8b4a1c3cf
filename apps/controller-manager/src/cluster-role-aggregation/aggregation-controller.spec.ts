import { aggregatedRules } from './aggregation-controller';

const rule = (resource: string) => ({ apiGroups: [''], resources: [resource], verbs: ['get'] });
const role = (name: string, label: string, ...resources: string[]) => ({ metadata: { name, labels: { [label]: 'true' } }, rules: resources.map(rule) });

test('rules of selected roles come once each, in order of names', () => {
  const admin = { metadata: { name: 'admin' }, aggregationRule: { clusterRoleSelectors: [{ matchLabels: { toAdmin: 'true' } }] } };
  const roles = [admin, role('b', 'toAdmin', 'pods', 'services'), role('a', 'toAdmin', 'pods'), role('c', 'toView', 'nodes')];
  expect(aggregatedRules(admin, roles)).toEqual([rule('pods'), rule('services')]);
});
