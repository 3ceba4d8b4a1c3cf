import type { StoredEntry } from '@typernetes/storage';
import { difference } from './snapshots';

const entry = (key: string, revision: number, data: string): [string, StoredEntry] => [
  key,
  { key, revision, value: Buffer.from(`{"kind":"A","metadata":{"resourceVersion":"${revision}","name":"a"},"data":"${data}"}`) },
];
const put = (key: string, data: string): object => ({ type: 'put', key, value: Buffer.from(`{"kind":"A","metadata":{"name":"a"},"data":"${data}"}`) });

test.each<[string, [string, StoredEntry][], [string, StoredEntry][], object[]]>([
  ['nothing has changed', [entry('/registry/a', 1, 'x')], [entry('/registry/a', 1, 'x')], []],
  ['what is new goes', [entry('/registry/a', 1, 'x')], [], [{ type: 'delete', key: '/registry/a' }]],
  ['what is gone comes back', [], [entry('/registry/a', 1, 'x')], [put('/registry/a', 'x')]],
  ['what has changed changes back', [entry('/registry/a', 2, 'y')], [entry('/registry/a', 1, 'x')], [put('/registry/a', 'x')]],
  ['what was changed back already stays', [entry('/registry/a', 3, 'x')], [entry('/registry/a', 1, 'x')], []],
  ['events that ended stay away', [], [entry('/registry/events/default/a', 1, 'x')], []],
  ['leases stay renewed', [entry('/registry/leases/n/a', 2, 'y')], [entry('/registry/leases/n/a', 1, 'x')], []],
])('%s', (_what, present, wanted, expected) => {
  expect(difference(new Map(present), new Map(wanted))).toEqual(expected);
});
