import { protectedFinalizers } from './protection';

const f = 'kubernetes.io/pvc-protection';
describe('the finalizer', () => {
  test.each<[string, { finalizers?: string[]; deletionTimestamp?: string }, boolean, string[] | undefined]>([
    ['is added', {}, false, [f]],
    ['is added to others', { finalizers: ['x'] }, true, ['x', f]],
    ['is there', { finalizers: [f] }, false, undefined],
    ['holds what is used', { finalizers: [f], deletionTimestamp: 'now' }, true, undefined],
    ['lets go what is not', { finalizers: ['x', f], deletionTimestamp: 'now' }, false, ['x']],
    ['is not added to what goes', { finalizers: ['x'], deletionTimestamp: 'now' }, true, undefined],
  ])('%s', (_name, metadata, isUsed, expected) => expect(protectedFinalizers({ metadata }, f, () => isUsed)).toEqual(expected));
});
