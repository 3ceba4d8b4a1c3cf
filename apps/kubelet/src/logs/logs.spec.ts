import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { systemClock } from '@typernetes/machinery';
import { readLog } from './log-reader';
import type { LogRequest } from './log-request';
import { tailOfLog } from './tail';

const dir = mkdtempSync(path.join(tmpdir(), 'kubelet-logs-'));
const file = path.join(dir, '0.log');
afterAll(() => rmSync(dir, { recursive: true }));

const at = (second: number): string => `2026-01-01T00:00:0${second}.123456789Z`;
const whole = [`${at(1)} stdout F one`, `${at(2)} stderr F two`, `${at(3)} stdout P thr`, `${at(4)} stdout F ee`, `${at(5)} stdout F `].join('\n') + '\n';
beforeEach(() => writeFileSync(file, whole));

async function read(request: Partial<LogRequest>, isRunning: () => Promise<boolean> = async () => false, seen?: (text: string) => void): Promise<string> {
  let text = '';
  const source = { file, isRunning, clock: systemClock, signal: new AbortController().signal };
  for await (const bytes of readLog(source, { follow: false, timestamps: false, ...request })) {
    text += bytes.toString();
    seen?.(text);
  }
  return text;
}

test.each<[string, Partial<LogRequest>, string]>([
  ['all', {}, 'one\ntwo\nthree\n\n'],
  ['tail', { tailLines: 3 }, 'three\n\n'],
  ['tail of nothing', { tailLines: 0 }, ''],
  ['tail beyond', { tailLines: 99 }, 'one\ntwo\nthree\n\n'],
  ['since', { sinceMs: Date.parse('2026-01-01T00:00:03Z') }, 'three\n\n'],
  ['limit', { limitBytes: 5 }, 'one\nt'],
  ['stderr', { stream: 'stderr' }, 'two\n'],
  ['timestamps, once per line', { timestamps: true, tailLines: 3 }, `${at(3)} three\n${at(5)} \n`],
])('%s', async (_name, request, expected) => expect(await read(request)).toBe(expected));

test('reads rotated files first', async () => {
  renameSync(file, `${file}.20260101-000000`);
  writeFileSync(file, `${at(6)} stdout F new\n`);
  expect(await read({})).toBe('one\ntwo\nthree\n\nnew\n');
  expect(await read({ tailLines: 2 })).toBe('\nnew\n');
  rmSync(`${file}.20260101-000000`);
});

test('a rotation meanwhile takes nothing away and doubles nothing', async () => {
  writeFileSync(`${file}.20260101-000000.gz`, gzipSync(`${at(0)} stdout F packed\n`));
  let rotations = 0;
  const text = await read({}, undefined, () => {
    if (rotations++ > 0) return;
    renameSync(file, `${file}.20260101-000001`);
    writeFileSync(file, `${at(6)} stdout F new\n`);
  });
  expect(text).toBe('packed\none\ntwo\nthree\n\nnew\n');
  rmSync(`${file}.20260101-000000.gz`);
  rmSync(`${file}.20260101-000001`);
});

test('follows over a rotation until the container ends', async () => {
  let runs = true;
  let seen = '';
  const until = async (end: string): Promise<void> => {
    while (!seen.endsWith(end)) await systemClock.sleep(5);
  };
  const reading = read({ follow: true, tailLines: 1 }, async () => runs, (text) => (seen = text));
  await until('\n');
  appendFileSync(file, `${at(6)} stdout F live\n`);
  await until('live\n');
  renameSync(file, `${file}.20260101-000001`);
  writeFileSync(file, `${at(7)} stdout F rotated\n`);
  await until('rotated\n');
  runs = false;
  appendFileSync(file, `${at(8)} stdout F last\n`);
  expect(await reading).toBe('\nlive\nrotated\nlast\n');
});

test('the last lines as a termination message', async () => {
  expect(await tailOfLog(file, { lines: 2, bytes: 2_048 })).toBe('ee\n\n');
  expect(await tailOfLog(path.join(dir, 'none'), { lines: 2, bytes: 1 })).toBe('');
});
