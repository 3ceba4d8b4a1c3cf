import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import WebSocket, { WebSocketServer } from 'ws';
import type { EndpointSlice, Pod, PodSpec } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { defaultConfig as criDefaults, startCriDocker } from '@typernetes/app-cri-docker';
import type { ApiClient } from '@typernetes/client';
import { InformerFactory, createGrpcClient } from '@typernetes/client';
import type { Running } from '@typernetes/component';
import { createLogger } from '@typernetes/component';
import { systemClock, systemRandom } from '@typernetes/machinery';
import { createCertificateAuthority, issueCertificate } from '@typernetes/pki';
import { freePorts } from '@typernetes/testing';
import { startTestApi, type TestApi } from '../../apiserver/src/testing/start-test-api';
import { defaultConfig } from './config';
import { startKubelet } from './start';
import { run, unpackKubectl, type KubectlResult } from './testing/kubectl';
import { LocalNode } from './testing/local-node';
import { PrivateEngine } from './testing/private-engine';

jest.setTimeout(180_000);

const nodeName = 'stream-node';
const directory = mkdtempSync(path.join(tmpdir(), 't8s-stream-'));
const engine = new PrivateEngine(directory);
const local = new LocalNode({ name: 't8s-stream', subnet: '10.244.96.0/24', dir: directory, dockerHost: engine.host });
const logger = createLogger('kubelet', process.env['LOG_LEVEL'] ?? 'error');
let api: TestApi;
let client: ApiClient;
let stopNode: () => Promise<void>;
let kubeletPort = 0;
const nowMs = Date.now();
const authority = createCertificateAuthority('stream-ca', nowMs, 1);

/** Generous: the machine may be busy with other suites. */
const patienceMs = 120_000;

