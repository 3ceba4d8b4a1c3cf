import { apiErrors } from '@typernetes/machinery';
import { describeError } from './logger';

describe('describeError', () => {
  test('an answer of the API is short', () => {
    expect(describeError(apiErrors.notFound({ group: '', resource: 'pods', name: 'a' }))).toEqual({ type: 'ApiError', code: 404, reason: 'NotFound', message: 'pods "a" not found' });
  });

  test('other errors keep their stack and their cause', () => {
    const described = describeError(new Error('outer', { cause: new TypeError('inner') }));
    expect(described).toMatchObject({ type: 'Error', message: 'outer', cause: { type: 'TypeError', message: 'inner' } });
    expect(described).toHaveProperty('stack');
  });

  test('an error that causes itself ends', () => {
    const error: Error & { cause?: unknown } = new Error('round');
    error.cause = error;
    expect(JSON.stringify(describeError(error)).match(/"message":"round"/g)).toHaveLength(6);
  });

  test('what is no error stays', () => expect(describeError('text')).toBe('text'));
});
