import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { ContainerStatus, Pod } from '@typernetes/api';
import { resources } from '@typernetes/api';
import type { Container } from './testing/test-kubelet';
import { TestKubelet, until } from './testing/test-kubelet';

jest.setTimeout(180_000);

const node = new TestKubelet('kubelet-boxes', '10.244.94.0/24');
const main = (pod: Pod): ContainerStatus | undefined => pod.status?.containerStatuses?.[0];
const once = { restartPolicy: 'Never' };

/** The end of a pod with one container that runs once. */
async function end(name: string): Promise<{ pod: Pod; message: string | undefined; exitCode: number | undefined; log: string }> {
  const pod = await node.podWith(name, ({ status }) => status?.phase === 'Succeeded' || status?.phase === 'Failed', 'has ended');
  const terminated = main(pod)?.state?.terminated;
  return { pod, message: terminated?.message, exitCode: terminated?.exitCode, log: await node.logs(name) };
}

const run = async (name: string, script: string, more: Partial<Container> = {}, spec: object = {}): Promise<Awaited<ReturnType<typeof end>>> => {
  await node.create(name, { ...once, ...spec, containers: [node.box(script, more)] });
  return end(name);
};

beforeAll(() => node.start({ allowedUnsafeSysctls: ['kernel.msgmax'] }));
afterAll(() => node.stop());

describe('the last words of a container', () => {
  const fallback = { terminationMessagePolicy: 'FallbackToLogsOnError' };
  test.each<[name: string, script: string, more: Partial<Container>, expected: string | undefined]>([
    ['by-path', 'echo -n DONE > /dev/termination-custom', { terminationMessagePath: '/dev/termination-custom' }, 'DONE'],
    ['by-user', 'echo -n DONE > /dev/termination-custom', { terminationMessagePath: '/dev/termination-custom', securityContext: { runAsUser: 1000 } }, 'DONE'],
    ['log-failed', 'echo -n DONE; exit 1', fallback, 'DONE'],
    ['log-good', 'echo -n DONE', fallback, undefined],
    ['file-first', 'echo -n OK > /dev/termination-log; echo DONE', fallback, 'OK'],
  ])('last words %s', async (name, script, more, expected) => expect((await run(name, script, more)).message).toBe(expected));
});

