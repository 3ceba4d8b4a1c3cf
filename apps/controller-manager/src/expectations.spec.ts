import { SimulatedClock } from '@typernetes/machinery';
import { Expectations } from './expectations';
import { slowStart } from './slow-start';

describe('Expectations', () => {
  test('the cache is not believed until it shows what was done', () => {
    const expectations = new Expectations(new SimulatedClock());
    expect(expectations.fulfilled('k')).toBe(true);
    expectations.created('k', 'a');
    expectations.deleted('k', 'b');
    expectations.sawCreation('k', 'a');
    expect(expectations.fulfilled('k')).toBe(false);
    expectations.sawDeletion('k', 'b');
    expect(expectations.fulfilled('k')).toBe(true);
  });

  test('a pod that was deleted before it was seen fulfils too; other keys are not concerned', () => {
    const expectations = new Expectations(new SimulatedClock());
    expectations.created('k', 'a');
    expect(expectations.fulfilled('other')).toBe(true);
    expectations.sawDeletion('k', 'a');
    expect(expectations.fulfilled('k')).toBe(true);
  });

  test('after five minutes the cache is believed again', async () => {
    const clock = new SimulatedClock();
    const expectations = new Expectations(clock);
    expectations.created('k', 'a');
    await clock.advance(5 * 60_000 - 1);
    expect(expectations.fulfilled('k')).toBe(false);
    await clock.advance(1);
    expect(expectations.fulfilled('k')).toBe(true);
  });
});

describe('slowStart', () => {
  test('does all, in growing batches', async () => {
    const seen: number[] = [];
    expect(await slowStart(10, async (index) => void seen.push(index))).toBe(10);
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('stops after the batch that fails', async () => {
    let calls = 0;
    const act = async (index: number): Promise<void> => {
      calls++;
      if (index === 1) throw new Error('quota');
    };
    await expect(slowStart(100, act)).rejects.toThrow('quota');
    expect(calls).toBe(3);
  });

  test('nothing to do', async () => {
    expect(await slowStart(0, () => Promise.reject(new Error('never')))).toBe(0);
  });
});
