/** What conformance of Kubernetes 1.36 demands of pods and their containers, where no other spec of the kubelet shows it. */
import type { ContainerStatus, Pod } from '@typernetes/api';
import { resources } from '@typernetes/api';
import type { WatchEvent } from '@typernetes/client';
import { PrivateEngine } from '../testing/private-engine';
import type { Container } from '../testing/test-kubelet';
import { TestKubelet, until } from '../testing/test-kubelet';

jest.setTimeout(180_000);

const node = new TestKubelet('kubelet-pods', '10.244.88.0/24');
const namespace = 'default';
const main = (pod: Pod): ContainerStatus | undefined => pod.status?.containerStatuses?.[0];
const merge = { namespace, type: 'application/merge-patch+json' } as const;
const pods = () => node.client.resource(resources.pods);

/** Runs a container to its good end and gives back what it said. */
async function said(name: string, container: Partial<Container>, spec: object = {}): Promise<string> {
  await node.create(name, { restartPolicy: 'Never', ...spec, containers: [node.box('', container)] });
  await node.phase(name, 'Succeeded');
  return node.logs(name);
}

/** Patient with a slow machine: what should succeed is never cut off. */
const quick = { periodSeconds: 1, failureThreshold: 1, timeoutSeconds: 30 };
/** Pods whose probes take their time; they begin when the suite does. */
const probed: Record<string, Partial<Container>> = {
  'alive-http': { command: ['httpd', '-f', '-vv', '-p', '8080', '-h', '/'], livenessProbe: { ...quick, httpGet: { path: '/etc/passwd', port: 8080 } } },
  'alive-exec': { command: ['sh', '-c', 'touch /tmp/health; exec sleep 1000'], livenessProbe: { ...quick, exec: { command: ['sh', '-c', 'cat /tmp/health && echo probed > /proc/1/fd/1'] } } },
  // Says no to every request; the open port is enough.
  'alive-tcp': { command: ['nc', '-ll', '-p', '8080', '-e', 'sh', '-c', 'echo probed > /proc/1/fd/1'], livenessProbe: { ...quick, tcpSocket: { port: 8080 } } },
  'ill-exec': { command: ['sh', '-c', 'touch /tmp/health; sleep 3; rm /tmp/health; exec sleep 1000'], livenessProbe: { ...quick, initialDelaySeconds: 1, exec: { command: ['cat', '/tmp/health'] } } },
  'ill-http': { command: ['sh', '-c', 'mkdir /www; touch /www/healthz; httpd -p 8080 -h /www; sleep 3; rm /www/healthz; exec sleep 1000'], livenessProbe: { ...quick, initialDelaySeconds: 1, httpGet: { path: '/healthz', port: 8080 } } },
  'ill-always': { livenessProbe: { ...quick, exec: { command: ['false'] } } },
  'never-ready': { readinessProbe: { ...quick, exec: { command: ['false'] } } },
};

/** Of the pod that is always ill, as the API tells them, each once. */
const restartCounts: number[] = [];
const watching = new AbortController();
async function countRestarts(): Promise<void> {
  for await (const events of pods().watch({ namespace, fieldSelector: 'metadata.name=ill-always', resourceVersion: '0', signal: watching.signal })) {
    for (const { object } of events) {
      const count = main(object)?.restartCount;
      if (count !== undefined && count !== restartCounts.at(-1)) restartCounts.push(count);
    }
  }
}

beforeAll(async () => {
  await node.start({ maxContainerRestartPeriodMs: 1_000 });
  void countRestarts().catch(() => undefined);
  for (const [name, container] of Object.entries(probed)) await node.create(name, { containers: [node.box('exec sleep 1000', container)] });
});
afterAll(async () => {
  watching.abort();
  await node.stop();
});

