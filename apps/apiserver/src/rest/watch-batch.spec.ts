import { SimulatedClock } from '@typernetes/machinery';
import { CacheEntry, Delivery } from '@typernetes/storage';
import { Moment, WatchBatch } from './watch-batch';
import { watchPulse } from './watch-pulse';

const delivery = (name: string): Delivery => new Delivery('ADDED', new CacheEntry(name, Buffer.from(`{"name":"${name}"}`), 1));
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('what is sent at one moment', () => {
  const [a, b, c] = [delivery('a'), delivery('b'), delivery('c')];
  const moment = new Moment();

  it('is made once for all who get the same', () => {
    expect(moment.batchOf([a, b])).toBe(moment.batchOf([a, b]));
    expect(moment.batchOf([a, b]).bytes).toBe(moment.batchOf([a, b]).bytes);
    expect(moment.batchOf([a, b]).bytes.toString()).toBe('{"type":"ADDED","object":{"name":"a"}}\n{"type":"ADDED","object":{"name":"b"}}\n');
  });

  it.each([
    ['fewer', [a]],
    ['more', [a, b, c]],
    ['others', [a, c]],
    ['another order', [b, a]],
  ])('is not shared with those who get %s', (_, deliveries) => {
    expect(moment.batchOf([a, b])).not.toBe(moment.batchOf(deliveries));
    expect(moment.batchOf(deliveries).bytes.toString()).toBe(deliveries.map(({ frame }) => frame.toString()).join(''));
  });
});

it('is a chunk of HTTP/1.1 with its length in bytes', () => {
  const batch = new WatchBatch([Buffer.from('é'.repeat(10)), Buffer.from('\n')]);
  expect(batch.chunk.toString()).toBe(`15\r\n${'é'.repeat(10)}\n\r\n`);
});

it('all watches of a clock send at the same moments', async () => {
  const clock = new SimulatedClock();
  const moments = new Map<string, Moment[]>([
    ['one', []],
    ['two', []],
  ]);
  const flushes = [...moments.values()].map((seen) => (moment: Moment) => void seen.push(moment));
  const ask = (): void => flushes.forEach((flush) => watchPulse(clock).schedule(flush));
  ask();
  ask();
  await turn();
  ask();
  await clock.advance(1_000);
  const [one = [], two = []] = [...moments.values()];
  expect(one).toHaveLength(2);
  expect(one).toEqual(two);
  expect(one[0]).toBe(two[0]);
  expect(one[1]).toBe(two[1]);
  expect(one[0]).not.toBe(one[1]);
});
