import type { RequestOptions } from '../pipeline/request';
import { checkListOptions, checkWatchOptions } from './list-options';

const invalid = (text: string): string => `ListOptions.meta.k8s.io "" is invalid: ${text}`;

function outcome(check: (options: RequestOptions) => void, options: RequestOptions): string {
  try {
    check(options);
    return 'fine';
  } catch (error) {
    return (error as Error).message;
  }
}

test.each<[name: string, options: RequestOptions, expected: string]>([
  ['nothing', {}, 'fine'],
  ['a version', { resourceVersion: '5' }, 'fine'],
  ['an exact version', { resourceVersion: '5', resourceVersionMatch: 'Exact' }, 'fine'],
  ['any version', { resourceVersion: '0', resourceVersionMatch: 'NotOlderThan' }, 'fine'],
  ['a match without a version', { resourceVersionMatch: 'Exact' }, invalid('resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided')],
  [
    'a match with a token',
    { resourceVersion: '5', resourceVersionMatch: 'NotOlderThan', continue: 'x' },
    invalid('resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden when continue is provided'),
  ],
  ['an unknown match', { resourceVersion: '5', resourceVersionMatch: 'Some' }, invalid('resourceVersionMatch: Unsupported value: "Some": supported values: "Exact", "NotOlderThan", ""')],
  ['exactly any', { resourceVersion: '0', resourceVersionMatch: 'Exact' }, invalid('resourceVersionMatch: Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"')],
  ['initial events', { sendInitialEvents: true }, invalid('sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list')],
])('lists: %s', (_name, options, expected) => expect(outcome(checkListOptions, options)).toBe(expected));

test.each<[name: string, options: RequestOptions, expected: string]>([
  ['nothing', {}, 'fine'],
  ['initial events', { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' }, 'fine'],
  ['no initial events', { sendInitialEvents: false, resourceVersionMatch: 'NotOlderThan' }, 'fine'],
  ['initial events without a match', { sendInitialEvents: true }, invalid('resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan')],
  [
    'a match alone',
    { resourceVersionMatch: 'NotOlderThan' },
    invalid('resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'),
  ],
  [
    'an exact match',
    { sendInitialEvents: true, resourceVersionMatch: 'Exact' },
    invalid(
      '[resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan, resourceVersionMatch: Unsupported value: "Exact": supported values: "NotOlderThan"]',
    ),
  ],
])('watches: %s', (_name, options, expected) => expect(outcome(checkWatchOptions, options)).toBe(expected));
