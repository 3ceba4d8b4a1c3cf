import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { cluster, kubeconfig, kubectlBinary, kubectlVersions, root } from './support/cluster';
import { chaptersOf } from './support/markdown';
import { run } from './support/run';

const document = (name: string): string => readFileSync(path.join(root, 'docs', name), 'utf8');
const chapters = chaptersOf(document('walkthrough.md')).filter(({ blocks }) => blocks.length > 0);

it('says the same commands in both languages', () => {
  const blocks = (name: string): string[] => chaptersOf(document(name)).flatMap((chapter) => chapter.blocks);
  expect(blocks('walkthrough.zh-CN.md')).toEqual(blocks('walkthrough.md'));
});

describe.each(kubectlVersions)('docs/walkthrough.md with kubectl 1.%s', (version) => {
  let directory: string;
  let broken = '';

  beforeAll(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 't8s-walkthrough-'));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it.each(chapters)('$title', async ({ title, blocks }) => {
    // Each chapter stands on the ones before.
    if (broken) throw new Error(`the chapter "${broken}" failed before`);
    broken = title;
    const script = ['set -xeuo pipefail', ...blocks].join('\n').replaceAll('t8s-worker-', `${cluster}-worker-`);
    const env = { ...process.env, KUBECONFIG: kubeconfig, PATH: `${path.dirname(kubectlBinary(version))}:${process.env['PATH'] ?? ''}` };
    const result = await run('bash', ['-c', script], { cwd: directory, env, timeoutMs: 170_000 });
    if (result.code !== 0) throw new Error(`code ${result.code}\n${result.stdout}\n${result.stderr.slice(-4000)}`);
    broken = '';
  });
});