const until = async <T>(look: () => Promise<T | undefined | false>, what: string): Promise<T> => {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const found = await look().catch(() => undefined);
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

async function startNode(): Promise<() => Promise<void>> {
  const file = (name: string, content: string): string => (writeFileSync(path.join(local.dir, name), content), path.join(local.dir, name));
  const serving = issueCertificate(authority, { commonName: `system:node:${nodeName}`, nowMs, validForDays: 1, usages: ['server'], hosts: ['127.0.0.1'] });
  const [port = 0] = await freePorts(1);
  kubeletPort = port;
  const shim = await startCriDocker(
    { ...criDefaults, dockerHost: local.dockerHost, listen: local.socket, podInfraContainerImage: local.pauseImage, cniConfDir: local.cniConfDir, rootDir: path.join(local.dir, 'cri') },
    logger,
  );
  const informers = new InformerFactory({ client, clock: systemClock, random: systemRandom, logger });
  const sources = {
    pods: informers.informer(resources.pods, { fieldSelector: `spec.nodeName=${nodeName}` }),
    services: informers.informer(resources.services),
    node: informers.informer(resources.nodes, { fieldSelector: `metadata.name=${nodeName}` }),
  };
  const abort = new AbortController();
  const kubelet: Running = await startKubelet(
    {
      ...defaultConfig, nodeName, nodeIP: '127.0.0.1', containerRuntimeEndpoint: `unix:${local.socket}`,
      rootDir: path.join(local.dir, 'root'), podLogsDir: path.join(local.dir, 'logs'), healthzPort: 0, address: '127.0.0.1', port,
      tlsCertFile: file('tls.crt', serving.cert), tlsPrivateKeyFile: file('tls.key', serving.key), clientCaFile: file('ca.crt', authority.cert),
    },
    { client, sources, logger },
  );
  informers.start(abort.signal);
  return async () => {
    abort.abort();
    await kubelet.stop();
    await shim.stop();
  };
}

const create = (name: string, spec: Partial<PodSpec>, more: Partial<Pod['metadata']> = {}): Promise<Pod> =>
  client.resource(resources.pods).create({
    metadata: { name, namespace: 'default', labels: { app: name }, ...more },
    spec: { nodeName, terminationGracePeriodSeconds: 1, automountServiceAccountToken: false, containers: [], ...spec },
  });
const box = (name: string, script: string, more: object = {}): PodSpec['containers'][number] => ({ name, image: local.testImage, command: ['sh', '-c', script], ...more });
const running = (name: string): Promise<unknown> => until(async () => (await client.resource(resources.pods).get(name, { namespace: 'default' })).status?.phase === 'Running', `${name} runs`);

beforeAll(async () => {
  await engine.start();
  local.prepare();
  const caller = issueCertificate(authority, { commonName: 'kube-apiserver-kubelet-client', nowMs, validForDays: 1, usages: ['client'] });
  api = await startTestApi({ kubeletCa: Buffer.from(authority.cert), kubeletClient: { cert: Buffer.from(caller.cert), key: Buffer.from(caller.key) } });
  client = createGrpcClient({
    access: { server: '', grpcServer: `127.0.0.1:${api.running.grpcPort}`, ca: Buffer.from(api.caCert), cert: Buffer.from(api.admin.cert), key: Buffer.from(api.admin.key) },
    userAgent: 'kubelet',
  });
  for (const name of ['default', 'kube-node-lease']) await client.resource(resources.namespaces).create({ metadata: { name } }).catch(() => undefined);
  stopNode = await startNode();
  await create('web', {
    containers: [
      box('main', 'mkdir -p /www; echo hello > /www/index.html; httpd -p 8080 -h /www; echo out; echo err >&2; exec sleep 100000'),
      box('side', 'echo from the side; exec sleep 100000'),
    ],
    initContainers: [box('first', 'echo from the first')],
  }, { annotations: { 'kubectl.kubernetes.io/default-container': 'main' } });
  await create('lines', { containers: [box('main', 'i=0; while [ $i -lt 20 ]; do echo line $i; i=$((i+1)); done; sleep 3; while true; do echo line $i; i=$((i+1)); sleep 0.2; done')] });
  await create('again', { containers: [box('main', 'if [ -e /work/been ]; then echo second; exec sleep 100000; fi; touch /work/been; echo first; exit 1', { volumeMounts: [{ name: 'w', mountPath: '/work' }] })], volumes: [{ name: 'w', emptyDir: {} }] });
  await create('echo', { containers: [box('main', 'while read line; do echo "heard $line"; done; exec sleep 100000', { stdin: true })] });
  for (const name of ['web', 'lines', 'echo']) await running(name);
});

afterAll(async () => {
  const pods = client.resource(resources.pods);
  try {
    for (const { metadata } of (await pods.list()).items) await pods.delete(metadata?.name ?? '', { namespace: 'default', gracePeriodSeconds: 1 });
    await until(async () => (await pods.list()).items.length === 0, 'all pods gone');
    await stopNode();
    client.close();
    await api.stop();
    local.remove();
  } finally {
    await engine.stop();
    rmSync(directory, { recursive: true, force: true });
  }
});

/** kubectl speaks WebSocket and falls back to SPDY; older clients know SPDY alone. */
const overSpdy = { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'false', KUBECTL_PORT_FORWARD_WEBSOCKETS: 'false' };

describe.each([
  ['32', 'WebSocket', {}],
  ['35', 'WebSocket', {}],
  ['35', 'SPDY', overSpdy],
])('kubectl 1.%s over %s', (version, protocol, own) => {
  const name = `${version}-${protocol.toLowerCase()}`;
  const env = { ...process.env, ...own };
  let binary = '';
  const base = (): string[] => [`--kubeconfig=${api.kubeconfig}`, `--cache-dir=${directory}/cache`];
  const k = (args: readonly string[], input?: Buffer | string): Promise<KubectlResult> => run(binary, [...base(), ...args], { input, env });
  const textOf = async (args: readonly string[], input?: Buffer | string): Promise<string> => {
    const { code, stdout, stderr } = await k(args, input);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${code}: ${stderr}`);
    return stdout.toString();
  };

  beforeAll(() => {
    binary = unpackKubectl(version, directory);
  });

  describe('exec', () => {
    it('keeps standard output and standard error apart', async () => {
      const { code, stdout, stderr } = await k(['exec', 'web', '-c', 'side', '--', 'sh', '-c', 'echo out; echo err >&2']);
      expect([code, stdout.toString(), stderr]).toEqual([0, 'out\n', 'err\n']);
    });

    it('passes some MB through standard input and output unchanged', async () => {
      const bytes = randomBytes(6 << 20);
      const digest = createHash('md5').update(bytes).digest('hex');
      expect(await textOf(['exec', '-i', 'web', '-c', 'main', '--', 'md5sum'], bytes)).toContain(digest);
      const { stdout } = await k(['exec', '-i', 'web', '-c', 'main', '--', 'cat'], bytes);
      expect(createHash('md5').update(stdout).digest('hex')).toBe(digest);
    });

    it('tells exit codes', async () => {
      const { code, stderr } = await k(['exec', 'web', '-c', 'main', '--', 'sh', '-c', 'exit 42']);
      expect([code, stderr]).toEqual([42, 'command terminated with exit code 42\n']);
    });

    it('says that a command is missing', async () => {
      const { code, stderr } = await k(['exec', 'web', '-c', 'main', '--', 'no-such-command']);
      expect(code).not.toBe(0);
      expect(stderr).toMatch(/no-such-command.*(not found|no such file)/s);
    });

    it('says that a container, a pod or a node is missing', async () => {
      expect((await k(['exec', 'web', '-c', 'none', '--', 'true'])).stderr).toContain('container none is not valid for pod web');
      expect((await k(['exec', 'none', '--', 'true'])).stderr).toContain('pods "none" not found');
    });

    it('gives a terminal', async () => {
      const command = `${binary} ${base().join(' ')} exec -it web -c main -- sh -c 'test -t 0 && echo a terminal; for i in 1 2 3 4 5 6 7 8 9; do stty size 2>/dev/null | grep 99 && break; sleep 0.5; done'`;
      // Its own standard input stays open: `script` passes on that it ended, as if the user had hung up.
      const child = spawn('script', ['-qec', `stty rows 33 cols 99; ${command}`, '/dev/null'], { stdio: 'pipe', env });
      let out = '';
      child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
      await once(child, 'close');
      expect(out).toContain('a terminal\r\n');
      expect(out).toContain('33 99');
    });
  });

  describe('logs', () => {
    it('of a container, of all, of an init container', async () => {
      expect((await textOf(['logs', 'web', '-c', 'main'])).split('\n').sort()).toEqual(['', 'err', 'out']);
      expect(await textOf(['logs', 'web', '-c', 'first'])).toBe('from the first\n');
      const all = await textOf(['logs', 'web', '--all-containers', '--prefix']);
      expect(all).toContain('[pod/web/side] from the side');
      expect(all).toContain('[pod/web/main] out');
    });

    it('by tail, since, limit and with times', async () => {
      expect((await textOf(['logs', 'lines', '--limit-bytes=14']))).toBe('line 0\nline 1\n');
      // A line more when one is written meanwhile.
      await until(async () => (await textOf(['logs', 'lines', '--tail=2'])).split('\n').length === 3, 'two lines');
      expect(await textOf(['logs', 'web', '-c', 'side', '--timestamps'])).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z from the side\n$/);
      await until(async () => (await textOf(['logs', 'lines', '--since=2s'])).includes('line 0\n') === false, 'old lines are old');
      expect(await textOf(['logs', 'lines', '--since-time=2001-01-01T00:00:00Z'])).toMatch(/^line 0\n/);
    });

    it('of the run before', async () => {
      await until(async () => (await textOf(['logs', 'again'])) === 'second\n', 'the second run');
      expect(await textOf(['logs', 'again', '--previous'])).toBe('first\n');
      expect((await k(['logs', 'web', '-c', 'main', '--previous'])).stderr).toContain('previous terminated container "main" in pod "web" not found');
    });

    it('as they come', async () => {
      const child = spawn(binary, [...base(), 'logs', '-f', 'lines', '--tail=1'], { stdio: 'pipe', env });
      let out = '';
      child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
      await until(async () => out.split('\n').length > 5, 'lines that come');
      child.kill();
      const numbers = out.split('\n').slice(0, -1).map((line) => Number(line.split(' ')[1]));
      expect(numbers).toEqual(numbers.map((_, i) => (numbers[0] ?? 0) + i));
    });

    it('refuses what makes no sense', async () => {
      expect((await k(['logs', 'web', '-c', 'none'])).stderr).toContain('container none is not valid for pod web');
      expect((await k(['get', '--raw', '/api/v1/namespaces/default/pods/web/log?container=main&tailLines=-1'])).stderr).toContain('must be greater than or equal to 0');
    });
  });

  it('attaches to a running process', async () => {
    const child = spawn(binary, [...base(), 'attach', '-i', 'echo'], { stdio: 'pipe', env });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    await until(async () => {
      child.stdin.write(`one ${name}\n`);
      await new Promise((resolve) => setTimeout(resolve, 500));
      return out.includes(`heard one ${name}`);
    }, 'an answer');
    child.kill();
    expect(out).toContain(`heard one ${name}\n`);
  });

  it('follows many lines, each once and in order', async () => {
    const script = 'i=0; while [ $i -lt 20 ]; do seq -f "%.0f" $((i*1000+1)) $((i*1000+1000)) 2>/dev/null || seq $((i*1000+1)) $((i*1000+1000)); i=$((i+1)); sleep 0.2; done; echo end; exec sleep 100000';
    await create(`many-${name}`, { containers: [box('main', script)] });
    await running(`many-${name}`);
    const child = spawn(binary, [...base(), 'logs', '-f', `many-${name}`], { stdio: 'pipe', env });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    await until(async () => out.endsWith('end\n'), 'the last line');
    child.kill();
    expect(out).toBe(`${Array.from({ length: 20_000 }, (_, i) => i + 1).join('\n')}\nend\n`);
  });

  it('reaches ephemeral containers', async () => {
    const debug = ['debug', 'web', '--profile=general', '--image', local.testImage, '--image-pull-policy=IfNotPresent'];
    await textOf([...debug, '-c', `dbg-${name}`, '--', 'sh', '-c', 'echo debugging; exec sleep 100000']);
    await until(async () => (await k(['exec', 'web', '-c', `dbg-${name}`, '--', 'true'])).code === 0, 'a command runs in it');
    await until(async () => (await textOf(['logs', 'web', '-c', `dbg-${name}`])) === 'debugging\n', 'its log');
    const attached = spawn(binary, [...base(), ...debug, '-i', '-c', `cat-${name}`, '--', 'sh', '-c', 'while read line; do echo "heard $line"; done'], { stdio: 'pipe', env });
    let out = '';
    attached.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    await until(async () => {
      attached.stdin.write('something\n');
      await new Promise((resolve) => setTimeout(resolve, 500));
      return out.includes('heard something');
    }, 'an answer');
    attached.kill();
  });

  describe('port-forward', () => {
    /** One HTTP/1.0 exchange on a connection of its own. */
    const fetchOnce = (port: number): Promise<string> =>
      new Promise((resolve, reject) => {
        let answer = '';
        const socket = net.connect(port, '127.0.0.1', () => socket.write('GET / HTTP/1.0\r\n\r\n'));
        socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
        socket.on('close', () => resolve(answer));
        socket.on('error', reject);
      });
    const forward = async (remote: number): Promise<{ port: number; said: () => string; stop: () => void }> => {
      const child = spawn(binary, [...base(), 'port-forward', 'pod/web', `:${remote}`], { stdio: 'pipe', env });
      let out = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (out += chunk.toString()));
      const port = await until(async () => Number(/127\.0\.0\.1:(\d+)/.exec(out)?.[1]), 'a local port');
      return { port, said: () => out, stop: () => void child.kill() };
    };

    it('serves connections one after the other and side by side', async () => {
      const { port, stop } = await forward(8080);
      for (let i = 0; i < 3; i++) expect(await fetchOnce(port)).toMatch(/200 OK[^]*hello\n$/);
      const answers = await Promise.all(Array.from({ length: 10 }, () => fetchOnce(port)));
      for (const answer of answers) expect(answer).toMatch(/hello\n$/);
      stop();
    });

    it('passes on more than any window of flow control', async () => {
      await textOf(['exec', 'web', '-c', 'main', '--', 'sh', '-c', 'head -c 9000000 /dev/zero > /www/large']);
      const { port, stop } = await forward(8080);
      const answer = await fetch(`http://127.0.0.1:${port}/large`);
      expect((await answer.arrayBuffer()).byteLength).toBe(9_000_000);
      stop();
    });

    it('says that nobody listens', async () => {
      const { port, said, stop } = await forward(9999);
      await fetchOnce(port).catch(() => '');
      await until(async () => /error occurred forwarding .*9999.*refused/s.test(said()), 'an error');
      stop();
    });
  });

  it('copies files and directories both ways', async () => {
    const from = path.join(directory, `from-${name}`);
    const to = path.join(directory, `to-${name}`);
    mkdirSync(path.join(from, 'inner'), { recursive: true });
    const bytes = randomBytes(3 << 20);
    writeFileSync(path.join(from, 'inner/large'), bytes);
    writeFileSync(path.join(from, 'small'), 'small\n');
    await textOf(['cp', path.join(from, 'small'), `web:/tmp/small-${name}`, '-c', 'main']);
    expect(await textOf(['exec', 'web', '-c', 'main', '--', 'cat', `/tmp/small-${name}`])).toBe('small\n');
    await textOf(['cp', from, `web:/tmp/dir-${name}`, '-c', 'main']);
    await textOf(['cp', `web:/tmp/dir-${name}`, to, '-c', 'main']);
    expect(readFileSync(path.join(to, 'inner/large')).equals(bytes)).toBe(true);
    expect(readFileSync(path.join(to, 'small'), 'utf8')).toBe('small\n');
  });
});

