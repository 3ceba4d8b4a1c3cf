import { attributesOf, validateQuestion, validateSubject } from './attributes';
import { rulesStatus } from './rules';

const resourceAttributes = { verb: 'get', resource: 'pods', namespace: 'ns' };
const nonResourceAttributes = { verb: 'get', path: '/healthz' };

it.each([
  [{ resourceAttributes }, []],
  [{ nonResourceAttributes }, []],
  [{}, ['spec.resourceAttributes']],
  [{ resourceAttributes, nonResourceAttributes }, ['spec.nonResourceAttributes']],
])('%j is a question', (spec, fields) => expect(validateQuestion(spec).map(({ field }) => field)).toEqual(fields));

it.each([
  [{ resourceAttributes, user: 'u' }, []],
  [{ resourceAttributes, groups: ['g'] }, []],
  [{ resourceAttributes }, ['spec.user']],
])('%j is about somebody', (spec, fields) => expect(validateSubject(spec).map(({ field }) => field)).toEqual(fields));

it('reads both forms', () => {
  expect(attributesOf({ resourceAttributes })).toEqual({ type: 'resource', verb: 'get', group: '', version: '', resource: 'pods', subresource: '', namespace: 'ns', name: '' });
  expect(attributesOf({ nonResourceAttributes })).toEqual({ type: 'path', verb: 'get', path: '/healthz' });
});

it('lists rules of both sorts', () =>
  expect(rulesStatus([{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }, { verbs: ['get'], nonResourceURLs: ['/x'] }], 'why')).toEqual({
    resourceRules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }],
    nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/x'] }],
    incomplete: true,
    evaluationError: 'why',
  }));