describe('variables', () => {
  const prefixes = ['', 'p_', '1-', '#%&', '$_-3.', '~!@:'];

  test.each([
    ['configMap', () => node.client.resource(resources.configMaps).create({ metadata: { name: 'words', namespace }, data: { one: 'value-1', 'two-2': 'value-2' } }), 'configMapRef', 'configMapKeyRef'],
    ['secret', () => node.client.resource(resources.secrets).create({ metadata: { name: 'words', namespace }, stringData: { one: 'value-1', 'two-2': 'value-2' } }), 'secretRef', 'secretKeyRef'],
  ])('of a %s, one by one and all with any prefix', async (kind, make, ref, keyRef) => {
    await make();
    const env = [{ name: 'OWN', valueFrom: { [keyRef]: { name: 'words', key: 'two-2' } } }, { name: 'NONE', valueFrom: { [keyRef]: { name: 'nobody', key: 'k', optional: true } } }];
    const envFrom = prefixes.map((prefix) => ({ prefix, [ref]: { name: 'words' } }));
    const lines = (await said(`words-${kind.toLowerCase()}`, { command: ['env'], env, envFrom })).split('\n');
    expect(lines).toContain('OWN=value-2');
    expect(lines.some((line) => line.startsWith('NONE='))).toBe(false);
    for (const prefix of prefixes) expect(lines).toEqual(expect.arrayContaining([`${prefix}one=value-1`, `${prefix}two-2=value-2`]));
  });

  test('are made of others, and stand in commands and arguments', async () => {
    const env = [{ name: 'FOO', value: 'foo-value' }, { name: 'BAR', value: 'bar-value' }, { name: 'FOOBAR', value: '$(FOO);;$(BAR)' }, { name: 'PLAIN', value: '$$(FOO) $(LATER)' }, { name: 'LATER', value: 'x' }];
    expect(await said('composed', { command: ['env'], env })).toMatch(/^FOOBAR=foo-value;;bar-value$/m);
    expect(await said('composed-command', { command: ['sh', '-c', 'echo "$(FOOBAR)" \'$(PLAIN)\''], env })).toBe('foo-value;;bar-value $(FOO) $(LATER)\n');
    expect(await said('composed-args', { command: ['sh', '-c'], args: ['echo "$(BAR)" $0', 'and $(FOO)'], env })).toBe('bar-value and foo-value\n');
  });

  test('tell a new pod of the Services of its namespace', async () => {
    const { spec } = await node.client.resource(resources.services).create({ metadata: { name: 'fooservice', namespace }, spec: { ports: [{ port: 8765, targetPort: 8080 }], selector: { name: 'server' } } });
    const ip = spec?.clusterIP ?? '';
    // The kubelet hears of it soon.
    const text = await until(async () => {
      const name = `knows-${Date.now()}`;
      const found = await said(name, { command: ['env'] });
      return found.includes('FOOSERVICE') && found;
    }, 'a pod that knows the Service');
    const expected = { SERVICE_HOST: ip, SERVICE_PORT: '8765', PORT: `tcp://${ip}:8765`, PORT_8765_TCP_PORT: '8765', PORT_8765_TCP_PROTO: 'tcp', PORT_8765_TCP: `tcp://${ip}:8765`, PORT_8765_TCP_ADDR: ip };
    expect(text.split('\n')).toEqual(expect.arrayContaining(Object.entries(expected).map(([key, value]) => `FOOSERVICE_${key}=${value}`)));
    expect(await said('knows-none', { command: ['env'] }, { enableServiceLinks: false })).not.toContain('FOOSERVICE');
  });
});

describe('subPathExpr', () => {
  const volumes = [{ name: 'work', emptyDir: {} }];
  const fieldEnv = (name: string, fieldPath: string): NonNullable<Container['env']>[number] => ({ name, valueFrom: { fieldRef: { fieldPath } } });
  const reason = (pod: Pod): string | undefined => main(pod)?.state?.waiting?.reason;

  test('names a directory of the pod’s own in the volume, to be written too', async () => {
    const volumeMounts = [{ name: 'work', mountPath: '/logs', subPathExpr: '$(POD_NAME)' }, { name: 'work', mountPath: '/whole' }, { name: 'work', mountPath: '/deep', subPathExpr: '$(POD_NAME)/$(ANNOTATION)' }];
    const env = [fieldEnv('POD_NAME', 'metadata.name'), fieldEnv('ANNOTATION', "metadata.annotations['mysubpath']")];
    const container = node.box('echo one > /logs/file; echo two > /deep/file; exec sleep 1000', { env, volumeMounts });
    await node.create('expanded', { volumes, containers: [container] }, { annotations: { mysubpath: 'mypath' } });
    await node.phase('expanded', 'Running');
    await until(async () => (await node.exec('expanded', ['cat', '/whole/expanded/file', '/whole/expanded/mypath/file'])).stdout === 'one\ntwo\n', 'both files are in the volume');
    // What the path was made of may change: the volume goes all the same.
    await pods().patch('expanded', { metadata: { annotations: { mysubpath: 'mynewpath' } } }, merge);
    await node.delete('expanded');
    await node.gone('expanded');
  });

  test.each([['absolute', '/tmp'], ['upward', '..']])('that comes to an %s path keeps the container from starting', async (name, value) => {
    const container = node.box('exec sleep 1000', { env: [{ name: 'WHERE', value }], volumeMounts: [{ name: 'work', mountPath: '/logs', subPathExpr: '$(WHERE)' }] });
    await node.create(`subpath-${name}`, { volumes, containers: [container] });
    await node.podWith(`subpath-${name}`, (pod) => reason(pod) === 'CreateContainerConfigError', 'is not started');
    await node.event(`subpath-${name}`, 'Failed', /^Error: subPath ".*" must not be absolute or contain '\.\.'$/);
  });

  test('that failed is tried again when what it names has changed', async () => {
    const env = [fieldEnv('POD_NAME', 'metadata.name'), fieldEnv('ANNOTATION', "metadata.annotations['mysubpath']")];
    const container = node.box('exec sleep 1000', { env, volumeMounts: [{ name: 'work', mountPath: '/logs', subPathExpr: '$(ANNOTATION)/$(POD_NAME)' }] });
    await node.create('mended', { volumes, containers: [container] }, { annotations: { notmysubpath: 'mypath' } });
    await node.podWith('mended', (pod) => reason(pod) === 'CreateContainerConfigError', 'is not started');
    await pods().patch('mended', { metadata: { annotations: { mysubpath: 'mypath' } } }, merge);
    await node.phase('mended', 'Running');
  });
});