describe('proxies', () => {
  const pods = '/api/v1/namespaces/default/pods';
  const services = '/api/v1/namespaces/default/services';

  const gateway = '10.244.96.1';
  const page = '<html><body><a href="/next">next</a><a href="here">here</a></body></html>';
  let mirror: http.Server;
  let asked = false;
  let left = false;

  /** What is asked, with its headers and body, is the answer; some paths answer as pages and redirects do. */
  const reflect = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const headers = Object.entries(request.headers).map(([name, value]) => `${name}: ${String(value)}\n`).join('');
    const body = await text(request);
    if (request.url?.startsWith('/moved')) response.writeHead(302, { location: '/page' }).end();
    else if (request.url?.startsWith('/page')) response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-length': page.length }).end(page);
    else if (request.url?.startsWith('/zipped')) response.writeHead(200, { 'content-type': 'text/html', 'content-encoding': 'gzip' }).end(gzipSync(page));
    else if (request.url?.startsWith('/slow')) void (asked = true, response.once('close', () => (left = true)));
    else response.writeHead(200, { 'content-type': 'text/plain', 'access-control-allow-origin': '*' }).end(`${request.method} ${request.url}\n${headers}\n${body}`);
  };

  beforeAll(async () => {
    mirror = http.createServer((request, response) => void reflect(request, response));
    new WebSocketServer({ server: mirror }).on('connection', (socket, request) => socket.on('message', (data: Buffer) => socket.send(`${request.url} ${data.toString()}`)));
    // The bridge's own address on this machine: the only one that pods, too, can reach.
    await new Promise<void>((resolve) => mirror.listen(0, gateway, resolve));
    const { port } = mirror.address() as net.AddressInfo;
    await create('mirror', { containers: [box('main', `exec nc -ll -p 8080 -e nc ${gateway} ${port}`, { ports: [{ containerPort: 8080 }] })] });
    await running('mirror');
    const { status } = await client.resource(resources.pods).get('mirror', { namespace: 'default' });
    for (const name of ['mirror', 'outside', 'nobody']) {
      await client.resource(resources.services).create({ metadata: { name, namespace: 'default' }, spec: { ports: [{ name: 'web', port: 80, targetPort: 8080 }] } });
    }
    const slice = (name: string, targetPort: number, endpoint: NonNullable<EndpointSlice['endpoints']>[number]): Promise<unknown> =>
      client.resource(resources.endpointSlices).create({
        metadata: { name: `${name}-1`, namespace: 'default', labels: { 'kubernetes.io/service-name': name } },
        addressType: 'IPv4',
        ports: [{ name: 'web', port: targetPort, protocol: 'TCP' }],
        endpoints: [{ conditions: { ready: true }, ...endpoint }],
      });
    await slice('mirror', 8080, { addresses: [status?.podIP ?? ''], targetRef: { kind: 'Pod', name: 'mirror', namespace: 'default' } });
    await slice('outside', port, { addresses: [gateway] });
    await until(async () => (await api.call('GET', `${pods}/mirror:8080/proxy/`)).code === 200, 'the mirror answers');
  });
  afterAll(() => {
    mirror.close();
    mirror.closeAllConnections();
  });

  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('%s comes to a pod and to a Service', async (method) => {
    for (const url of [`${pods}/mirror`, `${pods}/mirror:8080`, `${pods}/http:mirror:8080`, `${services}/mirror:web`, `${services}/mirror:80`, `${services}/http:mirror:web`, `${services}/outside:web`]) {
      const body = method === 'GET' || method === 'OPTIONS' ? '' : 'some body';
      const { code, text: said } = await api.call(method, `${url}/proxy/a%2Fb/?c=d&limit=x`, body ? { body, headers: { 'content-type': 'text/plain' } } : {});
      expect([code, said]).toEqual([200, expect.stringMatching(new RegExp(`^${method} /a%2Fb/\\?c=d&limit=x\\n`))]);
      if (body) expect(said).toMatch(/\nsome body$/);
    }
  });

  it('without a path: reads are sent to the one with a slash, all else comes there', async () => {
    for (const url of [`${pods}/mirror:8080`, `${services}/mirror:web`]) {
      for (const method of ['GET', 'HEAD']) {
        const answer = await api.call(method, `${url}/proxy?a=b`);
        expect([answer.code, answer.headers['location']]).toEqual([301, `${url}/proxy/?a=b`]);
      }
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
        const answer = await api.call(method, `${url}/proxy?a=b`);
        expect([answer.code, answer.text.split('\n')[0]]).toEqual([200, `${method} /?a=b`]);
      }
    }
  });

  it('tells the backend who asks, and nothing that is the API’s', async () => {
    const { text: said, headers } = await api.call('GET', `${services}/mirror:web/proxy/x`, { headers: { authorization: 'Bearer secret', 'x-mine': 'kept' } });
    expect(said).toContain('x-mine: kept\n');
    expect(said).toContain(`x-forwarded-uri: ${services}/mirror:web/proxy/x\n`);
    expect(said).toContain('x-forwarded-for: 127.0.0.1\n');
    expect(said).not.toContain('secret');
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  it('leads links and redirects back through itself', async () => {
    const prefix = `${services}/mirror:web/proxy`;
    expect((await api.call('GET', `${prefix}/page`)).text).toBe(`<html><body><a href="${prefix}/next">next</a><a href="here">here</a></body></html>`);
    const zipped = await api.call('GET', `${prefix}/zipped`, { headers: { 'accept-encoding': 'identity' } });
    expect([zipped.code, zipped.headers['content-encoding']]).toEqual([200, 'gzip']);
    const moved = await api.call('GET', `${prefix}/moved`);
    expect([moved.code, moved.headers['location']]).toEqual([302, `${prefix}/page`]);
  });

  it('says why nobody answers', async () => {
    const message = async (url: string): Promise<unknown> => {
      const { code, json } = await api.call('GET', `${url}/proxy/`);
      return [code, json['message']];
    };
    expect(await message(`${pods}/mirror:9999`)).toEqual([503, expect.stringMatching(/^error trying to reach service: dial tcp 10\.244\.96\.\d+:9999: connect: connection refused$/)]);
    expect(await message(`${pods}/none`)).toEqual([404, 'pods "none" not found']);
    expect(await message(`${services}/none`)).toEqual([404, 'services "none" not found']);
    expect(await message(`${services}/nobody:80`)).toEqual([503, 'no endpoints available for service "nobody"']);
    expect(await message(`${services}/mirror:81`)).toEqual([503, 'no service port 81 found for service "mirror"']);
    expect(await message(`${services}/ftp:mirror:80`)).toEqual([400, 'invalid service request "ftp:mirror:80"']);
  });

  it('asks RBAC for the verb of the method', async () => {
    const user = api.issue('proxy-reader');
    const agent = { ca: api.caCert, cert: user.cert, key: user.key };
    const call = (method: string): Promise<number> =>
      new Promise((resolve, reject) => {
        const url = `https://127.0.0.1:${api.running.securePort}${services}/mirror:web/proxy/`;
        https.request(url, { method, ...agent }, (response) => (response.resume(), resolve(response.statusCode ?? 0))).on('error', reject).end();
      });
    for (const [kind, rest] of [
      ['clusterroles', { rules: [{ apiGroups: [''], resources: ['services/proxy'], verbs: ['get'] }] }],
      ['clusterrolebindings', { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'proxy-reader' }, subjects: [{ kind: 'User', name: 'proxy-reader', apiGroup: 'rbac.authorization.k8s.io' }] }],
    ] as const) await api.call('POST', `/apis/rbac.authorization.k8s.io/v1/${kind}`, { body: { metadata: { name: 'proxy-reader' }, ...rest } });
    await until(async () => (await call('GET')) === 200, 'a get is allowed');
    expect([await call('HEAD'), await call('POST'), await call('PUT'), await call('PATCH'), await call('DELETE'), await call('OPTIONS')]).toEqual([200, 403, 403, 403, 403, 403]);
  });

  it.each([['pods/mirror:8080'], ['services/outside:web']])('passes a WebSocket on to %s', async (target) => {
    const socket = new WebSocket(`wss://127.0.0.1:${api.running.securePort}/api/v1/namespaces/default/${target}/proxy/chat?room=1`, { ca: api.caCert, cert: api.admin.cert, key: api.admin.key });
    await once(socket, 'open');
    socket.send('hello');
    expect(String((await once(socket, 'message'))[0])).toBe('/chat?room=1 hello');
    socket.close();
    await once(socket, 'close');
  });

  it('streams bodies of any size both ways', async () => {
    const body = randomBytes(8 << 20).toString('hex');
    const { text: said } = await api.call('POST', `${pods}/mirror:8080/proxy/`, { body, headers: { 'content-type': 'text/plain' } });
    expect(said.endsWith(`\n${body}`)).toBe(true);
  });

  it('lets the backend know that the client has gone', async () => {
    const waiting = https.request(`https://127.0.0.1:${api.running.securePort}${services}/outside:web/proxy/slow`, { method: 'POST', ca: api.caCert, cert: api.admin.cert, key: api.admin.key, agent: false });
    waiting.on('error', () => undefined);
    waiting.end('a question');
    await until(async () => asked, 'the backend was asked');
    waiting.destroy();
    await until(async () => left, 'the backend knows');
  });

  it('works through kubectl', async () => {
    expect((await api.kubectl(['get', '--raw', `${pods}/web:8080/proxy/index.html`])).stdout).toBe('hello\n');
    const child = spawn('kubectl', [`--kubeconfig=${api.kubeconfig}`, 'proxy', '--port=0'], { stdio: 'pipe' });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const port = await until(async () => Number(/127\.0\.0\.1:(\d+)/.exec(said)?.[1]), 'kubectl proxy serves');
    const get = async (url: string): Promise<string> => (await fetch(`http://127.0.0.1:${port}${url}`)).text();
    expect(JSON.parse(await get('/api'))).toMatchObject({ versions: ['v1'] });
    expect(await get(`${services}/mirror:web/proxy/page`)).toContain(`href="${services}/mirror:web/proxy/next"`);
    // kubectl speaks HTTP/2 to the apiserver.
    const posted = await fetch(`http://127.0.0.1:${port}${services}/mirror:web/proxy/x`, { method: 'POST', body: 'over HTTP/2' });
    expect(await posted.text()).toMatch(/^POST \/x\n[^]*\nover HTTP\/2$/);
    child.kill();
  });
});

