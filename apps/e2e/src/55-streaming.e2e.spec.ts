import { spawn } from 'node:child_process';
import { kubeconfig, kubectl, kubectlBinary, kubectlTry, kubectlVersions, pods, workers } from './support/cluster';
import { apply, clientPod, createNamespace, deleteNamespace, nginxController } from './support/namespace';
import { eventually } from './support/run';

const namespace = 'streaming';
const raw = (path: string): Promise<string> => kubectl(['get', '--raw', path]);
const inNamespace = `/api/v1/namespaces/${namespace}`;
let names: string[];

beforeAll(async () => {
  await createNamespace(namespace);
  const service = `apiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec: { selector: { app: web }, ports: [{ name: http, port: 8080, targetPort: web }] }`;
  await apply([nginxController('web', 2), service, ...workers.map((worker) => clientPod(`client-${worker}`, worker))].join('\n---\n'), namespace);
  names = await eventually('two pods', async () => {
    const found = await pods('app=web', namespace);
    return found.length === 2 && found.map(({ metadata }) => metadata.name);
  });
  await kubectl(['wait', '-n', namespace, '--for=condition=Ready', 'pod', '--all', '--timeout=120s'], { timeoutMs: 130_000 });
});
afterAll(() => deleteNamespace(namespace));

describe('proxies', () => {
  it('lead to pods on every node, though the apiserver is on none', async () => {
    for (const name of names) {
      for (const target of [name, `${name}:80`, `http:${name}:80`]) expect(await raw(`${inNamespace}/pods/${target}/proxy/`)).toContain('Welcome to nginx');
    }
  });

  it('lead to Services by name and number of a port', async () => {
    for (const target of ['web:http', 'web:8080', 'http:web:http']) {
      await eventually('an answer', async () => (await raw(`${inNamespace}/services/${target}/proxy/`)).includes('Welcome to nginx'));
    }
  });

  it('say why there is no answer', async () => {
    const said = async (path: string): Promise<string> => (await kubectlTry(['get', '--raw', path])).stderr;
    expect(await said(`${inNamespace}/pods/${names[0]}:81/proxy/`)).toMatch(/error trying to reach service: dial tcp [\d.]+:81: connect: connection refused/);
    expect(await said(`${inNamespace}/services/web:81/proxy/`)).toContain('no service port 81 found for service "web"');
  });

  it.each(workers)('lead to the kubelet of %s', async (worker) => {
    expect(await raw(`/api/v1/nodes/${worker}/proxy/healthz`)).toBe('ok');
    expect(await raw(`/api/v1/nodes/${worker}:10250/proxy/metrics/resource`)).toContain(`container_memory_working_set_bytes{container="client",namespace="${namespace}",pod="client-${worker}"}`);
    expect(JSON.parse(await raw(`/api/v1/nodes/${worker}/proxy/stats/summary`))).toMatchObject({ node: { nodeName: worker } });
    expect(JSON.parse(await raw(`/api/v1/nodes/${worker}/proxy/configz`))).toHaveProperty('kubeletconfig');
  });
});

describe.each(kubectlVersions)('kubectl 1.%s', (version) => {
  it.each([
    ['WebSocket', {}],
    ['SPDY', { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'false', KUBECTL_PORT_FORWARD_WEBSOCKETS: 'false' }],
  ])('moves megabytes over %s', async (_protocol, own) => {
    const env = { ...process.env, ...own };
    const bytes = await kubectl(['exec', '-n', namespace, 'client-worker-2', '--', 'sh', '-c', 'head -c 3000000 /dev/zero | tr "\\0" x'], { version, env });
    expect(bytes).toHaveLength(3_000_000);
    const input = 'y'.repeat(2_000_000);
    expect(await kubectl(['exec', '-i', '-n', namespace, 'client-worker-1', '--', 'cat'], { version, env, input })).toBe(input);
    const child = spawn(kubectlBinary(version), ['--kubeconfig', kubeconfig, 'port-forward', '-n', namespace, `pod/${names[0]}`, ':80'], { stdio: 'pipe', env });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const port = await eventually('a local port', async () => /127\.0\.0\.1:(\d+)/.exec(said)?.[1]);
    const answers = await Promise.all(Array.from({ length: 8 }, async () => (await fetch(`http://127.0.0.1:${port}/`)).text()));
    for (const answer of answers) expect(answer).toContain('Welcome to nginx');
    child.kill();
  });

  it('serves the API and what is behind it as a proxy', async () => {
    const child = spawn(kubectlBinary(version), ['--kubeconfig', kubeconfig, 'proxy', '--port=0'], { stdio: 'pipe' });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const port = await eventually('a local port', async () => /127\.0\.0\.1:(\d+)/.exec(said)?.[1]);
    expect(await (await fetch(`http://127.0.0.1:${port}/api/`)).json()).toMatchObject({ versions: ['v1'] });
    expect(await (await fetch(`http://127.0.0.1:${port}${inNamespace}/services/web:http/proxy`)).text()).toContain('Welcome to nginx');
    child.kill();
  });
});
