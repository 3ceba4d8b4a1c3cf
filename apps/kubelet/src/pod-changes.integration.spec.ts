import type { ContainerStatus, Pod, ResourceRequirements } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { TestKubelet, until } from './testing/test-kubelet';

jest.setTimeout(180_000);

const node = new TestKubelet('kubelet-change', '10.244.92.0/24');
const statusOf = (pod: Pod, name = 'main'): ContainerStatus | undefined =>
  [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? []), ...(pod.status?.ephemeralContainerStatuses ?? [])].find((status) => status.name === name);
const strategic = { namespace: 'default', type: 'application/strategic-merge-patch+json' } as const;
const patch = (name: string, spec: object, subresource?: string): Promise<Pod> =>
  node.client.resource(resources.pods).patch(name, { spec }, { ...strategic, ...(subresource ? { subresource } : {}) });

beforeAll(() => node.start());
afterAll(() => node.stop());

describe('resize', () => {
  const amounts = (cpu: string, memory: string, [cpuLimit, memoryLimit]: [string, string] = [cpu, memory]): ResourceRequirements => ({ requests: { cpu, memory }, limits: { cpu: cpuLimit, memory: memoryLimit } });
  const resize = (name: string, list: Record<string, ResourceRequirements>): Promise<Pod> =>
    patch(name, { containers: Object.entries(list).map(([container, of]) => ({ name: container, resources: of })) }, 'resize');
  const has = (pod: Pod, container: string, wanted: ResourceRequirements): boolean => JSON.stringify(statusOf(pod, container)?.resources?.limits) === JSON.stringify(wanted.limits) && JSON.stringify(statusOf(pod, container)?.resources?.requests) === JSON.stringify(wanted.requests);
  const isSettled = ({ status, metadata }: Pod): boolean => status?.observedGeneration === metadata?.generation && !status?.conditions?.some(({ type }) => type.startsWith('PodResize'));
  /** cgroup v1 or v2, whichever the machine has. */
  const kernelHas = async (name: string, container: string): Promise<string> =>
    (await node.exec(name, ['sh', '-c', 'cd /sys/fs/cgroup; cat cpu/cpu.cfs_quota_us memory/memory.limit_in_bytes 2>/dev/null || cat cpu.max memory.max'], container)).stdout.split(/\s+/).filter((word) => word && word !== '100000').join(' ');

  /** What cgroups hold of limits like `150m` and `80Mi`. */
  const inKernel = (cpu: string, memory: string): string => `${parseInt(cpu, 10) * 100} ${parseInt(memory, 10) << 20}`;

  test.each<[what: string, wanted: [cpu: string, memory: string][]]>([
    ['up and down', [['150m', '64Mi'], ['50m', '96Mi'], ['120m', '80Mi']]],
    ['more in all', [['150m', '96Mi'], ['150m', '96Mi'], ['90m', '48Mi']]],
    ['less in all', [['150m', '80Mi'], ['50m', '48Mi'], ['50m', '48Mi']]],
  ])('three containers of a guaranteed pod, %s, without a restart', async (what, wanted) => {
    const name = what.replaceAll(' ', '-');
    const names = wanted.map((_, index) => `c${index + 1}`);
    await node.create(name, { containers: names.map((of) => node.box('exec sleep 1000', { name: of, resources: amounts('100m', '64Mi') })) });
    await node.phase(name, 'Running');
    await resize(name, Object.fromEntries(wanted.map(([cpu, memory], index) => [names[index] ?? '', amounts(cpu, memory)])));
    const pod = await node.podWith(name, (found) => isSettled(found) && wanted.every(([cpu, memory], index) => has(found, names[index] ?? '', amounts(cpu, memory))), 'is resized');
    expect(pod.status).toMatchObject({ qosClass: 'Guaranteed', observedGeneration: 2 });
    for (const [index, [cpu, memory]] of wanted.entries()) {
      const of = names[index] ?? '';
      expect(statusOf(pod, of)).toMatchObject({ restartCount: 0, allocatedResources: { cpu, memory } });
      expect(await kernelHas(name, of)).toBe(inKernel(cpu, memory));
    }
    await node.event(name, 'ResizeStarted', /^Pod resize started: \{"containers":/);
    await node.event(name, 'ResizeCompleted', /"generation":2\}$/);
  });

  test('six containers of a burstable pod: more, less, limits and requests that are new, nothing', async () => {
    const cases: [name: string, before: ResourceRequirements, after: ResourceRequirements][] = [
      ['more', amounts('20m', '32Mi', ['40m', '64Mi']), amounts('30m', '48Mi', ['60m', '96Mi'])],
      ['less', amounts('20m', '32Mi', ['60m', '96Mi']), amounts('10m', '16Mi', ['40m', '64Mi'])],
      ['new-limits', { requests: { cpu: '20m', memory: '32Mi' } }, amounts('20m', '32Mi', ['50m', '80Mi'])],
      ['new-requests', {}, { requests: { cpu: '10m', memory: '16Mi' } }],
      ['all-new', {}, amounts('10m', '16Mi', ['30m', '48Mi'])],
      ['same', amounts('10m', '16Mi', ['20m', '64Mi']), amounts('10m', '16Mi', ['20m', '64Mi'])],
    ];
    await node.create('six', { containers: cases.map(([name, before]) => node.box('exec sleep 1000', { name, resources: before })) });
    await node.phase('six', 'Running');
    await resize('six', Object.fromEntries(cases.filter(([name]) => name !== 'same').map(([name, , after]) => [name, after])));
    const pod = await node.podWith('six', (found) => isSettled(found) && cases.every(([name, , after]) => has(found, name, after)), 'is resized');
    expect(pod.status).toMatchObject({ qosClass: 'Burstable', observedGeneration: 2 });
    for (const [name, , { limits }] of cases) {
      expect(statusOf(pod, name)?.restartCount).toBe(0);
      if (limits) expect(await kernelHas('six', name)).toBe(inKernel(limits['cpu'] ?? '', limits['memory'] ?? ''));
    }
  });

  test('limits where there were none, amounts that are the same to the kernel, and replace', async () => {
    await node.create('grows', { containers: [node.box('exec sleep 1000', { resources: { requests: { cpu: '2m' } } })] });
    await node.phase('grows', 'Running');
    await resize('grows', { main: { requests: { cpu: '1m' } } });
    await node.podWith('grows', (found) => isSettled(found) && statusOf(found)?.resources?.requests?.['cpu'] === '1m', 'is resized');
    const current = structuredClone(await node.get('grows'));
    const [first] = current.spec?.containers ?? [];
    if (first) first.resources = { requests: { cpu: '1m', memory: '32Mi' }, limits: { cpu: '200m', memory: '64Mi' } };
    await node.client.resource(resources.pods).update(current, { namespace: 'default', subresource: 'resize' });
    await node.podWith('grows', (found) => isSettled(found) && has(found, 'main', { requests: { cpu: '1m', memory: '32Mi' }, limits: { cpu: '200m', memory: '64Mi' } }), 'has limits');
    expect(await kernelHas('grows', 'main')).toBe(`20000 ${64 << 20}`);
    const shown = await node.client.resource(resources.pods).get('grows', { namespace: 'default', subresource: 'resize' });
    expect(shown.spec).toEqual((await node.get('grows')).spec);
  });

  test('a policy may want a new run', async () => {
    const resizePolicy = [{ resourceName: 'cpu', restartPolicy: 'NotRequired' }, { resourceName: 'memory', restartPolicy: 'RestartContainer' }];
    await node.create('restarts', { containers: [node.box('exec sleep 1000', { resizePolicy, resources: amounts('100m', '64Mi', ['200m', '128Mi']) })] });
    await node.phase('restarts', 'Running');
    await resize('restarts', { main: amounts('100m', '64Mi', ['300m', '128Mi']) });
    await node.podWith('restarts', (found) => isSettled(found) && statusOf(found)?.resources?.limits?.['cpu'] === '300m', 'has more cpu');
    expect(statusOf(await node.get('restarts'))?.restartCount).toBe(0);
    await resize('restarts', { main: amounts('100m', '64Mi', ['300m', '256Mi']) });
    await node.podWith('restarts', (found) => isSettled(found) && statusOf(found)?.restartCount === 1 && statusOf(found)?.resources?.limits?.['memory'] === '256Mi', 'has more memory');
    await node.event('restarts', 'Killing', 'Container main resize requires restart');
    expect(await kernelHas('restarts', 'main')).toBe(`30000 ${256 << 20}`);
  });

  test('too much is infeasible; what others have is waited for', async () => {
    await node.create('greedy', { containers: [node.box('exec sleep 1000', { resources: { requests: { cpu: '10m' } } })] });
    await node.phase('greedy', 'Running');
    await resize('greedy', { main: { requests: { cpu: '4000' } } });
    const pending = await node.podWith('greedy', ({ status }) => status?.conditions?.some(({ type }) => type === 'PodResizePending'), 'is pending');
    expect(pending.status?.conditions?.find(({ type }) => type === 'PodResizePending')).toMatchObject({
      status: 'True', reason: 'Infeasible', observedGeneration: 2, message: expect.stringMatching(/^Node didn't have enough capacity: cpu, requested: 4000000, capacity: \d+$/),
    });
    expect(statusOf(pending)?.resources?.requests).toEqual({ cpu: '10m' });
    await node.event('greedy', 'ResizeInfeasible', /^Pod resize Infeasible: /);
    await resize('greedy', { main: { requests: { cpu: '20m' } } });
    await node.podWith('greedy', (found) => isSettled(found) && statusOf(found)?.resources?.requests?.['cpu'] === '20m', 'has what there is');
  });

  test('less memory than is used waits', async () => {
    const fill = 'dd if=/dev/zero of=/mem/fill bs=1M count=40; exec sleep 1000';
    await node.create('full', { containers: [node.box(fill, { resources: amounts('50m', '64Mi', ['1', '128Mi']), volumeMounts: [{ name: 'mem', mountPath: '/mem' }] })], volumes: [{ name: 'mem', emptyDir: { medium: 'Memory' } }] });
    await node.phase('full', 'Running');
    await until(async () => (await node.exec('full', ['du', '-m', '/mem/fill'])).stdout.startsWith('40'), 'memory is used');
    await resize('full', { main: amounts('50m', '16Mi', ['1', '16Mi']) });
    const stuck = await node.podWith('full', ({ status }) => status?.conditions?.some(({ type, reason }) => type === 'PodResizeInProgress' && reason === 'Error'), 'cannot go on');
    expect(statusOf(stuck)?.resources?.limits?.['memory']).toBe(String(128 << 20));
    await resize('full', { main: amounts('50m', '32Mi', ['1', '96Mi']) });
    await node.podWith('full', (found) => isSettled(found) && statusOf(found)?.resources?.limits?.['memory'] === '96Mi', 'is resized');
  });
});

describe('ephemeral containers', () => {
  const add = (name: string, target?: string): Promise<Pod> =>
    patch('debugged', { ephemeralContainers: [{ ...node.box('echo here; exec sleep 1000', { name }), ...(target ? { targetContainerName: target } : {}) }] }, 'ephemeralcontainers');
  test('come into a running pod, one after the other', async () => {
    await node.create('debugged', { containers: [node.box('exec sleep 4321')] });
    await node.phase('debugged', 'Running');
    await add('first', 'main');
    await node.podWith('debugged', (pod) => statusOf(pod, 'first')?.state?.running !== undefined, 'first runs');
    expect((await node.exec('debugged', ['ps'], 'first')).stdout).toContain('sleep 4321');
    await add('second');
    const pod = await node.podWith('debugged', (found) => statusOf(found, 'second')?.state?.running !== undefined, 'second runs');
    expect(pod.spec?.ephemeralContainers?.map(({ name }) => name).sort()).toEqual(['first', 'second']);
    expect(pod.metadata?.generation).toBe(3);
    await until(async () => (await node.logs('debugged', 'second')) === 'here\n', 'log of the second');
    const event = await node.event('debugged', 'Started', /./);
    expect(event.involvedObject.fieldPath).toMatch(/^spec\.(containers|ephemeralContainers)\{/);
  });
  test('do not come back', async () => {
    await node.exec('debugged', ['kill', '-9', '1'], 'second').catch(() => undefined);
    await patch('debugged', { ephemeralContainers: [node.box('exit 3', { name: 'third' })] }, 'ephemeralcontainers');
    const pod = await node.podWith('debugged', (found) => statusOf(found, 'third')?.state?.terminated !== undefined, 'third has ended');
    expect(statusOf(pod, 'third')).toMatchObject({ restartCount: 0, ready: false, state: { terminated: { exitCode: 3 } } });
    expect(pod.status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('True');
  });
});

describe('init containers', () => {
  test('run in order before the others', async () => {
    const init = (name: string): ReturnType<typeof node.box> => node.box(`echo ${name} >> /work/order`, { name, volumeMounts: [{ name: 'w', mountPath: '/work' }] });
    const main = node.box('cat /work/order; [ "$LIVES" ] && exec sleep 1000; exit 0', { volumeMounts: [{ name: 'w', mountPath: '/work' }] });
    const volumes = [{ name: 'w', emptyDir: {} }];
    await node.create('init-never', { restartPolicy: 'Never', initContainers: [init('init1'), init('init2')], containers: [main], volumes });
    await node.create('init-always', { initContainers: [init('init1'), init('init2')], containers: [{ ...main, env: [{ name: 'LIVES', value: 'yes' }] }], volumes });
    const never = await node.phase('init-never', 'Succeeded');
    expect(never.status?.initContainerStatuses).toMatchObject([{ name: 'init1', ready: true, state: { terminated: { exitCode: 0 } } }, { name: 'init2', ready: true, state: { terminated: { exitCode: 0 } } }]);
    expect(never.status?.conditions?.find(({ type }) => type === 'Initialized')?.status).toBe('True');
    expect(await node.logs('init-never')).toBe('init1\ninit2\n');
    const always = await node.phase('init-always', 'Running');
    expect(always.status?.conditions?.find(({ type }) => type === 'Initialized')?.status).toBe('True');
    await node.event('init-never', 'Started', 'Container started');
  });

  test('that fail keep the others from starting', async () => {
    const containers = [node.box('exec sleep 1000')];
    await node.create('fails-always', { initContainers: [node.box('exit 1', { name: 'init1' }), node.box('exit 0', { name: 'init2' })], containers });
    await node.create('fails-never', { restartPolicy: 'Never', initContainers: [node.box('exit 0', { name: 'init1' }), node.box('exit 1', { name: 'init2' })], containers });
    const again = await node.podWith('fails-always', (pod) => (statusOf(pod, 'init1')?.restartCount ?? 0) >= 1, 'is tried again');
    expect(again.status).toMatchObject({ phase: 'Pending', containerStatuses: [{ state: { waiting: { reason: 'PodInitializing' } } }] });
    expect(again.status?.conditions?.find(({ type }) => type === 'Initialized')).toMatchObject({ status: 'False', reason: 'ContainersNotInitialized', message: 'containers with incomplete status: [init1 init2]' });
    const failed = await node.phase('fails-never', 'Failed');
    expect(statusOf(failed, 'init2')?.state?.terminated?.exitCode).toBe(1);
    expect(statusOf(failed)?.state).toEqual({ waiting: { reason: 'PodInitializing' } });
    await node.event('fails-always', 'BackOff', /^Back-off restarting failed container init1 in pod fails-always_default\(/);
  });

  test('sidecars start before, restart alone, and end last in reverse order', async () => {
    const volumeMounts = [{ name: 'w', mountPath: '/work' }];
    const logged = (name: string): string => `trap 'echo end ${name} >> /work/order; exit 0' TERM; echo start ${name} >> /work/order; while true; do sleep 0.1; done`;
    const lifecycle = { preStop: { exec: { command: ['sh', '-c', 'echo hook >> /work/hooks'] } } };
    const side = (name: string): ReturnType<typeof node.box> => node.box(logged(name), { name, restartPolicy: 'Always', volumeMounts, lifecycle });
    await node.create('sides', {
      terminationGracePeriodSeconds: 30, initContainers: [side('side1'), node.box('echo init >> /work/order', { name: 'init', volumeMounts }), side('side2')],
      containers: [node.box(logged('main'), { volumeMounts })], volumes: [{ name: 'w', hostPath: { path: `${node.local.dir}/sides`, type: 'DirectoryOrCreate' } }],
    });
    await node.podWith('sides', ({ status }) => status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True'), 'is ready');
    const order = async (): Promise<string[]> => (await node.exec('sides', ['cat', '/work/order'])).stdout.trim().split('\n');
    await until(async () => (await order()).join() === 'start side1,init,start side2,start main', 'all have said that they started, in order');
    await node.exec('sides', ['kill', '-TERM', '1'], 'side1');
    await node.podWith('sides', (pod) => statusOf(pod, 'side1')?.restartCount === 1 && statusOf(pod, 'side1')?.ready, 'sidecar is back');
    expect(statusOf(await node.get('sides'))?.restartCount).toBe(0);
    await node.delete('sides');
    await node.gone('sides');
    await node.create('reads', { restartPolicy: 'Never', containers: [node.box('tail -n 3 /work/order; cat /work/hooks', { volumeMounts })], volumes: [{ name: 'w', hostPath: { path: `${node.local.dir}/sides` } }] });
    await node.phase('reads', 'Succeeded');
    expect(await node.logs('reads')).toBe('end main\nend side2\nend side1\nhook\nhook\n');
  });

  test('a pod that is done is told to be when its sidecars have ended too', async () => {
    await node.create('done', { restartPolicy: 'Never', terminationGracePeriodSeconds: 2, initContainers: [node.box('exec sleep 1000', { name: 'side', restartPolicy: 'Always' })], containers: [node.box('exit 0')] });
    const pod = await node.phase('done', 'Succeeded');
    expect(statusOf(pod, 'side')?.state?.terminated).toBeDefined();
  });
});

test('the generation counts what is wanted, and is observed', async () => {
  await node.create('counted', { terminationGracePeriodSeconds: 2, containers: [node.box('exec sleep 1000')] }, { generation: 100 });
  await node.podWith('counted', ({ status, metadata }) => metadata?.generation === 1 && status?.observedGeneration === 1, 'generation 1');
  await patch('counted', { tolerations: [{ key: 'a', operator: 'Exists' }] });
  await patch('counted', { activeDeadlineSeconds: 5000 });
  await node.client.resource(resources.pods).patch('counted', { metadata: { labels: { not: 'counted' } } }, strategic);
  for (let seconds = 4999; seconds > 4502; seconds--) await patch('counted', { activeDeadlineSeconds: seconds });
  const pod = await node.podWith('counted', ({ status, metadata }) => status?.observedGeneration === metadata?.generation, 'is observed');
  expect(pod.metadata?.generation).toBe(500);
  expect(await node.delete('counted')).toMatchObject({ metadata: { generation: 501 } });
  await node.gone('counted');
});
