import type { Intercepted } from '@typernetes/app-apiserver';
import { matches, matchesForFault } from './request-match';
import type { RequestMatch } from './types';

const update = (user: string): Intercepted => ({
  user: { name: user, groups: [] },
  request: {
    verb: 'update',
    target: { group: 'apps', version: 'v1', resource: 'deployments', subresource: 'status', namespace: 'shop', name: 'web' },
    options: {},
    query: new URLSearchParams(),
    credentials: {},
    userAgent: 'operator/1.2 (linux)',
  },
});

test.each<[RequestMatch, boolean]>([
  [{}, true],
  [{ verb: 'update', group: 'apps', resource: 'deployments', subresource: 'status', namespace: 'shop', name: 'web', user: 'anna', userAgent: 'operator' }, true],
  [{ verb: 'patch' }, false],
  [{ subresource: '' }, false],
  [{ resource: 'deployments', name: 'other' }, false],
  [{ userAgent: 'kubectl' }, false],
  [{ user: 'bert' }, false],
])('%j fits: %s', (match, expected) => {
  expect(matches(update('anna'), match)).toBe(expected);
});

test.each([
  ['anna', {}, true],
  ['system:serviceaccount:shop:operator', {}, true],
  ['system:kube-scheduler', {}, false],
  ['system:node:node-1', { resource: 'deployments' }, false],
  ['system:node:node-1', { user: 'system:node:node-1' }, true],
])('a fault for requests of %s with %j: %s', (user, match, expected) => {
  expect(matchesForFault(update(user), match)).toBe(expected);
});
