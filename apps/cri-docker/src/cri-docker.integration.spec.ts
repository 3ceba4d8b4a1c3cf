import { readFile, rename } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import Docker from 'dockerode';
import WebSocket from 'ws';
import { Client, credentials } from '@grpc/grpc-js';
import { cri } from '@typernetes/proto';
import { TestNode } from './testing/test-node';

jest.setTimeout(120_000);

const node = new TestNode();
beforeAll(() => node.start());
afterAll(() => node.close());

const until = async <T>(look: () => Promise<T | undefined | false>, what: string): Promise<T> => {
  for (let attempt = 0; attempt < 1800; attempt++) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`waited in vain: ${what}`);
};

const sandboxConfig = (name: string, more: object = {}): cri.PodSandboxConfig =>
  cri.PodSandboxConfig.fromPartial({
    metadata: { name, namespace: 'default', uid: `uid-${name}`, attempt: 0 },
    hostname: name,
    logDirectory: path.join(node.dir, 'logs', name),
    labels: { app: name },
    annotations: { note: 'kept as it is' },
    dnsConfig: { servers: ['10.96.0.10'], searches: ['default.svc.cluster.local'], options: ['ndots:5'] },
    ...more,
  });

const run = async (config: cri.PodSandboxConfig): Promise<string> =>
  (await node.call('runPodSandbox', { config, runtimeHandler: '' })).podSandboxId;

interface Pod {
  podSandboxId: string;
  sandbox: cri.PodSandboxConfig;
}

const create = async ({ podSandboxId, sandbox }: Pod, name: string, args: string[], more: object = {}): Promise<string> => {
  const config = cri.ContainerConfig.fromPartial({
    metadata: { name, attempt: 0 },
    image: { image: 'cri-test/busybox:1' },
    command: args,
    logPath: `${name}/0.log`,
    labels: { container: name },
    linux: { securityContext: { namespaceOptions: { pid: cri.NamespaceMode.CONTAINER } } },
    ...more,
  });
  return (await node.call('createContainer', { podSandboxId, config, sandboxConfig: sandbox })).containerId;
};

const statusOf = async (containerId: string): Promise<cri.ContainerStatus> => {
  const { status } = await node.call('containerStatus', { containerId, verbose: false });
  if (!status) throw new Error('no status');
  return status;
};

const exited = (id: string): Promise<cri.ContainerStatus> =>
  until(async () => {
    const status = await statusOf(id);
    return status.state === cri.ContainerState.CONTAINER_EXITED && status;
  }, 'container has ended');

const exec = async (containerId: string, ...cmd: string[]): Promise<string> =>
  (await node.call('execSync', { containerId, cmd, timeout: 45n })).stdout.toString();

const fetchText = (url: string): Promise<string> =>
  new Promise((resolve, reject) => {
    http.get(url, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () => resolve(text));
    }).on('error', reject);
  });

test('tells its version and becomes ready', async () => {
  const version = await node.call('version', { version: '' });
  expect(version).toMatchObject({ runtimeName: 'docker', runtimeApiVersion: 'v1' });
  const { status } = await node.call('status', { verbose: false });
  expect(status?.conditions.map(({ type, status: ok, message }) => `${type} ${ok} ${message}`)).toEqual(['RuntimeReady true ', 'NetworkReady true ']);
});

test('writes the CNI configuration of the pod CIDR', async () => {
  await node.call('updateRuntimeConfig', { runtimeConfig: { networkConfig: { podCidr: '10.244.98.0/24' } } });
  const written = JSON.parse(await readFile(path.join(node.config.cniConfDir, '10-t8s.conflist'), 'utf8'));
  expect(written.plugins[0].ipam.ranges).toEqual([[{ subnet: '10.244.98.0/24' }]]);
});

