import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { kubeconfig, kubectl, kubectlBinary, kubectlTry, kubectlVersions } from './support/cluster';
import { apply, clientPod, createNamespace, deleteNamespace, nginxController } from './support/namespace';
import { eventually } from './support/run';

describe.each(kubectlVersions)('kubectl 1.%s', (version) => {
  const namespace = `kubectl-${version}`;
  const k = (...args: string[]): Promise<string> => kubectl(['-n', namespace, ...args], { version });
  let pod: string;

  beforeAll(async () => {
    await createNamespace(namespace);
    await apply(nginxController('web', 1) + '\n---\n' + clientPod('client', 'worker-2'), namespace);
    await eventually('the pod', async () => (await k('get', 'pods', '-l', 'app=web', '-o', 'name')).trim());
    await k('wait', '--for=condition=Ready', 'pod', '--all', '--timeout=90s');
    pod = (await k('get', 'pods', '-l', 'app=web', '-o', 'jsonpath={.items[0].metadata.name}')).trim();
  });
  afterAll(() => deleteNamespace(namespace));

  it('prints the usual columns', async () => {
    expect((await k('get', 'pods')).split('\n')[0]?.split(/\s{2,}/)).toEqual(['NAME', 'READY', 'STATUS', 'RESTARTS', 'AGE']);
    expect((await k('get', 'pods', '-o', 'wide')).split('\n')[0]).toMatch(/AGE +IP +NODE +NOMINATED NODE +READINESS GATES/);
    expect((await k('get', 'rc')).split('\n')[0]).toMatch(/^NAME +DESIRED +CURRENT +READY +AGE/);
    expect(await k('get', 'nodes')).toMatch(/worker-1 +Ready/);
  });

  it('describes', async () => {
    const text = await k('describe', 'pod', pod);
    expect(text).toMatch(/Controlled By: +ReplicationController\/web/);
    expect(text).toMatch(/Normal +Scheduled .*Successfully assigned/);
    expect(text).toMatch(/Normal +Started .*kubelet/);
  });

  it('explains', async () => {
    expect(await k('explain', 'pod.spec.containers.image')).toMatch(/FIELD: image <string>/);
  });

  it('applies, and changes only what changed', async () => {
    const map = (value: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: applied }\ndata: { key: ${value} }\n`;
    expect(await kubectl(['apply', '-n', namespace, '-f', '-'], { version, input: map('one') })).toContain('configmap/applied created');
    expect(await kubectl(['apply', '-n', namespace, '-f', '-'], { version, input: map('one') })).toContain('configmap/applied unchanged');
    expect(await kubectl(['apply', '-n', namespace, '-f', '-'], { version, input: map('two') })).toContain('configmap/applied configured');
    expect(await k('get', 'configmap', 'applied', '-o', 'jsonpath={.data.key}')).toBe('two');
  });

  it('takes a List, as it gives one, and finds a wrong field in it', async () => {
    const list = (field: string): string => JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'listed' }, [field]: { key: 'value' } }] });
    expect(await kubectl(['create', '-n', namespace, '-f', '-'], { version, input: list('data') })).toContain('configmap/listed created');
    const given = await k('get', 'configmaps', 'listed', 'applied', '-o', 'yaml');
    expect(await kubectl(['apply', '-n', namespace, '-f', '-'], { version, input: given })).toContain('configmap/listed configured');
    const { stderr } = await kubectlTry(['create', '-n', namespace, '-f', '-'], { version, input: list('dada') });
    expect(stderr).toContain('unknown field "dada"');
  });

  it('labels, annotates and edits', async () => {
    await k('label', 'pod', pod, 'tier=front');
    await k('annotate', 'pod', pod, 'note=seen');
    expect(await k('get', 'pods', '-l', 'tier=front', '-o', 'name')).toContain(pod);
    const editor = { ...process.env, KUBE_EDITOR: 'sed -i s/front/back/' };
    await kubectl(['-n', namespace, 'edit', 'pod', pod], { version, env: editor });
    expect(await k('get', 'pods', '-l', 'tier=back', '-o', 'name')).toContain(pod);
  });

  it('shows logs, also of a certain length', async () => {
    await k('exec', 'client', '--', 'sh', '-c', 'echo to-the-log >/proc/1/fd/1');
    await eventually('the line', async () => (await k('logs', 'client')).includes('to-the-log'));
    expect((await k('logs', 'client', '--tail=1')).trim()).toBe('to-the-log');
  });

  it('runs commands, with input and exit codes', async () => {
    const echoed = await kubectl(['-n', namespace, 'exec', '-i', 'client', '--', 'cat'], { version, input: 'across\n' });
    expect(echoed).toBe('across\n');
    expect((await kubectlTry(['-n', namespace, 'exec', 'client', '--', 'sh', '-c', 'exit 7'], { version })).code).toBe(7);
  });

  it('copies files both ways', async () => {
    const directory = await mkdtemp(path.join(os.tmpdir(), 't8s-cp-'));
    try {
      const content = 'x'.repeat(300_000);
      await writeFile(path.join(directory, 'there'), content);
      await k('cp', path.join(directory, 'there'), `${pod}:/tmp/copied`);
      await k('cp', `${pod}:/tmp/copied`, path.join(directory, 'back'));
      expect(await readFile(path.join(directory, 'back'), 'utf8')).toBe(content);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('forwards ports', async () => {
    const child = spawn(kubectlBinary(version), ['--kubeconfig', kubeconfig, '-n', namespace, 'port-forward', pod, ':80'], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const port = await new Promise<string>((resolve, reject) => {
        child.stdout.on('data', (chunk: Buffer) => {
          const found = /127\.0\.0\.1:(\d+)/.exec(chunk.toString())?.[1];
          if (found) resolve(found);
        });
        child.on('close', () => reject(new Error('port-forward ended')));
      });
      const body = await new Promise<string>((resolve, reject) => {
        http.get({ host: '127.0.0.1', port, agent: false }, (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => (text += chunk.toString()));
          response.on('end', () => resolve(text));
        }).on('error', reject);
      });
      expect(body).toContain('Welcome to nginx');
    } finally {
      child.kill();
    }
  });

  it('lists resources and answers what one may do', async () => {
    expect(await k('api-resources')).toMatch(/^pods +po +v1 +true +Pod$/m);
    expect((await k('auth', 'can-i', 'create', 'pods')).trim()).toBe('yes');
    const other = await kubectlTry(['-n', namespace, 'auth', 'can-i', 'create', 'pods', '--as', 'somebody'], { version });
    expect(other.stdout.trim()).toBe('no');
  });

  it('scales and deletes by label', async () => {
    await k('scale', 'rc', 'web', '--replicas=0');
    await k('wait', '--for=delete', 'pod', '-l', 'app=web', '--timeout=60s');
    await k('delete', 'rc,svc', '-l', 'app=web');
    expect((await k('get', 'rc', '-o', 'name')).trim()).toBe('');
  });
});
