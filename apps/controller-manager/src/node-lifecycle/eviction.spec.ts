import type { Pod, Taint, Toleration } from '@typernetes/api';
import { evictionTime, seenTaints } from './eviction';

const second = 1000;
const at = (seconds: number): string => new Date(seconds * second).toISOString();
const pod = (tolerations: Toleration[], bornAt = 0): Pod => ({ metadata: { creationTimestamp: at(bornAt) }, spec: { containers: [], tolerations } });
const out: Taint = { key: 'out', value: 'yes', effect: 'NoExecute' };
const forSeconds = (tolerationSeconds: number): Toleration => ({ key: 'out', operator: 'Exists', tolerationSeconds });

const rows: [string, Pod, Taint[], number | 'never'][] = [
  ['no taint', pod([]), [], 'never'],
  ['a taint that only keeps new pods away', pod([]), [{ ...out, effect: 'NoSchedule' }], 'never'],
  ['not tolerated: since it was seen', pod([]), [out], 100],
  ['tolerated for good', pod([{ key: 'out', operator: 'Exists' }]), [out], 'never'],
  ['tolerated for a while, counted from when it was seen', pod([forSeconds(5)]), [out], 105],
  ['the shortest of several limits', pod([forSeconds(5), forSeconds(3)]), [out], 103],
  ['one taint tolerated, another not', pod([forSeconds(5)]), [out, { key: 'other', effect: 'NoExecute' }], 100],
  ['a taint that tells its time', pod([forSeconds(5)]), [{ ...out, timeAdded: at(50) }], 55],
  ['and a younger pod', pod([forSeconds(5)], 80), [{ ...out, timeAdded: at(50) }], 85],
  ['not longer than at all', pod([forSeconds(-1)]), [out], 100],
];
test.each(rows)('%s', (_name, candidate, taints, expected) => {
  const time = evictionTime(candidate, taints, seenTaints(undefined, taints, 100 * second));
  expect(time === 'never' ? time : time / second).toBe(expected);
});

test('a taint keeps the time of its first sight until it goes', () => {
  const first = seenTaints(undefined, [out], 100);
  const second = seenTaints(first, [out, { key: 'new', effect: 'NoExecute' }], 200);
  expect([...second]).toEqual([['out=yes', 100], ['new=', 200]]);
  expect([...seenTaints(seenTaints(second, [], 300), [out], 400)]).toEqual([['out=yes', 400]]);
});