test('restart policies decide about state, phase, readiness and count', async () => {
  // Fails at first, and then succeeds or runs on.
  const script = (after: string): string => `n=$(cat /count/n 2>/dev/null || echo 0); echo $((n+1)) > /count/n; [ $n -ge 1 ] || exit 1; ${after}`;
  const of = (restartPolicy: string, text: string): object => ({
    restartPolicy,
    containers: [node.box(text, { volumeMounts: [{ name: 'count', mountPath: '/count' }] })],
    volumes: [{ name: 'count', emptyDir: {} }],
  });
  await node.create('always', of('Always', script('exec sleep 1000')));
  await node.create('on-failure', of('OnFailure', script('exit 0')));
  await node.create('never', of('Never', script('exit 0')));
  const always = await node.podWith('always', (pod) => main(pod)?.restartCount === 1 && main(pod)?.ready, 'runs after one restart');
  expect(always.status).toMatchObject({ phase: 'Running', containerStatuses: [{ state: { running: {} }, lastState: { terminated: { exitCode: 1 } } }] });
  const onFailure = await node.phase('on-failure', 'Succeeded');
  expect(main(onFailure)).toMatchObject({ restartCount: 1, ready: false, state: { terminated: { exitCode: 0, reason: 'Completed' } } });
  const never = await node.phase('never', 'Failed');
  expect(main(never)).toMatchObject({ restartCount: 0, ready: false, state: { terminated: { exitCode: 1, reason: 'Error' } } });
  expect(never.status?.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({ status: 'False', reason: 'PodFailed' });
});

test('command and args are the pod\'s, else the image\'s', async () => {
  const image = `${node.nodeName}/words:1`;
  node.build(image, `FROM ${node.local.testImage}\nENTRYPOINT ["echo","entrypoint"]\nCMD ["default","arguments"]\n`);
  const said = async (name: string, more: Partial<Container>): Promise<string> => {
    await node.create(name, { ...once, containers: [{ name: 'main', image, ...more }] });
    return (await end(name)).log;
  };
  expect(await said('image-both', {})).toBe('entrypoint default arguments\n');
  expect(await said('own-args', { args: ['override', '$(GREETING)'], env: [{ name: 'GREETING', value: 'hello' }] })).toBe('entrypoint override hello\n');
  expect(await said('own-command', { command: ['echo', 'override'] })).toBe('override\n');
  expect(await said('own-both', { command: ['echo', '$(A)'], args: ['$$(A)', '$(B)'], env: [{ name: 'A', value: 'x' }] })).toBe('x $(A) $(B)\n');
});

test('the downward API in variables: pod, node and resources', async () => {
  const field = (name: string, fieldPath: string): object => ({ name, valueFrom: { fieldRef: { fieldPath } } });
  const amount = (name: string, resource: string): object => ({ name, valueFrom: { resourceFieldRef: { resource } } });
  const env = [
    field('NAME', 'metadata.name'), field('NS', 'metadata.namespace'), field('IP', 'status.podIP'), field('HOST', 'status.hostIP'), field('HOSTS', 'status.hostIPs'), field('UID_OF', 'metadata.uid'),
    amount('CPU_L', 'limits.cpu'), amount('CPU_R', 'requests.cpu'), amount('MEM_L', 'limits.memory'), amount('MEM_R', 'requests.memory'),
  ] as Container['env'];
  const resourcesOf = { requests: { cpu: '250m', memory: '32Mi' }, limits: { cpu: '1250m', memory: '64Mi' } };
  const { pod, log } = await run('downward', 'echo "$NAME $NS $IP $HOST $HOSTS $UID_OF $CPU_L $CPU_R $MEM_L $MEM_R"', { env, resources: resourcesOf });
  expect(log).toBe(`downward default ${pod.status?.podIP} 127.0.0.1 127.0.0.1 ${pod.metadata?.uid} 2 1 67108864 33554432\n`);
  const { allocatable } = (await node.client.resource(resources.nodes).get(node.nodeName)).status ?? {};
  const bare = await run('downward-default', 'echo "$CPU_L $MEM_L"', { env });
  expect(bare.log).toMatch(new RegExp(`^${allocatable?.['cpu']} \\d+\\n$`));
});

describe('/etc/hosts', () => {
  test('is managed, with aliases', async () => {
    const { log, pod } = await run('aliases', 'cat /etc/hosts', {}, { hostAliases: [{ ip: '123.45.67.89', hostnames: ['foo', 'bar'] }], hostname: 'box', subdomain: 'sub' });
    expect(log).toContain('# Kubernetes-managed hosts file.');
    expect(log).toContain(`${pod.status?.podIP}\tbox.sub.default.svc.cluster.local\tbox\n`);
    expect(log).toContain('123.45.67.89\tfoo\tbar\n');
  });
  test('is not when the container mounts something there, and on the host network is that of the node', async () => {
    const volumes = [{ name: 'hosts', hostPath: { path: '/etc/hosts' } }];
    const other = node.box('cat /etc/hosts', { name: 'other' });
    await node.create('own-hosts', { ...once, volumes, containers: [node.box('cat /etc/hosts', { volumeMounts: [{ name: 'hosts', mountPath: '/etc/hosts' }] }), other] });
    expect((await end('own-hosts')).log).toBe(readFileSync('/etc/hosts', 'utf8'));
    expect(await node.logs('own-hosts', 'other')).toContain('# Kubernetes-managed hosts file.\n');
    const host = await run('host-net', 'cat /etc/hosts; hostname', {}, { hostNetwork: true });
    expect(host.log).not.toContain('# Kubernetes-managed hosts file.\n');
    expect(host.pod.status).toMatchObject({ podIP: '127.0.0.1', hostIP: '127.0.0.1' });
  });
});

describe('security contexts', () => {
  test.each<[name: string, script: string, container: object, pod: object, expected: string]>([
    ['user', 'id -u', { runAsUser: 65534 }, {}, '65534\n'],
    ['user-group', 'echo $(id -u) $(id -g)', { runAsUser: 1001, runAsGroup: 2002 }, {}, '1001 2002\n'],
    ['pod-user-group', 'echo $(id -u) $(id -g)', {}, { runAsUser: 1001, runAsGroup: 2002 }, '1001 2002\n'],
    ['own-over-pod', 'echo $(id -u) $(id -g)', { runAsUser: 1003 }, { runAsUser: 1001, runAsGroup: 2002 }, '1003 2002\n'],
    ['groups', 'id -G', {}, { runAsUser: 1001, runAsGroup: 2002, supplementalGroups: [3003] }, '2002 3003\n'],
    ['read-only', 'echo x > /file || echo refused', { readOnlyRootFilesystem: true }, {}, "refused\n"],
    ['writable', 'echo x > /file && cat /file', { readOnlyRootFilesystem: false }, {}, 'x\n'],
    ['unprivileged', 'ip link add dummy0 type dummy 2>/dev/null || echo refused', { privileged: false }, {}, 'refused\n'],
    ['no-escalation', 'grep NoNewPrivs /proc/self/status; id -u', { allowPrivilegeEscalation: false, runAsUser: 1000 }, {}, 'NoNewPrivs:\t1\n1000\n'],
    ['no-capabilities', 'grep CapEff /proc/self/status', { capabilities: { drop: ['ALL'] } }, {}, 'CapEff:\t0000000000000000\n'],
    ['one-capability', 'grep CapEff /proc/self/status', { capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } }, {}, 'CapEff:\t0000000000000400\n'],
  ])('security context %s', async (name, script, container, pod, expected) => {
    const { log } = await run(`secure-${name}`, `(${script}) 2>/dev/null`, { securityContext: container }, { securityContext: pod });
    expect(log).toBe(expected);
  });

  test('who must not be root does not start as root', async () => {
    await node.create('root', { containers: [node.box('id', { securityContext: { runAsNonRoot: true } })] });
    await node.create('root-by-name', { containers: [node.box('id', { securityContext: { runAsNonRoot: true, runAsUser: 0 } })] });
    const reason = (pod: Pod): string | undefined => main(pod)?.state?.waiting?.reason;
    const implicit = await node.podWith('root', (pod) => reason(pod) === 'CreateContainerConfigError', 'is refused');
    expect(main(implicit)?.state?.waiting?.message).toMatch(/^container has runAsNonRoot and image will run as root \(pod: "root_default\(.*\)", container: main\)$/);
    const explicit = await node.podWith('root-by-name', (pod) => reason(pod) === 'CreateContainerConfigError', 'is refused');
    expect(main(explicit)?.state?.waiting?.message).toContain("container's runAsUser breaks non-root policy");
    await node.event('root', 'Failed', /^Error: container has runAsNonRoot/);
  });
});

