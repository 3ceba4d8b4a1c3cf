import { mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeAtomically } from './atomic-writer';

const dir = mkdtempSync(path.join(tmpdir(), 'kubelet-volume-'));
afterAll(() => rmSync(dir, { recursive: true }));

const payload = (files: Record<string, string>): Map<string, { data: Buffer; mode: number }> =>
  new Map(Object.entries(files).map(([name, text]) => [name, { data: Buffer.from(text), mode: 0o400 }]));
const names = (): string[] => readdirSync(dir).filter((name) => !name.startsWith('..')).sort();

test('writes, keeps, replaces and removes', async () => {
  expect(await writeAtomically(dir, payload({ a: '1', 'sub/b': '2' }), { stamp: 't1' })).toBe(true);
  expect(readFileSync(path.join(dir, 'sub/b'), 'utf8')).toBe('2');
  expect(readlinkSync(path.join(dir, 'a'))).toBe('..data/a');
  expect(statSync(path.join(dir, 'a')).mode & 0o777).toBe(0o400);
  expect(await writeAtomically(dir, payload({ a: '1', 'sub/b': '2' }), { stamp: 't2' })).toBe(false);
  expect(readlinkSync(path.join(dir, '..data'))).toBe('..t1');
  expect(await writeAtomically(dir, payload({ a: '3', c: '4' }), { stamp: 't3' })).toBe(true);
  expect(readFileSync(path.join(dir, 'a'), 'utf8')).toBe('3');
  expect(names()).toEqual(['a', 'c']);
  expect(readdirSync(dir)).not.toContain('..t1');
});

test('another mode is a change', async () => {
  const readable = new Map([...payload({ a: '3', c: '4' })].map(([name, file]) => [name, { ...file, mode: 0o444 }]));
  expect(await writeAtomically(dir, readable, { stamp: 't3m' })).toBe(true);
  expect(statSync(path.join(dir, 'a')).mode & 0o777).toBe(0o444);
});

test('an empty volume is one too', async () => {
  await writeAtomically(dir, new Map(), { stamp: 't4' });
  expect(names()).toEqual([]);
});
