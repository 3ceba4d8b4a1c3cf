import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { credentials } from '@grpc/grpc-js';
import type { CoreV1Event, Pod, PodSpec } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { startCriDocker, defaultConfig as criDefaults } from '@typernetes/app-cri-docker';
import type { ApiClient } from '@typernetes/client';
import { InformerFactory, createGrpcClient } from '@typernetes/client';
import type { Running } from '@typernetes/component';
import { createLogger } from '@typernetes/component';
import { systemClock, systemRandom } from '@typernetes/machinery';
import { createCertificateAuthority, issueCertificate } from '@typernetes/pki';
import { node as nodeProto } from '@typernetes/proto';
import { freePorts } from '@typernetes/testing';
import { startTestApi, type TestApi } from '../../apiserver/src/testing/start-test-api';
import type { KubeletConfig } from './config';
import { defaultConfig } from './config';
import { startKubelet } from './start';
import { LocalNode, pauseImage, testImage } from './testing/local-node';

jest.setTimeout(180_000);

const nodeName = 'kubelet-test';
const local = new LocalNode();
let api: TestApi;
let client: ApiClient;
let shim: Running;
let kubelet: Running;
let config: KubeletConfig;
let server: nodeProto.NodeClient;
const logger = createLogger('kubelet', process.env['LOG_LEVEL'] ?? 'error');

/** Generous: the machine may be busy with other suites. */
const patienceMs = 120_000;