describe('a pod on the pod network', () => {
  const config = sandboxConfig('web', { portMappings: [{ hostPort: 34_567, containerPort: 80 }] });
  let sandboxId = '';
  let containerId = '';

  beforeAll(async () => {
    sandboxId = await run(config);
    const script = 'mkdir -p /tmp/www; hostname > /tmp/www/index.html; echo up; echo oops >&2; exec httpd -f -p 80 -h /tmp/www';
    containerId = await create({ podSandboxId: sandboxId, sandbox: config }, 'server', ['sh', '-c', script], {
      envs: [{ key: 'COLOUR', value: 'blue' }],
      linux: {
        resources: { memoryLimitInBytes: 64n << 20n, cpuShares: 512n, oomScoreAdj: 900n },
        securityContext: { namespaceOptions: { pid: cri.NamespaceMode.CONTAINER } },
      },
    });
    await node.call('startContainer', { containerId });
  });

  test('has an address, and its server answers there', async () => {
    const { status } = await node.call('podSandboxStatus', { podSandboxId: sandboxId, verbose: false });
    expect(status?.state).toBe(cri.PodSandboxState.SANDBOX_READY);
    expect(status?.network?.ip).toMatch(/^10\.244\.99\.\d+$/);
    expect(status?.annotations).toEqual({ note: 'kept as it is' });
    const text = await until(() => fetchText(`http://${status?.network?.ip}/`).catch(() => undefined), 'server answers');
    expect(text).toBe('web\n');
  });

  test('has its host port', async () => {
    const { status } = await node.call('podSandboxStatus', { podSandboxId: sandboxId, verbose: false });
    const gateway = status?.network?.ip.replace(/\.\d+$/, '.1');
    expect(await fetchText(`http://${gateway}:34567/`)).toBe('web\n');
  });

  test('has the files, variables and limits that CRI asked for', async () => {
    expect(await exec(containerId, 'cat', '/etc/resolv.conf')).toBe('nameserver 10.96.0.10\nsearch default.svc.cluster.local\noptions ndots:5\n');
    expect(await exec(containerId, 'cat', '/etc/hosts')).toMatch(/10\.244\.99\.\d+\tweb\n/);
    expect(await exec(containerId, 'sh', '-c', 'echo $COLOUR')).toBe('blue\n');
    expect(await exec(containerId, 'cat', '/proc/1/oom_score_adj')).toBe('900\n');
    const status = await statusOf(containerId);
    expect(status.resources?.linux).toMatchObject({ memoryLimitInBytes: 64n << 20n, cpuShares: 512n });
    expect(status.state).toBe(cri.ContainerState.CONTAINER_RUNNING);
    expect(status.startedAt).toBeGreaterThan(status.createdAt);
  });

  test('its log has both streams, and survives a rotation and a restart of the shim', async () => {
    const file = path.join(node.dir, 'logs/web/server/0.log');
    const lines = await until(async () => {
      const text = await readFile(file, 'utf8').catch(() => '');
      return text.split('\n').length > 2 && text;
    }, 'two lines');
    expect(lines).toMatch(/^\d{4}-\S+Z stdout F up$/m);
    expect(lines).toMatch(/^\d{4}-\S+Z stderr F oops$/m);
    await rename(file, `${file}.20260101-000000`);
    await node.call('reopenContainerLog', { containerId });
    expect(await readFile(file, 'utf8')).toBe('');
    await node.stopShim();
    await node.startShim();
    await exec(containerId, 'sh', '-c', 'echo after > /proc/1/fd/1');
    const after = await until(() => readFile(file, 'utf8'), 'a line after the restart');
    expect(after).toMatch(/^\S+ stdout F after\n$/);
  });

  test('lists are filtered by label, state and sandbox', async () => {
    const { containers } = await node.call('listContainers', {
      filter: cri.ContainerFilter.fromPartial({ podSandboxId: sandboxId, labelSelector: { container: 'server' }, state: { state: cri.ContainerState.CONTAINER_RUNNING } }),
    });
    expect(containers.map(({ id, metadata }) => [id, metadata?.name])).toEqual([[containerId, 'server']]);
    const { items } = await node.call('listPodSandbox', { filter: cri.PodSandboxFilter.fromPartial({ labelSelector: { app: 'nobody' } }) });
    expect(items).toEqual([]);
  });

  test('commands give output and exit code, and end at their timeout', async () => {
    const answer = await node.call('execSync', { containerId, cmd: ['sh', '-c', 'echo out; echo err >&2; exit 3'], timeout: 5n });
    expect([answer.stdout.toString(), answer.stderr.toString(), answer.exitCode]).toEqual(['out\n', 'err\n', 3]);
    await expect(node.call('execSync', { containerId, cmd: ['sleep', '77'], timeout: 1n })).rejects.toThrow(/DEADLINE_EXCEEDED.*timed out/);
    expect(await exec(containerId, 'ps')).not.toContain('sleep 77');
  });

  test('exec streams stdin to stdout over a WebSocket, once per URL', async () => {
    const { url } = await node.call('exec', cri.ExecRequest.fromPartial({ containerId, cmd: ['sh', '-c', 'cat; echo bye >&2; exit 4'], stdin: true, stdout: true, stderr: true }));
    const socket = new WebSocket(url.replace('http', 'ws'), ['v5.channel.k8s.io']);
    const received: Record<number, string> = {};
    socket.on('message', (data: Buffer) => (received[data[0] ?? 0] = (received[data[0] ?? 0] ?? '') + data.subarray(1).toString()));
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send(Buffer.from('\0hello'));
    socket.send(Buffer.from([255, 0]));
    await new Promise((resolve) => socket.once('close', resolve));
    expect(received[1]).toBe('hello');
    expect(received[2]).toBe('bye\n');
    expect(JSON.parse(received[3] ?? '')).toMatchObject({ status: 'Failure', reason: 'NonZeroExitCode', details: { causes: [{ reason: 'ExitCode', message: '4' }] } });
    const second = new WebSocket(url.replace('http', 'ws'), ['v5.channel.k8s.io']);
    await expect(new Promise((resolve, reject) => second.once('open', resolve).once('error', reject))).rejects.toThrow('404');
  });

  test('a terminal can be resized', async () => {
    const { url } = await node.call('exec', cri.ExecRequest.fromPartial({ containerId, cmd: ['sh', '-c', 'until [ "$(stty size)" = "40 120" ]; do sleep 0.1; done; echo resized'], stdin: true, stdout: true, tty: true }));
    const socket = new WebSocket(url.replace('http', 'ws'), ['v5.channel.k8s.io']);
    let output = '';
    socket.on('message', (data: Buffer) => (output += data[0] === 1 ? data.subarray(1).toString() : ''));
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send(Buffer.concat([Buffer.from([4]), Buffer.from('{"Width":120,"Height":40}')]));
    await new Promise((resolve) => socket.once('close', resolve));
    expect(output).toContain('resized');
  });

  test('a port is forwarded into the pod', async () => {
    const { url } = await node.call('portForward', { podSandboxId: sandboxId, port: [80] });
    const socket = new WebSocket(url.replace('http', 'ws'), ['v5.channel.k8s.io']);
    let output = '';
    socket.on('message', (data: Buffer) => (output += data[0] === 0 ? data.subarray(1).toString() : ''));
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send(Buffer.from('\0GET / HTTP/1.0\r\n\r\n'));
    await new Promise((resolve) => socket.once('close', resolve));
    expect(output).toMatch(/^HTTP\/1\.\d 200 OK[^]*web\n$/);
  });

  test('nobody listening is told on the error channel', async () => {
    const { url } = await node.call('portForward', { podSandboxId: sandboxId, port: [81] });
    const socket = new WebSocket(url.replace('http', 'ws'), ['v5.channel.k8s.io']);
    let error = '';
    socket.on('message', (data: Buffer) => (error += data[0] === 1 ? data.subarray(1).toString() : ''));
    await new Promise((resolve) => socket.once('close', resolve));
    expect(error).toContain('Connection refused');
  });

  test('stats of container and pod', async () => {
    const { stats } = await node.call('containerStats', { containerId });
    expect(stats?.attributes?.metadata?.name).toBe('server');
    expect(stats?.memory?.workingSetBytes?.value).toBeGreaterThan(0n);
    expect(stats?.cpu?.usageCoreNanoSeconds?.value).toBeGreaterThan(0n);
    const written = stats?.writableLayer?.usedBytes?.value ?? 0n;
    await node.call('execSync', { containerId, cmd: ['dd', 'if=/dev/zero', 'of=/big', 'bs=1M', 'count=3'], timeout: 60n });
    expect(((await node.call('containerStats', { containerId })).stats?.writableLayer?.usedBytes?.value ?? 0n) - written).toBeGreaterThanOrEqual(3n << 20n);
    const pod = (await node.call('podSandboxStats', { podSandboxId: sandboxId })).stats;
    expect(pod?.linux?.network?.defaultInterface).toMatchObject({ name: 'eth0' });
    expect(pod?.linux?.process?.processCount?.value).toBeGreaterThan(0n);
  });

  test('resources are updated in place', async () => {
    await node.call('updateContainerResources', cri.UpdateContainerResourcesRequest.fromPartial({ containerId, linux: { memoryLimitInBytes: 96n << 20n } }));
    expect((await statusOf(containerId)).resources?.linux?.memoryLimitInBytes).toBe(96n << 20n);
  });

  test('stopping kills after the grace period, and the sandbox gives its address back', async () => {
    await node.call('stopContainer', { containerId, timeout: 1n });
    expect(await statusOf(containerId)).toMatchObject({ state: cri.ContainerState.CONTAINER_EXITED, reason: 'Error', exitCode: 137 });
    await node.call('stopPodSandbox', { podSandboxId: sandboxId });
    await node.call('stopPodSandbox', { podSandboxId: sandboxId });
    const { status } = await node.call('podSandboxStatus', { podSandboxId: sandboxId, verbose: false });
    expect(status?.state).toBe(cri.PodSandboxState.SANDBOX_NOTREADY);
    await node.call('removePodSandbox', { podSandboxId: sandboxId });
    await node.call('removePodSandbox', { podSandboxId: sandboxId });
    await expect(node.call('containerStatus', { containerId, verbose: false })).rejects.toThrow(/NOT_FOUND/);
  });
});

