import { SimulatedClock } from '@typernetes/machinery';
import { VirtualClock } from './virtual-clock';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a clock that follows another and can be moved ahead', () => {
  it('fires by the time that goes on by itself', async () => {
    const base = new SimulatedClock(1_000);
    const clock = new VirtualClock(settled, base);
    const fired: string[] = [];
    clock.after(50, () => fired.push('50'));
    clock.after(20, () => fired.push('20'));
    clock.every(30, () => fired.push('every 30'));
    await base.advance(60);
    expect(fired).toEqual(['20', 'every 30', '50', 'every 30']);
    expect(clock.now()).toBe(1_060);
  });

  it('fires in order while it is moved, also what is set on the way', async () => {
    const clock = new VirtualClock(settled, new SimulatedClock(0));
    const fired: [string, number][] = [];
    const note = (what: string): void => void fired.push([what, clock.now()]);
    clock.after(60_000, () => {
      note('minute');
      clock.after(5_000, () => note('five seconds more'));
    });
    clock.after(90_000, () => note('a minute and a half'));
    clock.after(120_001, () => note('too late'));
    await clock.advance(120_000);
    expect(fired).toEqual([['minute', 60_000], ['five seconds more', 65_000], ['a minute and a half', 90_000]]);
    expect(clock.now()).toBe(120_000);
  });

  it('lets what was set off finish before it goes on', async () => {
    const clock = new VirtualClock(settled, new SimulatedClock(0));
    const at: number[] = [];
    const loop = async (): Promise<void> => {
      for (let i = 0; i < 3; i++) {
        await clock.sleep(10_000);
        at.push(clock.now());
      }
    };
    void loop();
    await clock.advance(60_000);
    expect(at).toEqual([10_000, 20_000, 30_000]);
  });

  it('forgets what is cancelled, also by an alarm that fires with it', async () => {
    const clock = new VirtualClock(settled, new SimulatedClock(0));
    const fired: string[] = [];
    const cancel = clock.every(10, () => {
      fired.push('tick');
      if (fired.length === 2) cancel();
    });
    const cancelOther = clock.after(40, () => fired.push('other'));
    clock.after(40, () => fired.push('third'));
    cancelOther();
    await clock.advance(100);
    expect(fired).toEqual(['tick', 'tick', 'third']);
  });

  it('ends a sleep with the reason of its signal', async () => {
    const clock = new VirtualClock(settled, new SimulatedClock(0));
    const aborter = new AbortController();
    const sleeping = clock.sleep(1_000, aborter.signal);
    aborter.abort(new Error('enough'));
    await expect(sleeping).rejects.toThrow('enough');
  });
});
