import { BackOff, durationText } from './back-off';

test('doubles from ten seconds to five minutes and forgets after ten', () => {
  const backOff = new BackOff();
  const delays: number[] = [];
  let nowMs = 1_000_000;
  for (let run = 0; run < 7; run++) {
    expect(backOff.remaining('k', nowMs - 1, nowMs)?.delayMs).toBe(delays.at(-1));
    nowMs += delays.at(-1) ?? 0;
    backOff.next('k', nowMs, nowMs);
    delays.push(backOff.remaining('k', nowMs, nowMs)?.delayMs ?? 0);
  }
  expect(delays).toEqual([10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]);
  const muchLater = nowMs + 601_000;
  expect(backOff.remaining('k', muchLater, muchLater)).toBeUndefined();
  backOff.next('k', muchLater, muchLater);
  expect(backOff.remaining('k', muchLater, muchLater)?.delayMs).toBe(10_000);
});

test('a shorter maximum shortens the first pause too', () => {
  const backOff = new BackOff(2_000);
  for (const nowMs of [1_000, 5_000, 9_000]) {
    backOff.next('k', nowMs, nowMs);
    expect(backOff.remaining('k', nowMs, nowMs)?.delayMs).toBe(2_000);
  }
});

test.each([[10_000, '10s'], [80_000, '1m20s'], [300_000, '5m0s']])('%d ms is %s', (ms, text) => expect(durationText(ms)).toBe(text));