test('events tell the life of a container, exit codes and reasons are kept', async () => {
  const config = sandboxConfig('short');
  const events: [string, cri.ContainerEventType][] = [];
  const stream = node.runtime.getContainerEvents({});
  stream.on('data', (event: cri.ContainerEventResponse) => events.push([event.containerId, event.containerEventType]));
  stream.on('error', () => undefined);
  await new Promise((resolve) => setTimeout(resolve, 200));
  const sandboxId = await run(config);
  const id = await create({ podSandboxId: sandboxId, sandbox: config }, 'fails', ['sh', '-c', 'printf "no newline"; exit 7']);
  await node.call('startContainer', { containerId: id });
  expect(await exited(id)).toMatchObject({ exitCode: 7, reason: 'Error' });
  expect(await readFile(path.join(node.dir, 'logs/short/fails/0.log'), 'utf8')).toMatch(/ stdout P no newline\n$/);
  const { CONTAINER_CREATED_EVENT, CONTAINER_STARTED_EVENT, CONTAINER_STOPPED_EVENT } = cri.ContainerEventType;
  await until(async () => events.some(([who, type]) => who === id && type === CONTAINER_STOPPED_EVENT), 'stopped event');
  expect(events.filter(([who]) => who === id).map(([, type]) => type)).toEqual([CONTAINER_CREATED_EVENT, CONTAINER_STARTED_EVENT, CONTAINER_STOPPED_EVENT]);
  stream.cancel();
  const broken = await create({ podSandboxId: sandboxId, sandbox: config }, 'broken', ['/no/such/program']);
  await expect(node.call('startContainer', { containerId: broken })).rejects.toThrow(/no such file/);
  expect(await statusOf(broken)).toMatchObject({ state: cri.ContainerState.CONTAINER_EXITED, reason: 'StartError', exitCode: 128 });
  await node.call('removePodSandbox', { podSandboxId: sandboxId });
});

