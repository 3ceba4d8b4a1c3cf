import type { KubernetesObject } from '@typernetes/machinery';
import { OwnerGraph } from './graph';
import type { OwnerState } from './verdict';
import { judge } from './verdict';

const object = (owners: string[], metadata: KubernetesObject['metadata'] = {}): KubernetesObject => ({
  metadata: { uid: 'me', ownerReferences: owners.map((uid) => ({ apiVersion: 'v1', kind: 'X', name: uid, uid })), ...metadata },
});

describe('judge', () => {
  const rows: [string, KubernetesObject, Record<string, OwnerState>, boolean, ReturnType<typeof judge>][] = [
    ['nobody owns it', object([]), {}, false, { action: 'keep' }],
    ['its owner is there', object(['a']), { a: 'solid' }, false, { action: 'keep' }],
    ['its owner is gone', object(['a']), { a: 'absent' }, false, { action: 'delete', propagation: 'Background' }],
    ['one of two is gone', object(['a', 'b']), { a: 'solid', b: 'absent' }, false, { action: 'dropReferences', uids: ['b'] }],
    ['one of two waits', object(['a', 'b']), { a: 'solid', b: 'waiting' }, false, { action: 'dropReferences', uids: ['b'] }],
    ['its owner waits', object(['a']), { a: 'waiting' }, false, { action: 'delete', propagation: 'Background' }],
    ['its owner waits, and it has dependents of its own', object(['a']), { a: 'waiting' }, true, { action: 'delete', propagation: 'Foreground' }],
    ['it is on its way already', object(['a'], { deletionTimestamp: 'now' }), { a: 'absent' }, false, { action: 'keep' }],
    ['it wants its dependents orphaned', object(['a'], { finalizers: ['orphan'] }), { a: 'absent' }, true, { action: 'delete', propagation: 'Orphan' }],
  ];
  test.each(rows)('%s', (_name, subject, states, hasDependents, expected) => {
    expect(judge(subject, new Map(Object.entries(states)), hasDependents)).toEqual(expected);
  });
});

test('the graph follows changes of owners', () => {
  const type = { group: '', version: 'v1', kind: 'X', resource: 'xs', namespaced: true };
  const graph = new OwnerGraph();
  graph.set({ type, object: object(['a', 'b']) });
  expect(graph.dependents('a')).toHaveLength(1);
  graph.set({ type, object: object(['b']) });
  expect(graph.dependents('a')).toEqual([]);
  expect(graph.dependents('b')).toHaveLength(1);
  graph.delete('me');
  expect(graph.dependents('b')).toEqual([]);
});