describe('namespaces', () => {
  test('of the host, and shared processes', async () => {
    const script = 'readlink /proc/self/ns/pid; readlink /proc/self/ns/ipc; readlink /proc/self/ns/net';
    const own = ['pid', 'ipc', 'net'].map((name) => execFileSync('readlink', [`/proc/self/ns/${name}`]).toString());
    const host = await run('host-all', script, {}, { hostPID: true, hostIPC: true, hostNetwork: true });
    expect(host.log).toBe(own.join(''));
    const apart = await run('host-none', script);
    for (const name of own) expect(apart.log).not.toContain(name);
    await node.create('shared', { shareProcessNamespace: true, containers: [node.box('exec sleep 1234'), node.box('exec sleep 1000', { name: 'other' })] });
    await node.phase('shared', 'Running');
    await until(async () => (await node.exec('shared', ['ps'], 'other')).stdout.includes('sleep 1234'), 'sees the other container');
  });
});

describe('sysctls', () => {
  const set = (name: string, value: string): object => ({ securityContext: { sysctls: [{ name, value }] } });
  test('safe ones and those that the node allows are set', async () => {
    expect((await run('sysctl-safe', 'cat /proc/sys/kernel/shm_rmid_forced', {}, set('kernel.shm_rmid_forced', '1'))).log).toBe('1\n');
    expect((await run('sysctl-slashes', 'cat /proc/sys/kernel/msgmax', {}, set('kernel/msgmax', '4096'))).log).toBe('4096\n');
  });
  test('others fail the pod', async () => {
    await node.create('sysctl-unsafe', { containers: [node.box('sleep 1000')], ...set('kernel.sem', '32000 1024000000 500 32000') });
    const pod = await node.phase('sysctl-unsafe', 'Failed');
    expect(pod.status).toMatchObject({ reason: 'SysctlForbidden', message: 'Pod was rejected: forbidden sysctl: "kernel.sem" not allowlisted' });
    expect(pod.status?.containerStatuses).toBeUndefined();
    await node.event('sysctl-unsafe', 'SysctlForbidden', 'forbidden sysctl: "kernel.sem" not allowlisted');
  });
});