test('the kernel killing for memory is told as OOMKilled', async () => {
  const config = sandboxConfig('hungry');
  const sandboxId = await run(config);
  const id = await create({ podSandboxId: sandboxId, sandbox: config }, 'eater', ['sh', '-c', 'x=a; while true; do x=$x$x; done'], {
    linux: { resources: { memoryLimitInBytes: 16n << 20n }, securityContext: { namespaceOptions: { pid: cri.NamespaceMode.CONTAINER } } },
  });
  await node.call('startContainer', { containerId: id });
  expect(await exited(id)).toMatchObject({ reason: 'OOMKilled', exitCode: 137 });
  await node.call('removePodSandbox', { podSandboxId: sandboxId });
});

test('images: list, status, and a clear error when no registry answers', async () => {
  const status = await new Promise<cri.ImageStatusResponse>((resolve, reject) =>
    node.images.imageStatus(cri.ImageStatusRequest.fromPartial({ image: { image: 'cri-test/busybox:1' } }), (error, answer) => (error ? reject(error) : resolve(answer))),
  );
  expect(status.image?.repoTags).toEqual(['cri-test/busybox:1']);
  const missing = await new Promise<cri.ImageStatusResponse>((resolve, reject) =>
    node.images.imageStatus(cri.ImageStatusRequest.fromPartial({ image: { image: 'cri-test/none:1' } }), (error, answer) => (error ? reject(error) : resolve(answer))),
  );
  expect(missing.image).toBeUndefined();
  const pull = new Promise((resolve, reject) =>
    node.images.pullImage(cri.PullImageRequest.fromPartial({ image: { image: '127.0.0.1:1/none:1' } }), (error, answer) => (error ? reject(error) : resolve(answer))),
  );
  await expect(pull).rejects.toThrow(/UNAVAILABLE: failed to pull image "127.0.0.1:1\/none:1".*connection refused/);
});

