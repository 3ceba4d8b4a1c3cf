import { isApiError } from '@typernetes/machinery';
import { parseLogOptions } from './log-options';

const parse = (query: string): ReturnType<typeof parseLogOptions> => parseLogOptions(new URLSearchParams(query), 'web');
const refusal = (query: string): [number, string] => {
  try {
    parse(query);
  } catch (error) {
    if (isApiError(error)) return [error.code, error.message];
    throw error;
  }
  throw new Error('was not refused');
};

describe('parseLogOptions', () => {
  it('has defaults', () => {
    expect(parse('')).toEqual({ container: '', follow: false, previous: false, timestamps: false, sinceTime: '', stream: '' });
  });

  it.each([
    ['follow=true', { follow: true }],
    ['follow=1&previous=0', { follow: true, previous: false }],
    ['follow', { follow: true }],
    ['container=a&tailLines=0', { container: 'a', tailLines: 0n }],
    ['limitBytes=9007199254740993', { limitBytes: 9_007_199_254_740_993n }],
    ['sinceTime=2026-01-02T03:04:05Z', { sinceTime: '2026-01-02T03:04:05Z' }],
    ['stream=Stderr', { stream: 'Stderr' }],
  ])('%s', (query, expected) => {
    expect(parse(query)).toMatchObject(expected);
  });

  it.each([
    ['tailLines=-1', 422, 'tailLines: Invalid value: -1: must be greater than or equal to 0'],
    ['limitBytes=0', 422, 'limitBytes: Invalid value: 0: must be greater than 0'],
    ['sinceSeconds=0', 422, 'sinceSeconds: Invalid value: 0: must be greater than 0'],
    ['sinceSeconds=1&sinceTime=2026-01-02T03:04:05Z', 422, 'at most one of `sinceTime` or `sinceSeconds` may be specified'],
    ['stream=Both', 422, 'stream: Unsupported value: "Both"'],
    ['stream=Stdout&tailLines=3', 422, 'mutually exclusive'],
    ['tailLines=many', 400, 'strconv.ParseInt: parsing "many": invalid syntax'],
  ])('refuses %s', (query, code, message) => {
    expect(refusal(query)).toEqual([code, expect.stringContaining(message)]);
  });
});
