import type { PolicyRule } from '@typernetes/api';
import type { AuthorizationAttributes } from '../../pipeline/authorizer';
import { makeRbacAuthorizer } from './rbac-authorizer';
import { RbacIndex } from './rbac-index';
import { ruleAllows } from './rule-allows';

const ask = (verb: string, path: string, { group = '', namespace = 'default', name = '' } = {}): AuthorizationAttributes => {
  const [resource = '', subresource = ''] = path.split('/');
  return { type: 'resource', verb, group, version: 'v1', resource, subresource, namespace, name };
};
const asPath = (path: string): AuthorizationAttributes => ({ type: 'path', verb: 'get', path });

describe('ruleAllows', () => {
  const pods: PolicyRule = { verbs: ['get'], apiGroups: [''], resources: ['pods'] };
  it.each<[string, PolicyRule, AuthorizationAttributes, boolean]>([
    ['same', pods, ask('get', 'pods'), true],
    ['other verb', pods, ask('list', 'pods'), false],
    ['other group', pods, ask('get', 'pods', { group: 'x' }), false],
    ['a resource does not include its subresources', pods, ask('get', 'pods/log'), false],
    ['any verb', { ...pods, verbs: ['*'] }, ask('watch', 'pods'), true],
    ['any resource, subresources too', { ...pods, resources: ['*'] }, ask('get', 'pods/log'), true],
    ['a subresource of any resource', { ...pods, resources: ['*/scale'] }, ask('get', 'pods/scale'), true],
    ['named', { ...pods, resourceNames: ['a'] }, ask('get', 'pods', { name: 'a' }), true],
    ['named, other name', { ...pods, resourceNames: ['a'] }, ask('get', 'pods', { name: 'b' }), false],
    ['named, none asked', { ...pods, resourceNames: ['a'] }, ask('get', 'pods'), false],
    ['paths are not resources', pods, asPath('/pods'), false],
    ['path', { verbs: ['get'], nonResourceURLs: ['/healthz'] }, asPath('/healthz'), true],
    ['path below', { verbs: ['get'], nonResourceURLs: ['/healthz/*'] }, asPath('/healthz/etcd'), true],
    ['path beside', { verbs: ['get'], nonResourceURLs: ['/healthz/*'] }, asPath('/healthz'), false],
    ['any path', { verbs: ['*'], nonResourceURLs: ['*'] }, asPath('/x'), true],
  ])('%s', (_, rule, attributes, allowed) => expect(ruleAllows(rule, attributes)).toBe(allowed));
});

describe('RBAC', () => {
  const index = new RbacIndex();
  const authorizer = makeRbacAuthorizer(index);
  const may = async (name: string, attributes: AuthorizationAttributes, groups: string[] = []): Promise<boolean> =>
    (await authorizer.authorize({ name, groups }, attributes)).type === 'allow';
  const rules: PolicyRule[] = [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'reader' };
  const binding = {
    metadata: { name: 'b', namespace: 'default' },
    roleRef,
    subjects: [{ kind: 'ServiceAccount', name: 'sa' }, { kind: 'Group', name: 'g' }],
  };

  it('follows bindings and roles as they come and go', async () => {
    index.setBinding(binding);
    expect(await may('u', ask('get', 'pods'), ['g'])).toBe(false);
    index.setRole({ metadata: { name: 'reader' }, rules });
    expect(await may('u', ask('get', 'pods'), ['g'])).toBe(true);
    expect(await may('system:serviceaccount:default:sa', ask('get', 'pods'))).toBe(true);
    expect(await may('u', ask('get', 'pods', { namespace: 'other' }), ['g'])).toBe(false);
    expect(await may('u', ask('get', 'pods', { namespace: '' }), ['g'])).toBe(false);
    index.setBinding({ ...binding, subjects: [{ kind: 'User', name: 'u' }] });
    expect(await may('v', ask('get', 'pods'), ['g'])).toBe(false);
    expect(await may('u', ask('get', 'pods'))).toBe(true);
    index.removeBinding(binding);
    expect(await may('u', ask('get', 'pods'))).toBe(false);
  });

  it('binds cluster-wide, and lets system:masters do everything', async () => {
    index.setBinding({ metadata: { name: 'b' }, roleRef, subjects: [{ kind: 'User', name: 'u' }] });
    expect(await may('u', ask('get', 'pods', { namespace: '' }))).toBe(true);
    expect(await may('u', ask('delete', 'pods'))).toBe(false);
    expect(await may('root', ask('delete', 'nodes'), ['system:masters'])).toBe(true);
  });
});
