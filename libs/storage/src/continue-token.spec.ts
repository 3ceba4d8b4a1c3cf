import { decodeContinueToken, encodeContinueToken } from './continue-token';

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('continue tokens', () => {
  it('come back as they were', () => {
    expect(decodeContinueToken(encodeContinueToken({ revision: 7, startKey: 'ns/a' }))).toEqual({ revision: 7, startKey: 'ns/a' });
  });

  it.each([
    ['no base64 JSON', 'x'],
    ['another version', encoded({ v: 'v2', rv: 1, start: 'a' })],
    ['no revision', encoded({ v: 'meta.k8s.io/v1', rv: 0, start: 'a' })],
    ['no start', encoded({ v: 'meta.k8s.io/v1', rv: 1, start: '' })],
    ['a start outside the resource', encoded({ v: 'meta.k8s.io/v1', rv: 1, start: '../secrets/a' })],
    ['null', encoded(null)],
  ])('are refused with %s', (_, token) => {
    expect(() => decodeContinueToken(token)).toThrow('continue key is not valid');
  });
});
