import { formatLogLine } from './cri-log-format';
import { multiplexedDecoder, terminalDecoder } from './demux';
import { resumePoint } from './resume-point';

const time = (nanos: number): string => `2026-01-02T03:04:05.${String(nanos).padStart(9, '0')}Z`;

const frame = (stream: number, text: string): Buffer => {
  const payload = Buffer.from(text);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
};

const lines = (frames: ReturnType<ReturnType<typeof multiplexedDecoder>['push']>): string => Buffer.concat(frames.map(formatLogLine)).toString();

test('frames of both streams become lines, however the bytes are cut', () => {
  const bytes = Buffer.concat([frame(1, `${time(1)} a\n`), frame(2, `${time(2)} b c\n`), frame(1, `${time(3)} half`)]);
  const expected = `${time(1)} stdout F a\n${time(2)} stderr F b c\n${time(3)} stdout P half\n`;
  expect(lines(multiplexedDecoder().push(bytes))).toBe(expected);
  const decoder = multiplexedDecoder();
  expect(lines([...bytes].flatMap((byte) => decoder.push(Buffer.from([byte]))))).toBe(expected);
});

test('a terminal has lines only; one longer than the engine buffer goes on', () => {
  const long = 'x'.repeat(16_384);
  const frames = terminalDecoder().push(Buffer.from(`${time(1)} a\r\n${time(2)} ${long}${time(2)} rest\n`));
  expect(lines(frames)).toBe(`${time(1)} stdout F a\r\n${time(2)} stdout P ${long}\n${time(2)} stdout F rest\n`);
});

describe('going on after a restart', () => {
  const parsed = (nanos: number, stream: 'stdout' | 'stderr') => ({ timestamp: time(nanos), stream, text: Buffer.alloc(0), ended: true });

  test('an empty file starts at the beginning', () => expect(resumePoint([]).sinceNanos).toBe(0n));

  test('written lines are skipped as often as they stand there; out of order ones are not lost', () => {
    const point = resumePoint([`${time(1)} stdout F a`, `${time(5)} stdout P b`, `${time(5)} stdout F c`]);
    expect(point.sinceNanos % 1_000_000_000n).toBe(1n);
    const seen = [parsed(1, 'stdout'), parsed(4, 'stderr'), parsed(5, 'stdout'), parsed(5, 'stdout'), parsed(5, 'stdout'), parsed(6, 'stdout')];
    expect(seen.map((one) => point.alreadyWritten(one))).toEqual([true, false, true, true, false, false]);
  });
});
