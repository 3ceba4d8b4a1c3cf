import { execFile, spawn } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/** The npm packages as their users get them: made, installed from tarballs in empty folders, used. */
jest.setTimeout(600_000);

const root = path.resolve(__dirname, '../../..');
let directory: string;
let tarballs: { command: string; testing: string };

interface Outcome {
  code: number;
  output: string;
}

/** Without what this test runner says to its children. */
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(JEST_|NODE_OPTIONS|NODE_ENV|NX_|FORCE_COLOR)/.test(name)));

const run = (cwd: string, command: string, ...args: string[]): Promise<Outcome> =>
  new Promise((resolve) => {
    execFile(command, args, { cwd, env: environment, timeout: 240_000, maxBuffer: 1 << 24 }, (error, stdout, stderr) => resolve({ code: error ? Number(error.code ?? -1) : 0, output: stdout + stderr }));
  });

async function ok(cwd: string, command: string, ...args: string[]): Promise<string> {
  const { code, output } = await run(cwd, command, ...args);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output.slice(-8_000)}`);
  return output;
}

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 't8s-packages-'));
  const packages = path.join(directory, 'packages');
  await ok(root, 'node', 'tools/pack.mjs', packages);
  const find = async (pattern: RegExp): Promise<string> => path.join(packages, (await readdir(packages)).find((name) => pattern.test(name)) ?? 'none');
  tarballs = { command: await find(/^typernetes-\d.*\.tgz$/), testing: await find(/^typernetes-testing-.*\.tgz$/) };
});
afterAll(() => rm(directory, { recursive: true, force: true }));

it('typernetes dev runs from its tarball in an empty folder', async () => {
  const folder = await mkdtemp(path.join(directory, 'command-'));
  await writeFile(path.join(folder, 'package.json'), '{"private":true}');
  await ok(folder, 'npm', 'install', '--no-fund', '--no-audit', '--prefer-offline', tarballs.command);
  expect(await run(folder, 'npx', 'typernetes', 'up')).toMatchObject({ code: 2, output: expect.stringContaining('Error: unknown command "up"') });
  const kubeconfig = path.join(folder, 'kubeconfig');
  const flags = ['dev', '--data-dir', folder, '--port', '0', '--no-merge-kubeconfig', '--kubeconfig', kubeconfig];
  const server = spawn(path.join(folder, 'node_modules/.bin/typernetes'), flags, { cwd: folder, env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve) => server.once('exit', resolve));
  let said = '';
  await new Promise<void>((resolve, reject) => {
    server.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('Ctrl-C ends it.')) resolve();
    });
    void ended.then((code) => reject(new Error(`ended with ${code}: ${said}`)));
  });
  expect(said).toMatch(/^Kubernetes v1\.36\.0 answers at https:\/\/127\.0\.0\.1:\d+ \(/);
  expect(await ok(folder, 'kubectl', `--kubeconfig=${kubeconfig}`, 'create', 'configmap', 'kept')).toContain('configmap/kept created');
  server.kill('SIGINT');
  expect(await ended).toBe(0);
});

it("the example operator's tests pass on the packed library, under node:test and under Vitest", async () => {
  const folder = path.join(directory, 'operator');
  await cp(path.join(root, 'examples/operator'), folder, { recursive: true, filter: (file) => !file.includes('node_modules') });
  const manifest = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')) as { devDependencies: Record<string, string> };
  manifest.devDependencies['@typernetes/testing'] = `file:${tarballs.testing}`;
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest));
  await ok(folder, 'npm', 'install', '--no-fund', '--no-audit', '--prefer-offline');
  await ok(folder, 'npm', 'run', 'typecheck');
  expect(await ok(folder, 'npm', 'test')).toMatch(/# pass 8\n# fail 0/);
  expect(await ok(folder, 'npm', 'run', 'test:vitest', '--', '--no-color')).toMatch(/Tests +8 passed/);
});

const consumer = `
import { startCluster, type ApiObject, type TestCluster } from '@typernetes/testing';
export async function nameOf(): Promise<string | undefined> {
  const cluster: TestCluster = await startCluster({ nodes: 2 });
  const object: ApiObject = await cluster.objects.get({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' } });
  return object.metadata?.name;
}
`;

const script = `
const { startCluster } = require('@typernetes/testing');
startCluster().then(async (cluster) => {
  await cluster.objects.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'made' } });
  console.log((await cluster.objects.list({ apiVersion: 'v1', kind: 'ConfigMap' }, { namespace: 'default' })).map((object) => object.metadata.name).join());
  await cluster.stop();
});
`;

it('the library serves CommonJS too, its types are strict and need no others', async () => {
  const folder = await mkdtemp(path.join(directory, 'consumer-'));
  await writeFile(path.join(folder, 'package.json'), '{"private":true}');
  await ok(folder, 'npm', 'install', '--no-fund', '--no-audit', '--prefer-offline', tarballs.testing);
  for (const name of ['module.mts', 'common.cts']) await writeFile(path.join(folder, name), consumer);
  const flags = ['--noEmit', '--strict', '--noUncheckedIndexedAccess', '--exactOptionalPropertyTypes', '--module', 'nodenext', '--target', 'es2022', '--skipLibCheck', 'false', '--types', ''];
  await ok(folder, path.join(root, 'node_modules/.bin/tsc'), ...flags, 'module.mts', 'common.cts');
  await writeFile(path.join(folder, 'script.cjs'), script);
  expect(await ok(folder, 'node', 'script.cjs')).toBe('kube-root-ca.crt,made\n');
});
