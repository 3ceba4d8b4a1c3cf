import { SimulatedClock } from '@typernetes/machinery';
import { pacedFlush } from './paced-flush';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('pacedFlush', () => {
  it('goes at once, then once per period while asked', async () => {
    const clock = new SimulatedClock();
    let flushes = 0;
    const ask = pacedFlush(clock, 5, () => flushes++);
    ask();
    ask();
    await turn();
    expect(flushes).toBe(1);
    ask();
    ask();
    await turn();
    expect(flushes).toBe(1);
    await clock.advance(5);
    expect(flushes).toBe(2);
    await clock.advance(20);
    expect(flushes).toBe(2);
    ask();
    await turn();
    expect(flushes).toBe(3);
  });

  it('rests twice as long as a flush took when that is more than the period', async () => {
    const clock = new SimulatedClock();
    let nowMs = 0;
    let flushes = 0;
    const busy = Object.assign(Object.create(clock) as SimulatedClock, { monotonic: () => nowMs });
    const ask = pacedFlush(busy, 5, () => {
      flushes++;
      nowMs += 10;
    });
    ask();
    await turn();
    ask();
    await clock.advance(19);
    expect(flushes).toBe(1);
    await clock.advance(1);
    expect(flushes).toBe(2);
  });
});