const until = async <T>(look: () => Promise<T | undefined | false>, what: string): Promise<T> => {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const found = await look().catch(() => undefined);
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

async function runKubelet(): Promise<Running> {
  const informers = new InformerFactory({ client, clock: systemClock, random: systemRandom, logger });
  const sources = {
    pods: informers.informer(resources.pods, { fieldSelector: `spec.nodeName=${nodeName}` }),
    services: informers.informer(resources.services),
    node: informers.informer(resources.nodes, { fieldSelector: `metadata.name=${nodeName}` }),
  };
  const abort = new AbortController();
  const running = await startKubelet(config, { client, sources, logger });
  informers.start(abort.signal);
  return { stop: async () => (abort.abort(), running.stop()) };
}

const startShim = (): Promise<Running> =>
  startCriDocker(
    { ...criDefaults, listen: local.socket, podInfraContainerImage: pauseImage, cniConfDir: local.cniConfDir, rootDir: path.join(local.dir, 'cri') },
    logger,
  );

beforeAll(async () => {
  local.prepare();
  const nowMs = Date.now();
  const ca = createCertificateAuthority('kubelet-test-ca', nowMs, 1);
  const issue = (commonName: string): { cert: string; key: string } => issueCertificate(ca, { commonName, nowMs, validForDays: 1, usages: ['client', 'server'], hosts: ['127.0.0.1'] });
  const serving = issue('system:node:kubelet-test');
  const file = (name: string, text: string): string => (writeFileSync(path.join(local.dir, name), text), path.join(local.dir, name));
  const [port = 0] = await freePorts(1);
  [api, shim] = await Promise.all([startTestApi(), startShim()]);
  client = createGrpcClient({
    access: { server: '', grpcServer: `127.0.0.1:${api.running.grpcPort}`, ca: Buffer.from(api.caCert), cert: Buffer.from(api.admin.cert), key: Buffer.from(api.admin.key) },
    userAgent: 'kubelet',
  });
  for (const name of ['default', 'kube-node-lease']) await client.resource(resources.namespaces).create({ metadata: { name } }).catch(() => undefined);
  await client.resource(resources.serviceAccounts).create({ metadata: { name: 'default', namespace: 'default' } }).catch(() => undefined);
  config = {
    ...defaultConfig, nodeName, nodeIP: '127.0.0.1', containerRuntimeEndpoint: `unix:${local.socket}`, clusterDns: ['10.96.0.10'],
    rootDir: path.join(local.dir, 'root'), podLogsDir: path.join(local.dir, 'logs'), healthzPort: 0, address: '127.0.0.1', port,
    tlsCertFile: file('tls.crt', serving.cert), tlsPrivateKeyFile: file('tls.key', serving.key), clientCaFile: file('ca.crt', ca.cert),
  };
  kubelet = await runKubelet();
  const caller = issue('kube-apiserver-kubelet-client');
  server = new nodeProto.NodeClient(`127.0.0.1:${port}`, credentials.createSsl(Buffer.from(ca.cert), Buffer.from(caller.key), Buffer.from(caller.cert)));
});

afterAll(async () => {
  const pods = client.resource(resources.pods);
  for (const { metadata } of (await pods.list()).items) await pods.delete(metadata?.name ?? '', { namespace: 'default', gracePeriodSeconds: 1 });
  await until(async () => (await pods.list()).items.length === 0, 'all pods gone');
  server.close();
  await kubelet.stop();
  await shim.stop();
  client.close();
  await api.stop();
  local.remove();
});

const create = (name: string, spec: Partial<PodSpec>, more: Partial<Pod['metadata']> = {}): Promise<Pod> =>
  client.resource(resources.pods).create({
    metadata: { name, namespace: 'default', labels: { app: name }, ...more },
    spec: { nodeName, terminationGracePeriodSeconds: 1, automountServiceAccountToken: false, containers: [], ...spec },
  });
const get = (name: string): Promise<Pod> => client.resource(resources.pods).get(name, { namespace: 'default' });
const box = (script: string, more: object = {}): PodSpec['containers'][number] => ({ name: 'main', image: testImage, command: ['sh', '-c', script], ...more });
const phase = (name: string, wanted: string): Promise<Pod> => until(async () => { const pod = await get(name); return pod.status?.phase === wanted && pod; }, `${name} is ${wanted}`);

/** All events about a pod, once these reasons are among them. */
const eventsOf = (pod: string, reasons: string[]): Promise<CoreV1Event[]> => until(async () => {
  const events = (await client.resource(resources.events).list({ namespace: 'default' })).items.filter(({ involvedObject }) => involvedObject.name === pod);
  return reasons.every((wanted) => events.some(({ reason }) => reason === wanted)) && events;
}, `${pod}: events ${reasons.join()}`);

async function logsOf(pod: string, more: Partial<nodeProto.LogsRequest> = {}): Promise<string> {
  const stream = server.logs(nodeProto.LogsRequest.fromPartial({ target: { namespace: 'default', pod, container: 'main' }, ...more }));
  let text = '';
  for await (const { data } of stream as AsyncIterable<nodeProto.Bytes>) text += data.toString();
  return text;
}

function exec(pod: string, command: string[], stdin?: string): Promise<{ stdout: string; stderr: string; status: { status?: string; reason?: string } }> {
  return new Promise((resolve, reject) => {
    const call = server.exec();
    const result = { stdout: '', stderr: '', status: {} };
    call.on('data', ({ output }: nodeProto.ExecOutput) => {
      if (output?.$case === 'status') result.status = JSON.parse(output.value.toString()) as object;
      else if (output) result[output.$case] += output.value.toString();
    });
    call.on('error', reject);
    call.on('end', () => resolve(result));
    call.write({ input: { $case: 'start', value: { target: { namespace: 'default', pod, uid: '', container: '' }, command, stdin: stdin !== undefined, stdout: true, stderr: true, tty: false } } });
    if (stdin !== undefined) {
      call.write({ input: { $case: 'stdin', value: Buffer.from(stdin) } });
      call.write({ input: { $case: 'stdinClosed', value: true } });
    }
  });
}

test('registers the node and makes it Ready', async () => {
  const found = await until(async () => {
    const node = await client.resource(resources.nodes).get(nodeName);
    return node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') && node;
  }, 'node is Ready');
  expect(found.metadata?.labels).toMatchObject({ 'kubernetes.io/hostname': nodeName, 'kubernetes.io/os': 'linux' });
  expect(found.status?.addresses).toContainEqual({ type: 'InternalIP', address: '127.0.0.1' });
  await until(async () => {
    const events = (await client.resource(resources.events).list({ namespace: 'default' })).items.filter(({ involvedObject }) => involvedObject.kind === 'Node');
    return events.some(({ reason, message }) => reason === 'Starting' && message === 'Starting kubelet.');
  }, 'event of the node');
  const lease = await until(() => client.resource(resources.leases).get(nodeName, { namespace: 'kube-node-lease' }), 'lease');
  expect(lease.spec?.holderIdentity).toBe(nodeName);
});

test('runs a pod with volumes and variables, and ends it', async () => {
  await client.resource(resources.secrets).create({ metadata: { name: 'key', namespace: 'default' }, stringData: { 'a.txt': 'hidden' } });
  await client.resource(resources.configMaps).create({ metadata: { name: 'conf', namespace: 'default' }, data: { colour: 'blue' } });
  const startedAt = Date.now();
  await create('first', {
    containers: [box('cat /etc/key/a.txt; echo; echo $COLOUR $POD_NAME; echo oops >&2; exec sleep 1000', {
      env: [
        { name: 'COLOUR', valueFrom: { configMapKeyRef: { name: 'conf', key: 'colour' } } },
        { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        { name: 'TWICE', value: '$(COLOUR)-$(COLOUR)' },
      ],
      volumeMounts: [{ name: 'key', mountPath: '/etc/key', readOnly: true }, { name: 'tmp', mountPath: '/work' }],
    })],
    volumes: [{ name: 'key', secret: { secretName: 'key' } }, { name: 'tmp', emptyDir: {} }],
  });
  const pod = await phase('first', 'Running');
  process.stdout.write(`create to Running: ${Date.now() - startedAt} ms\n`);
  expect(pod.status?.podIP).toMatch(/^10\.244\.97\.\d+$/);
  expect(pod.status?.qosClass).toBe('BestEffort');
  expect(pod.status?.conditions?.filter(({ status }) => status === 'True').map(({ type }) => type).sort()).toEqual(['ContainersReady', 'Initialized', 'PodReadyToStartContainers', 'PodScheduled', 'Ready']);
  expect(pod.status?.containerStatuses?.[0]).toMatchObject({ ready: true, started: true, restartCount: 0 });
  await until(async () => (await logsOf('first')).split('\n').length === 4, 'log has all lines');
  expect(await logsOf('first', { stream: 'Stdout' })).toBe('hidden\nblue first\n');
  expect(await logsOf('first', { tailLines: 1n })).toMatch(/^(oops|blue first)\n$/);
  expect((await exec('first', ['sh', '-c', 'echo $TWICE; cat /etc/hosts; touch /work/x; exit 3'])).stdout).toMatch(/^blue-blue\n[^]*10\.244\.97\.\d+\tfirst\n/);
  expect((await exec('first', ['sh', '-c', 'exit 3'])).status).toMatchObject({ status: 'Failure', reason: 'NonZeroExitCode' });
  expect((await exec('first', ['cat'], 'through and through')).stdout).toBe('through and through');
  await eventsOf('first', ['Pulled', 'Created', 'Started']);
  await client.resource(resources.pods).delete('first', { namespace: 'default' });
  await until(async () => get('first').then(() => false, () => true), 'pod is gone');
});

test('pods run soon after they are created', async () => {
  const times: number[] = [];
  for (let i = 0; i < 7; i++) {
    const startedAt = Date.now();
    await create(`quick-${i}`, { containers: [box('exec sleep 1000')] });
    await phase(`quick-${i}`, 'Running');
    times.push(Date.now() - startedAt);
    await client.resource(resources.pods).delete(`quick-${i}`, { namespace: 'default', gracePeriodSeconds: 0 });
  }
  // A figure to read, not to judge by: how long it takes depends on what else the machine does.
  process.stdout.write(`create to Running: ${times.join(' ')} ms\n`);
  expect(times).toHaveLength(7);
});

test('restarts what fails, with back-off, and keeps the previous log', async () => {
  await create('crash', { restartPolicy: 'Always', containers: [box('echo going; echo why > /dev/termination-log; exit 7')] });
  const pod = await until(async () => {
    const found = await get('crash');
    return found.status?.containerStatuses?.[0]?.state?.waiting?.reason === 'CrashLoopBackOff' && found;
  }, 'CrashLoopBackOff');
  const [status] = pod.status?.containerStatuses ?? [];
  expect(status?.state?.waiting?.message).toMatch(/^back-off 10s restarting failed container=main pod=crash_default\(/);
  expect(status?.lastState?.terminated).toMatchObject({ exitCode: 7, reason: 'Error', message: 'why\n' });
  expect(status?.restartCount).toBe(1);
  expect(await logsOf('crash', { previous: true })).toBe('going\n');
});

test('init containers, a sidecar and a job-like end', async () => {
  await create('job', {
    restartPolicy: 'Never',
    initContainers: [box('echo made > /work/file', { name: 'prepare', volumeMounts: [{ name: 'w', mountPath: '/work' }] }), box('exec sleep 1000', { name: 'side', restartPolicy: 'Always' })],
    containers: [box('cat /work/file', { volumeMounts: [{ name: 'w', mountPath: '/work' }] })],
    volumes: [{ name: 'w', emptyDir: {} }],
  });
  const pod = await phase('job', 'Succeeded');
  expect(pod.status?.initContainerStatuses?.[0]).toMatchObject({ name: 'prepare', ready: true });
  expect(pod.status?.containerStatuses?.[0]?.state?.terminated).toMatchObject({ exitCode: 0, reason: 'Completed' });
  expect(await logsOf('job')).toBe('made\n');
});

test('probes decide about readiness and life', async () => {
  await create('probed', {
    containers: [box('exec httpd -f -p 8080 -h /tmp', {
      ports: [{ name: 'web', containerPort: 8080 }],
      readinessProbe: { httpGet: { path: '/ok', port: 'web' }, periodSeconds: 1 },
      livenessProbe: { exec: { command: ['sh', '-c', 'test ! -e /tmp/sick'] }, periodSeconds: 1, timeoutSeconds: 30, failureThreshold: 1 },
    })],
  });
  await phase('probed', 'Running');
  const ready = (wanted: boolean): Promise<Pod> => until(async () => { const pod = await get('probed'); return pod.status?.containerStatuses?.[0]?.ready === wanted && pod; }, `ready is ${wanted}`);
  expect((await get('probed')).status?.containerStatuses?.[0]?.ready).toBe(false);
  await exec('probed', ['touch', '/tmp/ok']);
  await ready(true);
  await exec('probed', ['touch', '/tmp/sick']);
  await until(async () => ((await get('probed')).status?.containerStatuses?.[0]?.restartCount ?? 0) > 0, 'restarted');
  const events = await eventsOf('probed', ['Unhealthy', 'Killing']);
  expect(events.find(({ reason }) => reason === 'Killing')?.message).toBe('Container main failed liveness probe, will be restarted');
});

test('a token, the CA and the namespace in one volume; memory; groups', async () => {
  await client.resource(resources.configMaps).create({ metadata: { name: 'kube-root-ca.crt', namespace: 'default' }, data: { 'ca.crt': 'the CA' } }).catch(() => undefined);
  const script = 'cd /access; cat namespace; echo; cat ca.crt; echo; cut -c1-2 token; df /mem | tail -1 | cut -d" " -f1; id; ls -ld /dir; exec sleep 1000';
  await create('granted', {
    securityContext: { runAsUser: 1000, runAsGroup: 3000, fsGroup: 2000 },
    containers: [box(script, { volumeMounts: [{ name: 'access', mountPath: '/access' }, { name: 'mem', mountPath: '/mem' }, { name: 'dir', mountPath: '/dir', subPath: 'inner' }] })],
    volumes: [
      { name: 'mem', emptyDir: { medium: 'Memory' } },
      { name: 'dir', emptyDir: {} },
      { name: 'access', projected: { sources: [
        { serviceAccountToken: { path: 'token', expirationSeconds: 3607 } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        { downwardAPI: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
      ] } },
    ],
  });
  await phase('granted', 'Running');
  const text = await until(async () => { const log = await logsOf('granted'); return log.includes('drw') && log; }, 'the script has run');
  expect(text).toMatch(/^default\nthe CA\ney\ntmpfs\nuid=1000 gid=3000 groups=2000(,3000)?\n/);
});

test('a port is forwarded, a log is followed, and figures are given', async () => {
  await create('server', { containers: [box('mkdir -p /tmp/w; echo hello > /tmp/w/index.html; httpd -p 80 -h /tmp/w; for i in 1 2 3; do echo line $i; sleep 0.3; done; exec sleep 1000')] });
  await phase('server', 'Running');
  let followed = '';
  const following = server.logs(nodeProto.LogsRequest.fromPartial({ target: { namespace: 'default', pod: 'server', container: 'main' }, follow: true }));
  following.on('data', ({ data }: nodeProto.Bytes) => (followed += data.toString()));
  following.on('error', () => undefined);
  // Its server listens some time after the container runs.
  const answer = await until(() => new Promise<string>((resolve, reject) => {
    const call = server.portForward();
    let text = '';
    call.on('data', ({ output }: nodeProto.PortForwardOutput) => (text += output?.$case === 'data' ? output.value.toString() : ''));
    call.on('end', () => resolve(text));
    call.on('error', reject);
    call.write({ input: { $case: 'start', value: { target: { namespace: 'default', pod: 'server', uid: '', container: '' }, port: 80, address: '' } } });
    call.write({ input: { $case: 'data', value: Buffer.from('GET / HTTP/1.0\r\n\r\n') } });
  }), 'an answer over the forwarded port');
  expect(answer).toMatch(/^HTTP\/1\.[01] 200 OK[^]*hello\n$/);
  await until(async () => followed === 'line 1\nline 2\nline 3\n', 'all lines');
  following.cancel();
  const summary = await new Promise<Buffer>((resolve, reject) => server.stats({ node: nodeName }, (error, reply) => (error ? reject(error) : resolve(reply.data))));
  expect(JSON.parse(summary.toString())).toMatchObject({ node: { nodeName }, pods: expect.arrayContaining([expect.objectContaining({ podRef: expect.objectContaining({ name: 'server' }) })]) as object });
});

test('hooks run at both ends, and a deadline ends a pod', async () => {
  const hostDir = path.join(local.dir, 'seen');
  await create('hooked', {
    terminationGracePeriodSeconds: 5,
    containers: [box('trap "exit 0" TERM; while true; do sleep 0.1; done', {
      lifecycle: { postStart: { exec: { command: ['sh', '-c', 'echo begin >> /seen/log'] } }, preStop: { exec: { command: ['sh', '-c', 'echo end >> /seen/log'] } } },
      volumeMounts: [{ name: 'seen', mountPath: '/seen' }],
    })],
    volumes: [{ name: 'seen', hostPath: { path: hostDir, type: 'DirectoryOrCreate' } }],
  });
  await phase('hooked', 'Running');
  await client.resource(resources.pods).delete('hooked', { namespace: 'default' });
  await until(async () => get('hooked').then(() => false, () => true), 'pod is gone');
  expect(readFileSync(path.join(hostDir, 'log'), 'utf8')).toBe('begin\nend\n');
  await create('late', { activeDeadlineSeconds: 1, containers: [box('exec sleep 1000')] });
  expect((await phase('late', 'Failed')).status).toMatchObject({ reason: 'DeadlineExceeded', message: 'Pod was active on the node longer than the specified deadline' });
});

test('waits for a missing secret, and says so', async () => {
  await create('wants', { containers: [box('exec sleep 1000', { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'later', key: 'a' } } }] })] });
  const pod = await until(async () => { const found = await get('wants'); return found.status?.containerStatuses?.[0]?.state?.waiting?.reason === 'CreateContainerConfigError' && found; }, 'CreateContainerConfigError');
  expect(pod.status?.containerStatuses?.[0]?.state?.waiting?.message).toBe('secret "later" not found');
});

test('an image that is nowhere is said to be missing', async () => {
  await create('imageless', { containers: [box('true', { image: 'localhost:1/none:1', imagePullPolicy: 'Never' })] });
  await until(async () => (await get('imageless')).status?.containerStatuses?.[0]?.state?.waiting?.reason === 'ErrImageNeverPull', 'ErrImageNeverPull');
});

test('a restart of kubelet and shim touches nothing that runs', async () => {
  await create('steady', { containers: [box('exec sleep 1000')] });
  const before = await phase('steady', 'Running');
  await kubelet.stop();
  await shim.stop();
  shim = await startShim();
  kubelet = await runKubelet();
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  const after = await get('steady');
  expect(after.status?.containerStatuses?.[0]).toEqual(before.status?.containerStatuses?.[0]);
  expect(after.status?.podIP).toBe(before.status?.podIP);
});
