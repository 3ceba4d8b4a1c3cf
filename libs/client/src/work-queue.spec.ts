import { SimulatedClock } from '@typernetes/machinery';
import { WorkQueue } from './work-queue';

describe('WorkQueue', () => {
  test('a key is there once, in order', async () => {
    const queue = new WorkQueue({ clock: new SimulatedClock() });
    for (const key of ['a', 'b', 'a']) queue.add(key);
    expect(queue.depth).toBe(2);
    expect([await queue.take(), await queue.take()]).toEqual(['a', 'b']);
  });

  test('a key added while somebody works on it comes back afterwards, not before', async () => {
    const queue = new WorkQueue({ clock: new SimulatedClock() });
    queue.add('a');
    await queue.take();
    queue.add('a');
    queue.add('b');
    expect(await queue.take()).toBe('b');
    queue.done('a');
    expect(await queue.take()).toBe('a');
  });

  test('a waiting worker gets the next key', async () => {
    const queue = new WorkQueue({ clock: new SimulatedClock() });
    const taken = queue.take();
    queue.add('a');
    expect(await taken).toBe('a');
  });

  test('failures double the pause; forgetting starts anew', async () => {
    const clock = new SimulatedClock();
    const queue = new WorkQueue({ clock, backoffMsInitial: 100, backoffMsMax: 300 });
    const start = clock.now();
    const due: number[] = [];
    for (let i = 0; i < 4; i++) {
      const before = clock.now();
      queue.addRateLimited('a');
      while (queue.depth === 0) await clock.advance(50);
      due.push(clock.now() - before);
      await queue.take();
      queue.done('a');
    }
    expect(due).toEqual([100, 200, 300, 300]);
    queue.forget('a');
    expect(queue.retries('a')).toBe(0);
    expect(clock.now()).toBeGreaterThan(start);
  });

  test('of two delays the earlier one counts', async () => {
    const clock = new SimulatedClock();
    const queue = new WorkQueue({ clock });
    queue.addAfter('a', 500);
    queue.addAfter('a', 100);
    queue.addAfter('a', 900);
    await clock.advance(100);
    expect(queue.depth).toBe(1);
    await queue.take();
    queue.done('a');
    await clock.advance(1000);
    expect(queue.depth).toBe(0);
  });

  test('closing releases workers', async () => {
    const queue = new WorkQueue({ clock: new SimulatedClock() });
    const taken = queue.take();
    queue.close();
    expect(await taken).toBeUndefined();
    queue.add('a');
    expect(await queue.take()).toBeUndefined();
  });
});
