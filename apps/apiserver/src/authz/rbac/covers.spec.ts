import type { PolicyRule } from '@typernetes/api';
import { coversRule, uncoveredRules } from './covers';

const pods = (verbs: string[], more: Partial<PolicyRule> = {}): PolicyRule => ({ verbs, apiGroups: [''], resources: ['pods'], ...more });

describe('coversRule', () => {
  it.each<[string, PolicyRule[], PolicyRule, boolean]>([
    ['itself', [pods(['get'])], pods(['get']), true],
    ['parts from several rules', [pods(['get']), pods(['list'])], pods(['get', 'list']), true],
    ['not another verb', [pods(['get'])], pods(['get', 'list']), false],
    ['all by a star', [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }], pods(['get', '*'], { resources: ['*', 'pods/log'] }), true],
    ['a star only by a star', [pods(['get', 'list'])], pods(['*']), false],
    ['a name by the whole', [pods(['get'])], pods(['get'], { resourceNames: ['a'] }), true],
    ['not the whole by a name', [pods(['get'], { resourceNames: ['a'] })], pods(['get']), false],
    ['a subresource of anything', [pods(['get'], { resources: ['*/scale'] })], pods(['get'], { resources: ['pods/scale'] }), true],
    ['paths', [{ verbs: ['get'], nonResourceURLs: ['/healthz*'] }], { verbs: ['get'], nonResourceURLs: ['/healthz/*'] }, true],
    ['not other paths', [{ verbs: ['get'], nonResourceURLs: ['/healthz'] }], { verbs: ['get'], nonResourceURLs: ['*'] }, false],
  ])('covers %s', (_, owned, wanted, expected) => expect(coversRule(owned, wanted)).toBe(expected));

  it('says what is missing', () => {
    expect(uncoveredRules([pods(['get'])], [pods(['get', 'list'], { resourceNames: ['a'] })])).toEqual([pods(['list'], { resourceNames: ['a'] })]);
  });
});
