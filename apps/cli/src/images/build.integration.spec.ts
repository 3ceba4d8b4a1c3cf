import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { docker, dockerSucceeds, imageExists } from '../docker/docker';
import { builtImages, dockerBuild, removeReplaced } from './build';

const tag = `t8s-cli-test:${process.pid}`;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 't8s-build-test-'));
  await writeFile(path.join(directory, 'Dockerfile'), 'FROM scratch\nCOPY content /\n');
});
afterAll(async () => {
  await dockerSucceeds(['image', 'rm', '--force', tag]);
  await rm(directory, { recursive: true });
});

async function build(content: string): Promise<string> {
  await writeFile(path.join(directory, 'content'), content);
  await dockerBuild(directory, [tag]);
  return (await docker(['image', 'inspect', '--format', '{{.Id}}', tag])).trim();
}

it('builds are known as ours, and one that a newer build replaced is removed', async () => {
  const first = await build(`first ${process.pid}`);
  const second = await build(`second ${process.pid}`);
  expect(second).not.toBe(first);
  expect(await imageExists(first)).toBe(true);
  await removeReplaced();
  expect(await imageExists(first)).toBe(false);
  expect(await imageExists(second)).toBe(true);
  expect((await builtImages()).some((id) => second.startsWith(`sha256:${id}`))).toBe(true);
}, 120_000);

it('several may remove at the same time', async () => {
  await build(`one more ${process.pid}`);
  await build(`and another ${process.pid}`);
  await Promise.all(Array.from({ length: 4 }, removeReplaced));
}, 120_000);