test('what does not fit is refused, and stays refused after a restart', async () => {
  await node.create('too-big', { containers: [node.box('sleep 1000', { resources: { requests: { cpu: '1000' } } })] });
  await node.create('elsewhere', { nodeSelector: { no: 'such' }, containers: [node.box('sleep 1000')] });
  await node.create('port-1', { containers: [node.box('exec sleep 1000', { ports: [{ containerPort: 80, hostPort: 47123 }] })] });
  await node.podWith('port-1', ({ status }) => status?.startTime !== undefined, 'was taken');
  await node.create('port-2', { containers: [node.box('exec sleep 1000', { ports: [{ containerPort: 80, hostPort: 47123 }] })] });
  const tooBig = await node.phase('too-big', 'Failed');
  expect(tooBig.status).toMatchObject({ reason: 'OutOfcpu', message: expect.stringMatching(/^Pod was rejected: Node didn't have enough resource: cpu, requested: 1000000, used: \d+, capacity: \d+$/) });
  expect((await node.phase('elsewhere', 'Failed')).status?.reason).toBe('NodeAffinity');
  expect((await node.phase('port-2', 'Failed')).status?.reason).toBe('NodePorts');
  await node.restart();
  await node.create('after', { containers: [node.box('exec sleep 1000')] });
  await node.phase('after', 'Running');
  expect((await node.get('too-big')).status).toEqual(tooBig.status);
  expect((await node.get('port-1')).status?.phase).not.toBe('Failed');
});

test('a readiness gate keeps the pod from being ready until it is opened', async () => {
  await node.create('gated', { readinessGates: [{ conditionType: 'example.com/gate' }], containers: [node.box('exec sleep 1000')] });
  const closed = await node.podWith('gated', (pod) => main(pod)?.ready, 'containers are ready');
  expect(closed.status?.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({ status: 'False', reason: 'ReadinessGatesNotReady' });
  const gate = { status: { conditions: [{ type: 'example.com/gate', status: 'True' }] } };
  await node.client.resource(resources.pods).patch('gated', gate, { namespace: 'default', subresource: 'status', type: 'application/strategic-merge-patch+json' });
  await node.podWith('gated', ({ status }) => status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True'), 'is ready');
});

test('health and metrics', async () => {
  const base = `http://127.0.0.1:${node.config.healthzPort}`;
  expect(await (await fetch(`${base}/healthz`)).text()).toBe('ok');
  expect(await (await fetch(`${base}/metrics`)).text()).toMatch(/^kubelet_running_containers\{container_state="running"\} \d+$/m);
});