test('a loaded image stands for a registry that gives no answer', async () => {
  const docker = new Docker();
  await docker.getImage('cri-test/busybox:1').tag({ repo: '127.0.0.1:1/loaded', tag: '1' });
  const pulled = await new Promise<cri.PullImageResponse>((resolve, reject) =>
    node.images.pullImage(cri.PullImageRequest.fromPartial({ image: { image: '127.0.0.1:1/loaded:1' } }), (error, answer) => (error ? reject(error) : resolve(answer))),
  );
  expect(pulled.imageRef).toBe((await docker.getImage('cri-test/busybox:1').inspect()).Id);
  await docker.getImage('127.0.0.1:1/loaded:1').remove();
});

test('tells its health and its services', async () => {
  const client = new Client(`unix:${node.config.listen}`, credentials.createInsecure());
  const same = (bytes: Buffer): Buffer => bytes;
  const health = new Promise((resolve, reject) => {
    client.makeUnaryRequest('/grpc.health.v1.Health/Check', same, same, Buffer.alloc(0), (error, reply) => (error ? reject(error) : resolve(reply)));
  });
  // HealthCheckResponse { status: SERVING }
  expect(await health).toEqual(Buffer.from([8, 1]));
  const reflection = client.makeBidiStreamRequest('/grpc.reflection.v1.ServerReflection/ServerReflectionInfo', same, same);
  const services = new Promise<Buffer>((resolve, reject) => void reflection.once('data', resolve).once('error', reject));
  // ServerReflectionRequest { list_services: "" }
  reflection.write(Buffer.from([0x3a, 0]));
  expect((await services).toString('latin1')).toContain('runtime.v1.RuntimeService');
  reflection.end();
  client.close();
});
