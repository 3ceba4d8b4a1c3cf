import { sameStatus } from './same-status';

describe('statuses are the same', () => {
  test.each<[string, object | undefined, object | undefined, boolean]>([
    ['when zero is absent', { replicas: 0, readyReplicas: 1 }, { readyReplicas: 1 }, true],
    ['when nothing is there', undefined, { replicas: 0, conditions: [], name: '' }, true],
    ['not when a number differs', { replicas: 2 }, { replicas: 1 }, false],
    ['not when a part differs', { conditions: [{ type: 'A', status: 'True' }] }, { conditions: [{ type: 'A', status: 'False' }] }, false],
    ['false is not absent', { ok: false }, {}, false],
  ])('%s', (_name, a, b, expected) => expect(sameStatus(a, b)).toBe(expected));
});
