import { podInfoOf } from '../framework/pod-info';
import type { PodInfo } from '../framework/pod-info';
import { SchedulingQueue, unschedulableMsMax } from './scheduling-queue';

const pod = (uid: string, priority = 0): PodInfo =>
  podInfoOf({ metadata: { uid, name: uid, namespace: 'default' }, spec: { containers: [], priority } });

const popUid = (queue: SchedulingQueue): string | undefined => queue.pop()?.info.uid;

describe('SchedulingQueue', () => {
  test('priority first, then first come first served', () => {
    const queue = new SchedulingQueue();
    queue.put(pod('late'), 2);
    queue.put(pod('early'), 1);
    queue.put(pod('high', 10), 3);
    expect([popUid(queue), popUid(queue), popUid(queue), popUid(queue)]).toEqual(['high', 'early', 'late', undefined]);
  });

  test('an error backs off: 1 s, 2 s, 4 s, at most 10 s', () => {
    const queue = new SchedulingQueue();
    queue.put(pod('a'), 0);
    let now = 0;
    for (const pause of [1000, 2000, 4000, 8000, 10_000, 10_000]) {
      expect(popUid(queue)).toBe('a');
      queue.failed('a', new Set(), now);
      expect(queue.tick(now + pause - 1)).toBe(now + pause);
      expect(popUid(queue)).toBeUndefined();
      now += pause;
      queue.tick(now);
    }
  });

  test('a pod that no node takes waits for an event that can help it', () => {
    const queue = new SchedulingQueue();
    queue.put(pod('a'), 0);
    queue.pop();
    queue.failed('a', new Set(['NodeResourcesFit']), 0);
    queue.moveOnEvent(['TaintToleration'], 5000);
    expect(queue.lengths).toEqual({ active: 0, backoff: 0, unschedulable: 1 });
    queue.moveOnEvent(['NodeResourcesFit'], 5000);
    expect(popUid(queue)).toBe('a');
  });

  test('a change during the attempt is not lost', () => {
    const queue = new SchedulingQueue();
    queue.put(pod('a'), 0);
    queue.pop();
    queue.moveOnEvent(['*'], 0);
    queue.failed('a', new Set(['NodeResourcesFit']), 0);
    expect(queue.lengths.backoff).toBe(1);
  });

  test('after five minutes it is tried all the same', () => {
    const queue = new SchedulingQueue();
    queue.put(pod('a'), 0);
    queue.pop();
    queue.failed('a', new Set(['NodeAffinity']), 0);
    queue.tick(unschedulableMsMax);
    expect(popUid(queue)).toBe('a');
  });

  test('a changed pod is tried at once, a deleted one never', () => {
    const queue = new SchedulingQueue();
    queue.put(pod('a'), 0);
    queue.put(pod('b'), 0);
    queue.pop();
    queue.failed('a', new Set(['NodeAffinity']), 0);
    queue.delete('b');
    queue.put(pod('a'), 1);
    expect([popUid(queue), popUid(queue)]).toEqual(['a', undefined]);
  });

  test('a pod deleted while it is tried does not come back', () => {
    const queue = new SchedulingQueue();
    queue.put(pod('a'), 0);
    queue.pop();
    queue.delete('a');
    queue.failed('a', new Set(), 0);
    expect(queue.lengths).toEqual({ active: 0, backoff: 0, unschedulable: 0 });
  });
});