describe('the kubelet’s own endpoints', () => {
  const proxy = `/api/v1/nodes/${nodeName}/proxy`;

  it('are reached through the node', async () => {
    expect((await api.call('GET', `${proxy}/healthz`)).text).toBe('ok');
    const list = (await api.call('GET', `/api/v1/nodes/${nodeName}:${kubeletPort}/proxy/pods`)).json;
    expect(list.items.map(({ metadata }) => metadata?.name)).toContain('web');
    expect((await api.call('GET', `${proxy}/metrics`)).text).toContain('# TYPE process_cpu_seconds_total counter');
    expect((await api.call('GET', `${proxy}/metrics/resource`)).text).toMatch(/container_memory_working_set_bytes\{container="main",namespace="default",pod="web"\} \d+ \d+/);
    expect((await api.call('GET', `${proxy}/stats/summary`)).json).toMatchObject({ node: { nodeName } });
    expect((await api.call('GET', `${proxy}/configz`)).json).toMatchObject({ kubeletconfig: { port: kubeletPort } });
    expect((await api.call('GET', `${proxy}/logs/`)).text).toMatch(/^<!doctype html>[^]*<pre>/);
    expect((await api.call('GET', `${proxy}/logs/..%2F..%2Fetc%2Fpasswd`)).code).toBe(404);
    expect((await api.call('GET', `${proxy}/nothing`)).code).toBe(404);
    expect((await api.kubectl(['get', '--raw', `${proxy}/healthz`])).stdout).toBe('ok');
    expect((await api.call('GET', '/api/v1/nodes/none/proxy/healthz')).json['message']).toBe('nodes "none" not found');
    expect((await api.call('GET', `/api/v1/nodes/${nodeName}:22/proxy/`)).json['message']).toBe('address not allowed');
  });

  it('ask the API who may', async () => {
    const get = (headers: Record<string, string>): Promise<[number, string]> =>
      new Promise((resolve, reject) => {
        https.get(`https://127.0.0.1:${kubeletPort}/metrics/resource`, { rejectUnauthorized: false, agent: false, headers }, (response) => void text(response).then((said) => resolve([response.statusCode ?? 0, said]), reject)).on('error', reject);
      });
    expect(await get({})).toEqual([401, 'Unauthorized\n']);
    expect((await get({ authorization: 'Bearer nonsense' }))[0]).toBe(401);
    await api.call('POST', '/api/v1/namespaces/default/serviceaccounts', { body: { metadata: { name: 'scraper' } } });
    const token = (await api.kubectl(['create', 'token', 'scraper'])).stdout.trim();
    const stranger = (await api.kubectl(['create', 'token', 'default'])).stdout.trim();
    for (const [kind, rest] of [
      ['clusterroles', { rules: [{ apiGroups: [''], resources: ['nodes/metrics'], verbs: ['get'] }] }],
      ['clusterrolebindings', { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'scraper' }, subjects: [{ kind: 'ServiceAccount', name: 'scraper', namespace: 'default' }] }],
    ] as const) await api.call('POST', `/apis/rbac.authorization.k8s.io/v1/${kind}`, { body: { metadata: { name: 'scraper' }, ...rest } });
    await until(async () => (await api.kubectl(['auth', 'can-i', 'get', 'nodes', '--subresource=metrics', '--as=system:serviceaccount:default:scraper'])).stdout.trim() === 'yes', 'the role counts');
    expect((await get({ authorization: `Bearer ${token}` }))[0]).toBe(200);
    expect(await get({ authorization: `Bearer ${stranger}` })).toEqual([403, 'Forbidden (user=system:serviceaccount:default:default, verb=get, resource=nodes, subresource(s)=[metrics])\n']);
  });
});

