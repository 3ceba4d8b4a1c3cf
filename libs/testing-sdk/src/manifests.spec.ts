import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { loadManifests } from './manifests';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 't8s-manifests-'));
  await mkdir(path.join(directory, 'sub'));
  await writeFile(path.join(directory, 'b.yaml'), 'apiVersion: v1\nkind: B1\n---\n# nothing\n---\napiVersion: v1\nkind: B2\n');
  await writeFile(path.join(directory, 'a.json'), '{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"A1"},{"apiVersion":"v1","kind":"A2"}]}');
  await writeFile(path.join(directory, 'sub', 'c.yml'), 'apiVersion: v1\nkind: C\n');
  await writeFile(path.join(directory, 'README.md'), 'not: a manifest');
});
afterAll(() => rm(directory, { recursive: true }));

const kinds = async (...sources: (object | string)[]): Promise<unknown[]> => (await loadManifests(sources)).map(({ kind }) => kind);

it('reads folders by name, with subfolders, and takes Lists and documents apart', async () => {
  expect(await kinds(directory)).toEqual(['A1', 'A2', 'B1', 'B2', 'C']);
});

it('takes objects, texts and files in the given order', async () => {
  expect(await kinds({ apiVersion: 'v1', kind: 'X' }, 'apiVersion: v1\nkind: Y\n', path.join(directory, 'sub', 'c.yml'))).toEqual(['X', 'Y', 'C']);
});

test.each<[object | string, RegExp]>([
  ['apiVersion: v1\n', /the text given: an object has no apiVersion or no kind/],
  ['- a\n- b\n', /the text given: not an object of the API/],
  ['a: [\n', /the text given: /],
  [{ kind: 'X' }, /the object given: an object has no/],
  ['/no/such/file.yaml', /ENOENT/],
])('refuses %j', async (source, expected) => {
  await expect(loadManifests([source])).rejects.toThrow(expected);
});
