import { podInfoOf } from '../framework/pod-info';
import type { PodInfo } from '../framework/pod-info';
import type { ClusterEvent } from '../framework/cluster-event';
import { NodeInfo } from '../framework/node-info';
import type { SchedulerPlugin } from '../framework/plugin';
import { hintBook } from './hint-book';
import { SchedulingQueue, unschedulableMsMax, type QueueOptions } from './scheduling-queue';

const node = new NodeInfo('n');
const fits = { hints: { AssignedPodDelete: () => true, NodeAdd: ({ uid }) => uid !== 'giant' }, name: 'NodeResourcesFit' } satisfies SchedulerPlugin;
const tolerates = { hints: { NodeUpdateTaint: () => true }, name: 'TaintToleration' } satisfies SchedulerPlugin;
const hints = hintBook([[fits, tolerates]], () => [fits, tolerates]);
const queueOf = (options: Partial<QueueOptions> = {}): SchedulingQueue => new SchedulingQueue({ hints, ...options });
const taintChange: ClusterEvent = { kind: 'NodeUpdateTaint', node };
const nodeAdd: ClusterEvent = { kind: 'NodeAdd', node };

const pod = (uid: string, priority = 0): PodInfo =>
  podInfoOf({ metadata: { uid, name: uid, namespace: 'default' }, spec: { containers: [], priority } });

const popUid = (queue: SchedulingQueue): string | undefined => queue.pop()?.info.uid;

describe('SchedulingQueue', () => {
  test('priority first, then first come first served', () => {
    const queue = queueOf();
    queue.put(pod('late'), 2);
    queue.put(pod('early'), 1);
    queue.put(pod('high', 10), 3);
    expect([popUid(queue), popUid(queue), popUid(queue), popUid(queue)]).toEqual(['high', 'early', 'late', undefined]);
  });

  test('an error backs off: 1 s, 2 s, 4 s, at most 10 s', () => {
    const queue = queueOf();
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
    const queue = queueOf();
    queue.put(pod('a'), 0);
    queue.pop();
    queue.failed('a', new Set(['NodeResourcesFit']), 0);
    queue.moveOnEvent(taintChange, 5000);
    expect(queue.lengths).toEqual({ active: 0, backoff: 0, unschedulable: 1, gated: 0 });
    queue.moveOnEvent(nodeAdd, 5000);
    expect(popUid(queue)).toBe('a');
  });

  test('a change during the attempt is not lost', () => {
    const queue = queueOf();
    queue.put(pod('a'), 0);
    queue.pop();
    queue.moveOnEvent(nodeAdd, 0);
    queue.failed('a', new Set(['NodeResourcesFit']), 0);
    expect(queue.lengths.backoff).toBe(1);
  });

  test('after five minutes it is tried all the same', () => {
    const queue = queueOf();
    queue.put(pod('a'), 0);
    queue.pop();
    queue.failed('a', new Set(['NodeAffinity']), 0);
    queue.tick(unschedulableMsMax);
    expect(popUid(queue)).toBe('a');
  });

  test('a changed pod is tried at once, a deleted one never', () => {
    const queue = queueOf();
    queue.put(pod('a'), 0);
    queue.put(pod('b'), 0);
    queue.pop();
    queue.failed('a', new Set(['NodeAffinity']), 0);
    queue.delete('b');
    queue.put(pod('a'), 1);
    expect([popUid(queue), popUid(queue)]).toEqual(['a', undefined]);
  });

  test('a pod deleted while it is tried does not come back', () => {
    const queue = queueOf();
    queue.put(pod('a'), 0);
    queue.pop();
    queue.delete('a');
    queue.failed('a', new Set(), 0);
    expect(queue.lengths).toEqual({ active: 0, backoff: 0, unschedulable: 0, gated: 0 });
  });

  test('a hint says that an event helps nothing', () => {
    const queue = queueOf();
    queue.put(pod('giant'), 0);
    queue.pop();
    queue.failed('giant', new Set(['NodeResourcesFit']), 0);
    queue.moveOnEvent(nodeAdd, 5000);
    expect(queue.lengths.unschedulable).toBe(1);
    queue.moveOnEvent({ kind: 'ForceActivate' }, 5000);
    expect(queue.lengths).toEqual({ active: 1, backoff: 0, unschedulable: 0, gated: 0 });
  });

  test('of what happened during the attempt only what may help counts, and nothing once there is a node', () => {
    const queue = queueOf();
    queue.put(pod('a'), 0);
    queue.pop();
    queue.moveOnEvent(taintChange, 0);
    queue.failed('a', new Set(['NodeResourcesFit']), 0);
    expect(queue.lengths.unschedulable).toBe(1);
    queue.put(pod('b'), 0);
    queue.pop();
    queue.decided('b');
    queue.moveOnEvent(nodeAdd, 0);
    queue.failed('b', new Set(['NodeResourcesFit']), 0);
    // a is on its way back by the event, b waits for the next.
    expect(queue.lengths).toMatchObject({ unschedulable: 1, backoff: 1 });
  });

  test('without any node any event brings the pod back, and so do plugins that say nothing of events', () => {
    const queue = queueOf({ hints: hintBook([[{ name: 'Silent' }]], () => [{ name: 'Silent' }]) });
    for (const [uid, plugin] of [['a', '*'], ['b', 'Silent']] as const) {
      queue.put(pod(uid), 0);
      queue.pop();
      queue.failed(uid, new Set([plugin]), 0);
    }
    queue.moveOnEvent(nodeAdd, 5000);
    expect(queue.lengths.active).toBe(2);
  });

  test('gates, and who enters which room for which reason', () => {
    const entered: string[] = [];
    const queue = queueOf({ entered: (room, reason) => entered.push(`${room} ${reason}`) });
    queue.gate(pod('a'));
    expect(queue.lengths.gated).toBe(1);
    queue.put(pod('a'), 0);
    queue.pop();
    queue.failed('a', new Set(['NodeResourcesFit']), 0);
    expect([...queue.rejecting]).toEqual([['NodeResourcesFit', 1]]);
    queue.moveOnEvent(nodeAdd, 10);
    queue.tick(1000);
    expect(entered).toEqual(['gated UnscheduledPodAdd', 'active UnscheduledPodAdd', 'unschedulable ScheduleAttemptFailure', 'backoff NodeAdd', 'active BackoffComplete']);
    expect(queue.lengths).toEqual({ active: 1, backoff: 0, unschedulable: 0, gated: 0 });
  });
});
