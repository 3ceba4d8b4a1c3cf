import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { logFile } from './log-files';

const parent = mkdtempSync(path.join(tmpdir(), 'log-files-'));
const root = path.join(parent, 'log');

beforeAll(() => {
  mkdirSync(path.join(root, 'pods'), { recursive: true });
  writeFileSync(path.join(root, 'a<b>.log'), 'what happened\n');
  writeFileSync(path.join(parent, 'secret'), 'hidden');
  symlinkSync(path.join(parent, 'secret'), path.join(root, 'link'));
});
afterAll(() => rmSync(parent, { recursive: true, force: true }));

it('shows directories as links', async () => {
  expect(await logFile(root, '/')).toEqual({ type: 'page', html: expect.stringContaining('<a href="a%3Cb%3E.log">a&#60;b&#62;.log</a>\n<a href="link">link</a>\n<a href="pods/">pods/</a>\n') as string });
  expect(await logFile(root, '/pods')).toEqual({ type: 'redirect', location: 'pods/' });
});

it('gives files', async () => {
  const found = await logFile(root, '/a%3Cb%3E.log');
  expect(found).toMatchObject({ type: 'file', bytes: 14 });
  expect(found.type === 'file' && (await text(found.open()))).toBe('what happened\n');
});

it.each(['/none', '/../secret', '/pods/..%2F..%2Fsecret', '/link', '/%ZZ', '/%00'])('does not give %s', async (below) => {
  expect(await logFile(root, below)).toEqual({ type: 'missing' });
});
