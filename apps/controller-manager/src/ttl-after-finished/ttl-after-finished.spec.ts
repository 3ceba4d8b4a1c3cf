import type { Job } from '@typernetes/api';
import { formatTime } from '@typernetes/machinery';
import { remainingTtlMs } from './ttl-after-finished-controller';

const nowMs = Date.UTC(2026, 0, 1);
const job = (ttlSecondsAfterFinished: number | undefined, endedAgo: number, type = 'Complete', deletionTimestamp?: string): Job => ({
  metadata: { deletionTimestamp },
  spec: { template: {}, ttlSecondsAfterFinished },
  status: { conditions: [{ type, status: 'True', lastTransitionTime: formatTime(nowMs - endedAgo * 1000) }] },
});

test.each<[string, Job, number | undefined]>([
  ['no limit', job(undefined, 10), undefined],
  ['some time left', job(60, 10, 'Failed'), 50_000],
  ['over', job(0, 10), -10_000],
  ['not ended', job(0, 10, 'Suspended'), undefined],
  ['being deleted', job(0, 10, 'Complete', 'x'), undefined],
])('%s', (_name, object, expected) => expect(remainingTtlMs(object, nowMs)).toBe(expected));
