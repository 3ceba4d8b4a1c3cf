import { invalidity } from './token-validity';

const at = Date.UTC(2026, 0, 1);
const deletedAt = (ms: number): string => new Date(at + ms).toISOString();

describe('invalidity', () => {
  it.each<[string, Parameters<typeof invalidity>[2], string | undefined]>([
    ['the same object', { metadata: { uid: 'u' } }, undefined],
    ['nothing', undefined, 'pod "p" not found'],
    ['its successor', { metadata: { uid: 'v' } }, 'the pod UID (v) does not match the UID in the token (u)'],
    ['one that ends', { metadata: { uid: 'u', deletionTimestamp: deletedAt(30_000) } }, undefined],
    ['one that ended just now', { metadata: { uid: 'u', deletionTimestamp: deletedAt(-59_000) } }, undefined],
    ['one that ended', { metadata: { uid: 'u', deletionTimestamp: deletedAt(-61_000) } }, 'pod has been deleted'],
  ])('%s', (_, stored, expected) => expect(invalidity('pod', { name: 'p', uid: 'u' }, stored, at)).toBe(expected));
});
