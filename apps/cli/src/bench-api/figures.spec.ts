import { figuresOf, quantile, renderTable } from './figures';

describe('quantile', () => {
  it.each([
    [[5], 0.5, 5],
    [[100, 1, 2, 3, 4], 0.5, 3],
    [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.99, 10],
  ])('of %j at %d', (values, share, expected) => {
    expect(quantile(values, share)).toBe(expected);
  });

  it('is no number without values', () => {
    expect(quantile([], 0.5)).toBeNaN();
  });
});

it('tells rates of a workload, and shows them in columns', () => {
  const figures = figuresOf('get', [1, 2, 3, 4], 2_000, 4_000_000);
  expect(figures).toEqual({ workload: 'get', requests: 4, seconds: 2, perSecond: 2, p50Ms: 3, p99Ms: 4, megabytesPerSecond: 2 });
  expect(renderTable([figures, { ...figures, workload: 'list of all', perSecond: 1234.5 }])).toBe(
    [
      'workload     requests  per second  p50 ms  p99 ms  MB/s',
      'get                 4         2.0    3.00    4.00   2.0',
      'list of all         4        1235    3.00    4.00   2.0',
    ].join('\n'),
  );
});

it("shows the server's CPU time per request where it is known", () => {
  const figures = figuresOf('get', [1, 2, 3, 4], 2_000, 4_000_000);
  expect(renderTable([{ ...figures, serverCpuMs: 0.25 }, figures])).toBe(
    [
      'workload  requests  per second  p50 ms  p99 ms  MB/s  CPU ms',
      'get              4         2.0    3.00    4.00   2.0   0.250',
      'get              4         2.0    3.00    4.00   2.0        ',
    ].join('\n'),
  );
});