describe('a container', () => {
  test('has what it says in its log, on both streams', async () => {
    expect((await said('talks', { command: ['sh', '-c', 'echo Hello World; echo and error >&2'] })).split('\n').sort()).toEqual(['', 'Hello World', 'and error']);
  });

  test('that always fails has a reason, and its pod can be deleted', async () => {
    await node.create('fails', { containers: [node.box('', { command: ['/bin/false'] })] });
    const pod = await node.podWith('fails', (found) => (main(found)?.state?.terminated ?? main(found)?.lastState?.terminated) !== undefined, 'has failed');
    expect(pod.status?.containerStatuses).toHaveLength(1);
    expect(main(pod)?.state?.terminated ?? main(pod)?.lastState?.terminated).toMatchObject({ exitCode: 1, reason: 'Error' });
    await node.delete('fails');
    await node.gone('fails');
  });
});

describe('a pod', () => {
  test('is seen from its creation to its end', async () => {
    const abort = new AbortController();
    const seen: WatchEvent<Pod>[] = [];
    const labelSelector = 'time=now';
    const { metadata } = await pods().list({ namespace, labelSelector });
    const watching = (async () => {
      for await (const events of pods().watch({ namespace, labelSelector, resourceVersion: metadata.resourceVersion, signal: abort.signal })) seen.push(...events);
    })().catch(() => undefined);
    const trap = node.box('trap "exit 0" TERM; while true; do sleep 0.1; done', { resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { cpu: '10m', memory: '32Mi' } } });
    await node.create('observed', { terminationGracePeriodSeconds: 30, containers: [trap] }, { labels: { time: 'now' } });
    const running = await node.phase('observed', 'Running');
    expect(running.status).toMatchObject({ hostIP: '127.0.0.1', hostIPs: [{ ip: '127.0.0.1' }], qosClass: 'Guaranteed' });
    expect((await pods().list({ namespace, labelSelector })).items).toHaveLength(1);
    await node.delete('observed');
    await until(async () => seen.some(({ type }) => type === 'DELETED'), 'the end is told');
    expect(seen[0]?.type).toBe('ADDED');
    expect(seen.some(({ object }) => object.status?.phase === 'Running')).toBe(true);
    const ending = seen.find(({ type, object }) => type === 'MODIFIED' && object.metadata?.deletionTimestamp);
    expect(ending?.object.metadata?.deletionGracePeriodSeconds).toBe(30);
    expect((await pods().list({ namespace, labelSelector })).items).toEqual([]);
    abort.abort();
    await watching;
  });

  test('takes labels and another image, and a status from elsewhere', async () => {
    const image = `${node.nodeName}/other:1`;
    node.build(image, `FROM ${node.local.testImage}\nENV OTHER=yes\n`);
    await node.create('patched', { containers: [node.box('exec sleep 1000')] }, { labels: { 'test-pod-static': 'true' } });
    await node.phase('patched', 'Running');
    await pods().patch('patched', { metadata: { labels: { 'test-pod': 'patched' } }, spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'main', image }] } }, { namespace, type: 'application/strategic-merge-patch+json' });
    const [found] = (await pods().list({ namespace, labelSelector: 'test-pod=patched' })).items;
    expect(found?.spec?.containers[0]?.image).toBe(image);
    // A condition that no component knows stays: the kubelet changes its own alone.
    const condition = { type: 'example.com/told', status: 'True', reason: 'E2E', message: 'Set from e2e test' };
    await pods().patch('patched', { status: { conditions: [condition], message: 'Patched by e2e test' } }, { namespace, subresource: 'status', type: 'application/strategic-merge-patch+json' });
    const read = await node.get('patched');
    expect(read.status?.conditions).toContainEqual(expect.objectContaining(condition));
    await node.podWith('patched', (pod) => main(pod)?.restartCount === 1 && main(pod)?.state?.running !== undefined, 'runs anew');
    expect((await node.exec('patched', ['sh', '-c', 'echo $OTHER'])).stdout).toBe('yes\n');
    const current = await pods().get('patched', { namespace, subresource: 'status' });
    const conditions = current.status?.conditions?.map((one) => (one.type === condition.type ? { ...one, status: 'False' } : one));
    await until(() => pods().updateStatus({ ...current, metadata: { ...current.metadata, resourceVersion: undefined }, status: { ...current.status, conditions } }), 'status is replaced');
    expect((await node.get('patched')).status?.conditions).toContainEqual(expect.objectContaining({ ...condition, status: 'False' }));
    await node.delete('patched');
    await node.gone('patched');
  });
});

