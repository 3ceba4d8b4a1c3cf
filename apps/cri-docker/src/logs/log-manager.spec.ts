import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { silentLogger } from '@typernetes/component';
import { systemClock } from '@typernetes/machinery';
import type { ContainerRecord } from '../record';
import { LogManager } from './log-manager';

const dir = mkdtempSync(path.join(tmpdir(), 'cri-logs-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** A frame of Docker's log: a header of stream and length, then the text with its time. */
function frame(text: string): Buffer {
  const payload = Buffer.from(`2026-11-23T10:00:00.000000001Z ${text}`);
  const header = Buffer.alloc(8);
  header[0] = 1;
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

/** A container that ended long ago; what the stream lacks is in the log when it is asked for without following. */
function dockerWith(streamed: Buffer, whole: Buffer): Docker {
  const logs = ({ follow }: { follow: boolean }): Promise<Readable | Buffer> => Promise.resolve(follow ? Readable.from(streamed.length > 0 ? [streamed] : []) : whole);
  return { getContainer: () => ({ logs, inspect: () => Promise.resolve({ State: { Running: false } }) }) } as unknown as Docker;
}

test.each([
  ['the stream has them', frame('last words'), frame('last words')],
  ['the stream ended too soon', Buffer.alloc(0), frame('last words')],
])('whoever asks while a container starts and ends waits for its last words: %s', async (name, streamed, whole) => {
  const logPath = path.join(dir, `${name}.log`);
  const record = { id: name, logPath, config: { tty: false } } as unknown as ContainerRecord;
  const logs = new LogManager(dockerWith(streamed, whole), systemClock, silentLogger);
  let begin = (): void => {};
  const following = logs.followFrom(record, () => new Promise<void>((resolve) => (begin = resolve)));
  let isDrained = false;
  const drained = logs.drained(name).then(() => (isDrained = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(isDrained).toBe(false);
  begin();
  await following;
  await drained;
  expect(readFileSync(logPath, 'utf8')).toBe('2026-11-23T10:00:00.000000001Z stdout P last words\n');
});

test('a container that cannot be started is not waited for', async () => {
  const record = { id: 'none', logPath: path.join(dir, 'none.log'), config: { tty: false } } as unknown as ContainerRecord;
  const logs = new LogManager(dockerWith(Buffer.alloc(0), Buffer.alloc(0)), systemClock, silentLogger);
  await expect(logs.followFrom(record, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await logs.drained('none');
});