describe('WebSocket', () => {
  interface Heard {
    messages: Buffer[];
    protocol: string;
    closed: number;
  }
  const open = (url: string, protocols: string[], identity: { cert: string; key: string } = api.admin): WebSocket =>
    new WebSocket(`wss://127.0.0.1:${api.running.securePort}/api/v1/namespaces/default/pods/${url}`, protocols, { ca: api.caCert, cert: identity.cert, key: identity.key });
  const heard = (socket: WebSocket): Promise<Heard> =>
    new Promise((resolve, reject) => {
      const messages: Buffer[] = [];
      socket.on('message', (data: Buffer) => messages.push(data));
      socket.on('error', reject);
      socket.on('close', (closed) => resolve({ messages, protocol: socket.protocol, closed }));
    });
  /** What went over a channel. */
  const channel = ({ messages, protocol }: Heard, number: number): string => {
    const isText = protocol.includes('base64');
    const of = messages.filter((message) => message[0] === (isText ? 48 + number : number)).map((message) => message.subarray(1));
    return Buffer.concat(isText ? of.map((data) => Buffer.from(data.toString(), 'base64')) : of).toString();
  };
  const command = (script: string, more = ''): string => `web/exec?container=main&stdout=1&stderr=1${more}&${['sh', '-c', script].map((word) => `command=${encodeURIComponent(word)}`).join('&')}`;

  it.each([[['v5.channel.k8s.io']], [['v4.channel.k8s.io']], [['v4.base64.channel.k8s.io']]])('exec speaks %j', async (protocols) => {
    const all = await heard(open(command('echo out; echo err >&2; exit 3'), protocols));
    expect(all.protocol).toBe(protocols[0]);
    expect([channel(all, 1), channel(all, 2), JSON.parse(channel(all, 3))]).toEqual(['out\n', 'err\n', expect.objectContaining({ status: 'Failure', reason: 'NonZeroExitCode' })]);
    expect(all.closed).toBe(1000);
  });

  it.each([[[]], [['channel.k8s.io']], [['base64.channel.k8s.io']]])('exec speaks %j: no word at success, a text at failure', async (protocols) => {
    const good = await heard(open(command('echo remote execution test'), protocols));
    expect([channel(good, 1), channel(good, 3)]).toEqual(['remote execution test\n', '']);
    expect(channel(await heard(open(command('exit 3'), protocols)), 3)).toBe('command terminated with non-zero exit code: exit status 3');
  });

  it('takes a resize and standard input', async () => {
    const socket = open(command('read go; until stty size | grep "11 77"; do sleep 0.2; done; cat', '&stdin=1&tty=1'), ['v5.channel.k8s.io']);
    const all = heard(socket);
    await once(socket, 'open');
    socket.send(Buffer.concat([Buffer.from([4]), Buffer.from('{"Width":77,"Height":11}')]));
    socket.send(Buffer.concat([Buffer.from([0]), Buffer.from('go\n')]));
    socket.send(Buffer.from([0, 4]));
    expect(channel(await all, 1)).toContain('11 77\r\n');
  });

  it('refuses a protocol that nobody knows', async () => {
    await expect(heard(open(command('true'), ['v9.channel.k8s.io']))).rejects.toThrow('400');
  });

  it('wants more than get for a command', async () => {
    const reader = api.issue('reader');
    for (const [kind, rest] of [
      ['clusterRoles', { rules: [{ apiGroups: [''], resources: ['pods/exec', 'pods/log'], verbs: ['get'] }] }],
      ['clusterRoleBindings', { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'reader' }, subjects: [{ kind: 'User', name: 'reader', apiGroup: 'rbac.authorization.k8s.io' }] }],
    ] as const) await api.call('POST', `/apis/rbac.authorization.k8s.io/v1/${kind.toLowerCase()}`, { body: { metadata: { name: 'reader' }, ...rest } });
    await until(async () => (await heard(open('web/log?container=side', ['binary.k8s.io'], reader))).closed === 1000, 'logs may be read');
    await expect(heard(open(command('true'), ['v5.channel.k8s.io'], reader))).rejects.toThrow('403');
  });

  it.each([[['binary.k8s.io']], [['base64.binary.k8s.io']], [[]]])('logs speak %j', async (protocols) => {
    const { messages, protocol } = await heard(open('web/log?container=side', protocols));
    expect(protocol).toBe(protocols[0] ?? '');
    const pieces = protocol.startsWith('base64') ? messages.map((message) => Buffer.from(message.toString(), 'base64')) : messages;
    expect(Buffer.concat(pieces).toString()).toBe('from the side\n');
  });

  it('forwards ports without SPDY', async () => {
    const socket = open('web/portforward?ports=8080', ['v4.channel.k8s.io']);
    const all = heard(socket);
    await once(socket, 'open');
    socket.send(Buffer.concat([Buffer.from([0]), Buffer.from('GET / HTTP/1.0\r\n\r\n')]));
    const answer = await all;
    expect(channel(answer, 0)).toMatch(/^\x90\x1fHTTP[^]*hello\n$|^[^]{2}HTTP[^]*hello\n$/);
    expect(answer.messages.filter(([first]) => first === 1).map((message) => [...message.subarray(1)])).toEqual([[0x90, 0x1f]]);
  });

  it('makes a command wait for a client that does not read', async () => {
    const megabytes = 150;
    const socket = open(command(`i=0; while [ $i -lt ${megabytes} ]; do dd if=/dev/zero bs=1M count=1 2>/dev/null; i=$((i+1)); echo $i > /tmp/written; done`), ['v5.channel.k8s.io']);
    let received = 0;
    socket.on('message', (data: Buffer) => (received += data[0] === 1 ? data.length - 1 : 0));
    await once(socket, 'message');
    socket.pause();
    const written = async (): Promise<number> => Number(channel(await heard(open(command('cat /tmp/written 2>/dev/null || echo 0'), ['v5.channel.k8s.io'])), 1));
    // Sockets and queues on the way fill up, then nothing moves.
    let last = -1;
    await until(async () => {
      const before = last;
      last = await written();
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      return before === last && last > 0;
    }, 'the command stands still');
    expect(last).toBeLessThan(megabytes);
    socket.resume();
    await once(socket, 'close');
    expect(received).toBe(megabytes << 20);
  });

  it('ends a command whose client has gone', async () => {
    const socket = open(command('echo $$ > /tmp/gone; while true; do echo noise; sleep 0.1; done'), ['v5.channel.k8s.io']);
    socket.on('error', () => undefined);
    await once(socket, 'message');
    const alive = async (): Promise<boolean> => channel(await heard(open(command('kill -0 $(cat /tmp/gone) && echo alive'), ['v5.channel.k8s.io'])), 1) === 'alive\n';
    await until(alive, 'the command runs');
    socket.terminate();
    await until(async () => !(await alive()), 'the command has ended');
  });
});

