import { decimalSeconds, nanosOfRfc3339 } from './time';

test.each([
  ['2026-01-02T03:04:05.123456789Z', 1_767_323_045_123_456_789n],
  ['2026-01-02T03:04:05Z', 1_767_323_045_000_000_000n],
  ['2026-01-02T04:04:05.5+01:00', 1_767_323_045_500_000_000n],
  ['0001-01-01T00:00:00Z', 0n],
  ['', 0n],
  [undefined, 0n],
])('nanosOfRfc3339(%s)', (text, nanos) => expect(nanosOfRfc3339(text)).toBe(nanos));

test('decimalSeconds keeps all nine digits', () => expect(decimalSeconds(1_000_000_007n)).toBe('1.000000007'));
