import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import type { ContainerStatus, Pod } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { createCertificateAuthority } from '@typernetes/pki';
import { freePorts } from '@typernetes/testing';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import { TestKubelet, until } from './testing/test-kubelet';

jest.setTimeout(180_000);

const node = new TestKubelet('kubelet-probes', '10.244.93.0/24');
const main = (pod: Pod): ContainerStatus | undefined => pod.status?.containerStatuses?.[0];
const health = new HealthImplementation({ '': 'SERVING', shop: 'NOT_SERVING' });
const grpc = new Server();
let grpcPort = 0;
const calls: string[] = [];
/** What hooks call: says no to paths that end in `missing`, which is all the same to a hook. */
const listener = http.createServer((request, response) => {
  calls.push(`${request.method} ${request.url} ${request.headers['x-from'] ?? ''}`.trim());
  response.writeHead(request.url?.endsWith('missing') ? 404 : 200).end('ok');
});
let hookPort = 0;

beforeAll(async () => {
  health.addToServer(grpc);
  grpcPort = await new Promise<number>((resolve, reject) => grpc.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => (error ? reject(error) : resolve(port))));
  hookPort = await new Promise<number>((resolve) => listener.listen(0, '127.0.0.1', () => resolve((listener.address() as AddressInfo).port)));
  await node.start();
});

afterAll(async () => {
  await node.stop();
  grpc.forceShutdown();
  listener.close();
});

/** Patient with a slow machine: what should succeed is never cut off. */
const quick = { periodSeconds: 1, failureThreshold: 1, timeoutSeconds: 30 };
const hasty = { ...quick, timeoutSeconds: 1 };
const restarts = (count: number) => (pod: Pod): boolean => (main(pod)?.restartCount ?? 0) >= count;

describe('gRPC', () => {
  test('a server that serves is alive and ready; one service of it is not', async () => {
    const at = (service?: string): object => ({ ...quick, grpc: { port: grpcPort, ...(service ? { service } : {}) } });
    await node.create('grpc-good', { hostNetwork: true, containers: [node.box('exec sleep 1000', { livenessProbe: at(), readinessProbe: at() })] });
    await node.create('grpc-unready', { hostNetwork: true, containers: [node.box('exec sleep 1000', { livenessProbe: at(), readinessProbe: at('shop') })] });
    await node.podWith('grpc-good', (pod) => main(pod)?.ready, 'is ready');
    await node.event('grpc-unready', 'Unhealthy', 'Readiness probe failed: service unhealthy (responded with "NOT_SERVING")');
    expect(main(await node.get('grpc-unready'))).toMatchObject({ ready: false, restartCount: 0 });
    health.setStatus('shop', 'SERVING');
    await node.podWith('grpc-unready', (pod) => main(pod)?.ready, 'is ready');
    expect(main(await node.get('grpc-good'))?.restartCount).toBe(0);
  });
  test('nobody at the port: restarted', async () => {
    const [port = 0] = await freePorts(1);
    await node.create('grpc-bad', { hostNetwork: true, containers: [node.box('exec sleep 1000', { livenessProbe: { ...hasty, grpc: { port } } })] });
    await node.podWith('grpc-bad', restarts(1), 'restarted');
    await node.event('grpc-bad', 'Unhealthy', /^Liveness probe failed: timeout: failed to connect service "127.0.0.1:\d+" within 1s/);
  });
});

test('TCP: an open port is enough, a closed one is not', async () => {
  const probe = { ...quick, tcpSocket: { port: 'web' } };
  const ports = [{ name: 'web', containerPort: 8080 }];
  await node.create('tcp', { containers: [node.box('httpd -p 8080; exec sleep 1000', { ports, readinessProbe: probe })] });
  await node.podWith('tcp', (pod) => main(pod)?.ready, 'is ready');
  await node.exec('tcp', ['killall', 'httpd']);
  await node.podWith('tcp', (pod) => main(pod)?.ready === false, 'is not ready any more');
  await node.event('tcp', 'Unhealthy', /^Readiness probe failed: dial tcp 10\.244\.93\.\d+:8080: connect: connection refused$/);
  expect(main(await node.get('tcp'))?.restartCount).toBe(0);
});