describe('a kubelet that goes away', () => {
  it('ends what streams with an error, and is missed', async () => {
    const binary = unpackKubectl('35', directory);
    const k = (...args: string[]): Promise<KubectlResult> => run(binary, [`--kubeconfig=${api.kubeconfig}`, ...args]);
    const streams = [k('exec', 'web', '-c', 'main', '--', 'sh', '-c', 'touch /tmp/started; sleep 1000'), k('logs', '-f', 'lines')];
    await until(async () => (await k('exec', 'web', '-c', 'main', '--', 'test', '-e', '/tmp/started')).code === 0, 'the command runs');
    await stopNode();
    const [executed, followed] = await Promise.all(streams);
    expect(executed?.code).not.toBe(0);
    expect(executed?.stderr).toMatch(/error/i);
    expect(followed?.stderr).toMatch(/error|unexpected/i);
    const late = await k('exec', 'web', '-c', 'main', '--', 'true');
    expect([late.code, late.stderr]).toEqual([1, expect.stringContaining('error dialing backend: ')]);
    expect((await k('logs', 'lines')).stderr).toContain('error dialing backend: ');
    stopNode = await startNode();
    await until(async () => (await k('exec', 'web', '-c', 'main', '--', 'true')).code === 0, 'the kubelet is back');
  });
});
