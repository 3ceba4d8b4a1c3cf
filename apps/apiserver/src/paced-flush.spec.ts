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
});