test('HTTP: a code of 400 and more fails, a redirect does not', async () => {
  await node.create('http', { containers: [node.box('mkdir /www; echo ok > /www/ok; exec httpd -f -p 8080 -h /www', {
    readinessProbe: { ...quick, httpGet: { port: 8080, path: '/ok' } },
    livenessProbe: { ...quick, initialDelaySeconds: 2, httpGet: { port: 8080, path: '/missing' } },
  })] });
  await node.podWith('http', (pod) => main(pod)?.ready, 'is ready');
  await node.event('http', 'Unhealthy', 'Liveness probe failed: HTTP probe failed with statuscode: 404');
  await node.event('http', 'Killing', 'Container main failed liveness probe, will be restarted');
  await node.podWith('http', restarts(1), 'restarted');
});

test('a startup probe holds the others back, and gives up', async () => {
  const sick = { ...quick, exec: { command: ['false'] } };
  const started = { periodSeconds: 1, failureThreshold: 60, exec: { command: ['test', '-e', '/tmp/started'] } };
  await node.create('slow', { containers: [node.box('exec sleep 1000', { startupProbe: started, livenessProbe: { ...quick, exec: { command: ['test', '-e', '/tmp/alive'] } }, readinessProbe: { ...quick, exec: { command: ['true'] } } })] });
  await node.create('never-up', { containers: [node.box('exec sleep 1000', { startupProbe: { ...sick, failureThreshold: 2 } })] });
  await node.event('slow', 'Unhealthy', /^Startup probe failed: /);
  expect(main(await node.get('slow'))).toMatchObject({ started: false, ready: false, restartCount: 0 });
  await node.exec('slow', ['touch', '/tmp/alive', '/tmp/started']);
  const up = await node.podWith('slow', (pod) => main(pod)?.ready, 'is ready');
  expect(main(up)).toMatchObject({ started: true, restartCount: 0 });
  expect((await node.events('slow')).some(({ message }) => message?.startsWith('Liveness'))).toBe(false);
  await node.event('never-up', 'Killing', 'Container main failed startup probe, will be restarted');
  await node.podWith('never-up', restarts(1), 'restarted');
});

test('not ready before the delay is over, and never restarted for it', async () => {
  await node.create('delayed', { containers: [node.box('exec sleep 1000', { readinessProbe: { ...quick, initialDelaySeconds: 4, exec: { command: ['true'] } } })] });
  const pod = await node.podWith('delayed', (found) => main(found)?.ready, 'is ready');
  const time = (text: string | undefined): number => Date.parse(text ?? '');
  const ready = pod.status?.conditions?.find(({ type }) => type === 'Ready');
  expect(time(ready?.lastTransitionTime) - time(main(pod)?.state?.running?.startedAt)).toBeGreaterThanOrEqual(3_000);
  expect(main(pod)?.restartCount).toBe(0);
});

test('a command that hangs fails its probe', async () => {
  await node.create('hangs', { containers: [node.box('exec sleep 1000', { readinessProbe: { ...hasty, exec: { command: ['sleep', '500'] } } })] });
  await node.event('hangs', 'Unhealthy', 'Readiness probe failed: command timed out: "sleep 500" timed out after 1s');
  expect(main(await node.get('hangs'))).toMatchObject({ ready: false, restartCount: 0 });
});

