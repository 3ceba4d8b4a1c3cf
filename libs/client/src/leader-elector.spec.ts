import type { Lease } from '@typernetes/api';
import { electionStep } from './leader-elector';

const lease = (holderIdentity?: string): Lease => ({ spec: { holderIdentity, leaseDurationSeconds: 15 } });

test.each([
  ['no lease yet', undefined, 0, 'create'],
  ['ours', { lease: lease('me'), seenAtMs: 0 }, 99_000, 'renew'],
  ["another one's, alive", { lease: lease('other'), seenAtMs: 0 }, 14_999, 'wait'],
  ["another one's, not renewed for its whole duration", { lease: lease('other'), seenAtMs: 0 }, 15_000, 'acquire'],
  ['released', { lease: lease(''), seenAtMs: 0 }, 0, 'acquire'],
])('election: %s', (_name, observation, nowMs, expected) => {
  expect(electionStep(observation, 'me', nowMs).action).toBe(expected);
});
