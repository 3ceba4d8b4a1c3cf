import type { Pod } from '@typernetes/api';
import { selectorFromMap } from '@typernetes/machinery';
import { planClaims } from './claims';

const owner = { metadata: { name: 'o', namespace: 'ns', uid: 'o-uid' } };
const pod = (name: string, app: string, ownerUid?: string, deletionTimestamp?: string): Pod => ({
  metadata: {
    name,
    labels: { app },
    ...(deletionTimestamp ? { deletionTimestamp } : {}),
    ...(ownerUid ? { ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: 'o', uid: ownerUid, controller: true }] } : {}),
  },
});
const pods = [pod('ours', 'a', 'o-uid'), pod('strayed', 'b', 'o-uid'), pod('orphan', 'a'), pod('dying', 'a', undefined, 'now'), pod('foreign', 'a', 'other'), pod('nobody', 'b')];
const names = (list: readonly Pod[]): (string | undefined)[] => list.map(({ metadata }) => metadata?.name);

test('ours stay, orphans that match are adopted, what does not match is released', () => {
  const plan = planClaims(owner, selectorFromMap({ app: 'a' }), pods);
  expect(names(plan.owned)).toEqual(['ours', 'orphan']);
  expect(names(plan.adopt)).toEqual(['orphan']);
  expect(names(plan.release)).toEqual(['strayed']);
});

test('an owner that goes leaves everything as it is', () => {
  const plan = planClaims({ metadata: { ...owner.metadata, deletionTimestamp: 'now' } }, selectorFromMap({ app: 'a' }), pods);
  expect([names(plan.owned), plan.adopt, plan.release]).toEqual([['ours'], [], []]);
});