test('restarts are counted up, with a pause that grows', async () => {
  await node.create('sick', { containers: [node.box('exec sleep 1000', { livenessProbe: { ...quick, exec: { command: ['false'] }, terminationGracePeriodSeconds: 1 } })] });
  const counts: number[] = [];
  await until(async () => {
    const count = main(await node.get('sick'))?.restartCount ?? 0;
    if (counts.at(-1) !== count) counts.push(count);
    return count >= 2;
  }, 'two restarts');
  expect(counts).toEqual([...counts].sort());
  await node.event('sick', 'BackOff', /^Back-off restarting failed container main in pod sick_default\(/);
});

describe('hooks', () => {
  const httpGet = (path: string): object => ({ httpGet: { host: '127.0.0.1', port: hookPort, path, httpHeaders: [{ name: 'X-From', value: 'hook' }] } });
  const called = (text: string): Promise<boolean> => until(async () => calls.includes(text), text);

  test('postStart runs before the container counts as running', async () => {
    await node.create('post-exec', { containers: [node.box('exec sleep 1000', { lifecycle: { postStart: { exec: { command: ['sh', '-c', 'echo done > /tmp/hook'] } } } })] });
    await node.create('post-http', { containers: [node.box('exec sleep 1000', { lifecycle: { postStart: httpGet('/post/missing') } })] });
    await called('GET /post/missing hook');
    await node.phase('post-exec', 'Running');
    await node.phase('post-http', 'Running');
    expect((await node.exec('post-exec', ['cat', '/tmp/hook'])).stdout).toBe('done\n');
  });

  test('over TLS, of whatever certificate, and to a path without a slash', async () => {
    const { cert, key } = createCertificateAuthority('hooks', Date.now(), 1);
    const secure = https.createServer({ cert, key }, (request, response) => {
      calls.push(`TLS ${request.url}`);
      response.end('ok');
    });
    const port = await new Promise<number>((resolve) => secure.listen(0, '127.0.0.1', () => resolve((secure.address() as AddressInfo).port)));
    const hook = (path: string): object => ({ httpGet: { scheme: 'HTTPS', host: '127.0.0.1', port, path } });
    await node.create('hooked-tls', { terminationGracePeriodSeconds: 20, containers: [node.box('trap "exit 0" TERM; while true; do sleep 0.1; done', { lifecycle: { postStart: hook('post?x=y'), preStop: hook('/pre') } })] });
    await node.phase('hooked-tls', 'Running');
    await called('TLS /post?x=y');
    await node.delete('hooked-tls');
    await called('TLS /pre');
    await node.gone('hooked-tls');
    secure.close();
  });

  test('a postStart hook that fails ends the container', async () => {
    await node.create('post-bad', { containers: [node.box('exec sleep 1000', { lifecycle: { postStart: { exec: { command: ['sh', '-c', 'exit 4'] } } } })] });
    await node.event('post-bad', 'FailedPostStartHook', 'PostStartHook failed');
    await node.event('post-bad', 'Killing', 'FailedPostStartHook');
    await node.podWith('post-bad', restarts(1), 'restarted');
  });

  test('preStop runs before the end: a call, a command, a pause', async () => {
    const trap = 'trap "exit 0" TERM; while true; do sleep 0.1; done';
    const grace = { terminationGracePeriodSeconds: 20 };
    const command = ['sh', '-c', `wget -q -O /dev/null http://127.0.0.1:${hookPort}/pre-exec`];
    await node.create('pre-http', { ...grace, containers: [node.box(trap, { lifecycle: { preStop: httpGet('/pre-http') } })] });
    await node.create('pre-exec', { ...grace, hostNetwork: true, containers: [node.box(trap, { lifecycle: { preStop: { exec: { command } } } })] });
    await node.create('pre-sleep', { ...grace, containers: [node.box(trap, { lifecycle: { preStop: { sleep: { seconds: 2 } } } })] });
    await node.create('pre-bad', { ...grace, containers: [node.box(trap, { lifecycle: { preStop: { exec: { command: ['false'] } } } })] });
    const names = ['pre-http', 'pre-exec', 'pre-sleep', 'pre-bad'];
    for (const name of names) await node.phase(name, 'Running');
    for (const name of names) await node.delete(name);
    await called('GET /pre-http hook');
    await called('GET /pre-exec');
    await node.event('pre-bad', 'FailedPreStopHook', 'PreStopHook failed');
    for (const name of names) await node.gone(name);
    await node.event('pre-sleep', 'Killing', 'Stopping container main');
  });
});

test('a deadline that is set later ends the pod', async () => {
  await node.create('deadline', { containers: [node.box('exec sleep 1000')] });
  await node.phase('deadline', 'Running');
  await node.client.resource(resources.pods).patch('deadline', { spec: { activeDeadlineSeconds: 1 } }, { namespace: 'default', type: 'application/merge-patch+json' });
  const pod = await node.phase('deadline', 'Failed');
  expect(pod.status).toMatchObject({ reason: 'DeadlineExceeded', message: 'Pod was active on the node longer than the specified deadline' });
  expect(main(pod)?.state?.terminated).toBeDefined();
});
