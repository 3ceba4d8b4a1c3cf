import { SimulatedClock } from '@typernetes/machinery';
import { SyncLoop } from './sync-loop';

function loopOn(clock: SimulatedClock, sync: (full: boolean) => Promise<void>): { loop: SyncLoop; errors: unknown[] } {
  const errors: unknown[] = [];
  const loop = new SyncLoop({ clock, minPeriodMs: 20, periodMs: 30_000, sync, onError: (error) => errors.push(error) });
  return { loop, errors };
}

test('many changes within the pause become one run, none is lost', async () => {
  const clock = new SimulatedClock();
  const runs: [number, boolean][] = [];
  const start = clock.now();
  const { loop } = loopOn(clock, async (full) => void runs.push([clock.now() - start, full]));
  loop.start();
  await clock.advance(1);
  for (let change = 0; change < 5; change++) loop.request();
  await clock.advance(50);
  loop.request();
  await clock.advance(1);
  expect(runs).toEqual([[0, true], [20, false], [51, false]]);
  await loop.stop();
});

test('a change during a run makes another', async () => {
  const clock = new SimulatedClock();
  let runs = 0;
  const { loop } = loopOn(clock, async () => {
    runs += 1;
    if (runs === 1) loop.request();
  });
  loop.start();
  await clock.advance(100);
  expect(runs).toBe(2);
});

test('after a failure it is tried again, in full', async () => {
  const clock = new SimulatedClock();
  const runs: boolean[] = [];
  const { loop, errors } = loopOn(clock, async (full) => {
    runs.push(full);
    if (runs.length === 2) throw new Error('nft');
  });
  loop.start();
  await clock.advance(100);
  loop.request();
  await clock.advance(900);
  expect(runs).toEqual([true, false]);
  await clock.advance(1_000);
  expect([runs, errors.length]).toEqual([[true, false, true], 1]);
});
