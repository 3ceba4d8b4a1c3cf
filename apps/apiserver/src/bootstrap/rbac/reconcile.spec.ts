import { aggregatedRole, bindClusterRole, clusterRole, core, user } from './builders';
import { reconcile } from './reconcile';

const wanted = clusterRole('r', [core('get list', 'pods')]);

describe('reconcile', () => {
  it('creates what is not there', () => expect(reconcile(wanted, undefined)).toEqual({ type: 'create', object: wanted }));
  it('keeps what covers the default', () => {
    expect(reconcile(wanted, wanted)).toEqual({ type: 'keep' });
    expect(reconcile(wanted, { ...wanted, rules: [core('*', '*')] })).toEqual({ type: 'keep' });
  });
  it('adds missing rules and keeps the others', () => {
    const stored = { ...wanted, rules: [core('delete', 'pods')] };
    expect(reconcile(wanted, stored)).toEqual({ type: 'update', object: { ...wanted, rules: [core('delete', 'pods'), core('get list', 'pods')] } });
  });
  it('leaves alone what says so', () => {
    const stored = { ...wanted, rules: [], metadata: { name: 'r', annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'false' } } };
    expect(reconcile(wanted, stored)).toEqual({ type: 'keep' });
  });
  it('adds missing labels', () => {
    const stored = { ...wanted, metadata: { name: 'r', labels: { own: 'x' } } };
    expect(reconcile(wanted, stored)).toMatchObject({ type: 'update', object: { metadata: { labels: { own: 'x', 'kubernetes.io/bootstrapping': 'rbac-defaults' } } } });
  });
  it('adds missing subjects; replaces a binding to another role', () => {
    const binding = bindClusterRole('r', [user('a')]);
    expect(reconcile(binding, bindClusterRole('r', [user('b')]))).toMatchObject({ type: 'update', object: { subjects: [user('b'), user('a')] } });
    expect(reconcile(binding, bindClusterRole('other', [user('a')], 'r'))).toEqual({ type: 'recreate', object: binding });
  });
  it('does not touch the rules of aggregated roles', () => {
    const role = aggregatedRole('view');
    expect(reconcile(role, { ...role, rules: [core('get', 'pods')] })).toEqual({ type: 'keep' });
    expect(reconcile(role, clusterRole('view', []))).toMatchObject({ type: 'update', object: { aggregationRule: role.aggregationRule } });
  });
});
