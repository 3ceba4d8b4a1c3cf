import { spawn } from 'node:child_process';
import path from 'node:path';
import { container, onNode, root } from './support/cluster';
import { eventually } from './support/run';

const bundle = '/opt/t8s/apps/proxy/main.js';
const sum = (): Promise<string> => onNode('worker-2', 'sha256sum', bundle);

it('a process of a node runs from source while it is served, and as its image has it afterwards', async () => {
  const ofImage = await sum();
  const pid = (): Promise<string> => onNode('worker-2', 'cat', '/run/t8s-proxy.pid');
  const first = await pid();
  const server = spawn(process.execPath, [path.join(root, 'tools/serve.mjs'), 'apps/proxy', '--in', container('worker-2')], { cwd: root, stdio: 'pipe' });
  let said = '';
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise((resolve) => server.once('close', resolve));
  try {
    await eventually('the process from source has started', async () => /runs from source/.test(said) && /proxy \| .*"msg":"started"/.test(said));
    expect(await sum()).not.toBe(ofImage);
    expect(await pid()).not.toBe(first);
  } finally {
    server.kill('SIGINT');
    await ended;
  }
  expect(await sum()).toBe(ofImage);
  expect(await onNode('worker-2', 'ls', '/run')).not.toContain('of-image');
});
