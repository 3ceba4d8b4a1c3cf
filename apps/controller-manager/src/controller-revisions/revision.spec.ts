import type { ControllerRevision, DaemonSet } from '@typernetes/api';
import { newRevision, nextRevisionStep, sameState, sortRevisions, superfluousRevisions, templateIn } from './revision';
import { canonicalJson, hashOf } from './template-hash';

const style = { gvk: { apiVersion: 'apps/v1', kind: 'DaemonSet' }, hashLabel: 'controller-revision-hash' };
const set = (image: string, collisionCount?: number): DaemonSet => ({
  metadata: { name: 'agent', namespace: 'ns', uid: 'u', annotations: { 'kubernetes.io/change-cause': 'because' } },
  spec: { selector: {}, template: { metadata: { labels: { app: 'agent' } }, spec: { containers: [{ name: 'c', image }] } } },
  status: { currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0, collisionCount },
});
const revision = (image: string, number: number): ControllerRevision => newRevision(set(image), style, number, undefined);

describe('a revision', () => {
  test('keeps the template as a patch, with labels, cause and owner', () => {
    const made = revision('a:1', 3);
    expect(made).toMatchObject({
      metadata: { namespace: 'ns', annotations: { 'kubernetes.io/change-cause': 'because' }, labels: { app: 'agent' }, ownerReferences: [{ kind: 'DaemonSet', uid: 'u', controller: true }] },
      data: { spec: { template: { $patch: 'replace' } } },
      revision: 3,
    });
    expect(made.metadata?.name).toBe(`agent-${made.metadata?.labels?.['controller-revision-hash']}`);
    expect(templateIn(made)).toEqual(set('a:1').spec?.template);
  });
  test('is equal by state, whatever its number', () => {
    expect(sameState(revision('a', 1), revision('a', 9))).toBe(true);
    expect(sameState(revision('a', 1), revision('b', 1))).toBe(false);
  });
  test('a collision gives another name', () => expect(newRevision(set('a'), style, 1, 1).metadata?.name).not.toBe(revision('a', 1).metadata?.name));
});

describe('the next step', () => {
  const [one, two] = [revision('a', 1), revision('b', 2)];
  test('first template', () => expect(nextRevisionStep(set('a'), style, [])).toMatchObject({ do: 'create', update: { revision: 1 } }));
  test('unchanged template', () => expect(nextRevisionStep(set('b'), style, [one, two])).toEqual({ do: 'nothing', update: two }));
  test('new template', () => expect(nextRevisionStep(set('c'), style, [one, two])).toMatchObject({ do: 'create', update: { revision: 3 } }));
  test('older template again', () => expect(nextRevisionStep(set('a'), style, [one, two])).toEqual({ do: 'renumber', update: one, number: 3 }));
});

test('order and limit of the history', () => {
  const all = sortRevisions([revision('c', 3), revision('a', 1), revision('d', 4), revision('b', 2)]);
  expect(all.map((each) => each.revision)).toEqual([1, 2, 3, 4]);
  const superfluous = superfluousRevisions(all, (each) => each.revision === 1 || each.revision === 4, 1);
  expect(superfluous.map((each) => each.revision)).toEqual([2]);
});

describe('hashes', () => {
  test('do not depend on the order of keys or on undefined', () => {
    expect(canonicalJson({ b: 1, a: [{ d: undefined, c: 'x' }] })).toBe('{"a":[{"c":"x"}],"b":1}');
    expect(hashOf({ a: 1, b: 2 })).toBe(hashOf({ b: 2, a: 1, c: undefined }));
  });
  test('fit into names', () => expect(hashOf({ a: 1 })).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{1,10}$/));
});