describe('RuntimeClass', () => {
  const classOf = (name: string, handler: string): Promise<unknown> => node.client.resource(resources.runtimeClasses).create({ metadata: { name }, handler });

  test('says which of the runtimes of the node runs the pod', async () => {
    const { status } = await node.client.resource(resources.nodes).get(node.nodeName);
    expect(status?.runtimeHandlers?.map(({ name = '' }) => name)).toEqual(expect.arrayContaining(['', PrivateEngine.otherRuntime]));
    await classOf('other', PrivateEngine.otherRuntime);
    await node.create('classy', { runtimeClassName: 'other', containers: [node.box('exec sleep 1000')] });
    await node.phase('classy', 'Running');
    expect(new Set(node.runtimesOf('classy'))).toEqual(new Set([PrivateEngine.otherRuntime]));
  });

  test('that the node knows no runtime for keeps the pod from starting, and says so', async () => {
    await classOf('absent', 'no-such-runtime');
    await node.create('classless', { runtimeClassName: 'absent', containers: [node.box('exec sleep 1000')] });
    await node.event('classless', 'FailedCreatePodSandBox', 'Failed to create pod sandbox: RuntimeHandler "no-such-runtime" not supported');
    expect((await node.get('classless')).status?.phase).toBe('Pending');
  });
});

describe('probes', () => {
  /** How often it was asked, by its own word. */
  const timesProbed = async (name: string): Promise<number> => (await node.logs(name)).split('\n').filter((line) => /probed|response:200/.test(line)).length;

  test.each(['alive-http', 'alive-exec', 'alive-tcp'])('%s: a container that stays well is not restarted', async (name) => {
    await until(async () => (await timesProbed(name)) >= 5, 'is probed again and again');
    expect(main(await node.get(name))).toMatchObject({ restartCount: 0, ready: true });
    expect((await node.events(name)).filter(({ reason }) => reason === 'Unhealthy')).toEqual([]);
  });

  test.each(['ill-exec', 'ill-http'])('%s: a container that falls ill is restarted', async (name) => {
    const pod = await node.podWith(name, (found) => (main(found)?.restartCount ?? 0) >= 1, 'is restarted');
    expect(main(pod)?.lastState?.terminated).toBeDefined();
    await node.event(name, 'Killing', 'Container main failed liveness probe, will be restarted');
  });

  test('restarts are counted one by one, five times', async () => {
    await until(async () => (restartCounts.at(-1) ?? 0) >= 5, 'five restarts');
    expect(restartCounts).toEqual(Array.from(restartCounts, (_, index) => index));
  });

  test('a container whose readiness always fails is never ready and never restarted', async () => {
    await node.event('never-ready', 'Unhealthy', /^Readiness probe failed: /);
    const pod = await node.get('never-ready');
    expect(main(pod)).toMatchObject({ ready: false, started: true, restartCount: 0 });
    expect(pod.status?.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({ status: 'False', reason: 'ContainersNotReady' });
  });
});
