import type { Container, Pod } from '@typernetes/api';
import { containerHash } from '../container/container-hash';
import { linuxResources } from '../container/linux-resources';
import type { RuntimePod } from '../runtime/runtime-pod';
import { container, pod, ran, runtimePod, sandbox } from '../testing/builders';
import type { Plan } from './plan';
import { planPod } from './plan';
import type { KernelResources } from './resize/actual-resources';
import { kernelResources } from './resize/actual-resources';

interface Beliefs {
  failed?: Record<string, 'liveness' | 'startup'>;
  notStarted?: string[];
  mustRestart?: string[];
}

/** The plan in short words. */
function words(plan: Plan): string {
  switch (plan.kind) {
    case 'stop':
      return 'stop';
    case 'newSandbox':
      return `sandbox ${plan.attempt}${plan.leftovers.length > 0 ? ` after ${plan.leftovers.map(({ id }) => id).join()}` : ''}`;
    case 'containers': {
      const kills = plan.kill.map(({ container: { id }, reason }) => `kill ${id} (${reason})`);
      const starts = plan.start.map(({ container: { name }, restartCount }) => `start ${name} ${restartCount}`);
      const resizes = plan.resize.map(({ running: { id } }) => `resize ${id}`);
      return [...kills, ...starts, ...resizes].join(', ') || 'nothing';
    }
  }
}

const resourcesOf = (of: Container): KernelResources => kernelResources(linuxResources(pod(), of, 1 << 30));
const plan = (of: Pod, runtime: RuntimePod, { failed = {}, notStarted = [], mustRestart = [] }: Beliefs = {}): string =>
  words(planPod({ pod: of, runtime, hashOf: containerHash, resourcesOf, mustRestart: (id) => mustRestart.includes(id), probes: { failed: (id) => failed[id], started: (id) => !notStarted.includes(id) } }));

const two = pod({ containers: [container('a'), container('b')] });
const once = (policy: string): Pod => pod({ restartPolicy: policy });
const withInit = pod({ initContainers: [container('i1'), container('i2')] });
const withSidecar = (policy = 'Always'): Pod => pod({ restartPolicy: policy, initContainers: [container('side', { restartPolicy: 'Always' }), container('i')] });
const gone = sandbox({ ready: false });

describe('what to do next', () => {
  const rows: [name: string, expected: string, actual: () => string][] = [
    ['a new pod gets a sandbox', 'sandbox 0', () => plan(two, runtimePod([], []))],
    ['a sandbox without an address is no sandbox', 'sandbox 1 after s0', () => plan(two, runtimePod([], [sandbox({ ips: [] })]))],
    ['on the host network it needs no address', 'start main 0', () => plan(pod({ hostNetwork: true }), runtimePod([], [sandbox({ ips: [] })]))],
    ['all containers start', 'start a 0, start b 0', () => plan(two, runtimePod())],
    ['what runs is left alone', 'start b 0', () => plan(two, runtimePod([ran('a', 'running')]))],
    ['a container that was made and not started is made again', 'start main 0', () => plan(pod(), runtimePod([ran('main', 'created')]))],
    ['Always: restarted after success', 'start main 1', () => plan(pod(), runtimePod([ran('main', 0)]))],
    ['OnFailure: restarted after failure', 'start main 3', () => plan(once('OnFailure'), runtimePod([ran('main', 1, { restartCount: 2 })]))],
    ['OnFailure: over after success', 'stop', () => plan(once('OnFailure'), runtimePod([ran('main', 0)]))],
    ['Never: over after failure', 'stop', () => plan(once('Never'), runtimePod([ran('main', 1)]))],
    ['Never: the other one still runs', 'nothing', () => plan({ ...two, spec: { ...two.spec, containers: two.spec?.containers ?? [], restartPolicy: 'Never' } }, runtimePod([ran('a', 1), ran('b', 'running')]))],
    ['a rule restarts what the policy would not (KEP-5307)', 'start main 1', () =>
      plan(pod({ restartPolicy: 'Never', containers: [container('main', { restartPolicy: 'Never', restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [42] } }] })] }), runtimePod([ran('main', 42)]))],
    ['a failed liveness probe kills', 'kill main-0 (liveness)', () => plan(pod(), runtimePod([ran('main', 'running')]), { failed: { 'main-0': 'liveness' } })],
    ['a changed image kills', 'kill main-0 (changed)', () => plan(pod(), runtimePod([ran('main', 'running', { hash: 'other' })]))],
    ['a lost sandbox is made anew', 'sandbox 1 after s0', () => plan(pod(), runtimePod([ran('main', 137)], [gone]))],
    ['Never: a lost sandbox is the end', 'stop', () => plan(once('Never'), runtimePod([ran('main', 137)], [gone]))],
    ['in a new sandbox the count goes on', 'start main 1', () => plan(pod(), runtimePod([ran('main', 137)], [sandbox({ id: 's1', attempt: 1 }), gone]))],
  ];
  test.each(rows)('%s', (_name, expected, actual) => expect(actual()).toBe(expected));
});

describe('ephemeral containers (KEP-277)', () => {
  const debugged = pod({ initContainers: [container('i1')], ephemeralContainers: [container('e')] });
  const rows: [name: string, expected: string, actual: () => string][] = [
    ['start whether or not the pod is initialised', 'start e 0', () => plan(debugged, runtimePod([ran('i1', 'running')]))],
    ['are never started again', 'nothing', () => plan(debugged, runtimePod([ran('e', 1), ran('i1', 0), ran('main', 'running')]))],
    ['nor in another sandbox', 'start i1 0', () => plan(debugged, runtimePod([ran('e', 137)], [sandbox({ id: 's1', attempt: 1 }), gone]))],
    ['do not keep a pod alive', 'kill e-0 (ended)', () => plan(pod({ restartPolicy: 'Never', ephemeralContainers: [container('e')] }), runtimePod([ran('e', 'running'), ran('main', 0)]))],
  ];
  test.each(rows)('%s', (_name, expected, actual) => expect(actual()).toBe(expected));
});

describe('resize (KEP-1287)', () => {
  const limited = (cpu: string, memory: string): Container => container('main', { resources: { limits: { cpu, memory } } });
  const small = ran('main', 'running', { resources: resourcesOf(limited('1', '64Mi')) });
  const memoryRestarts: Partial<Container> = { resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'NotRequired' }, { resourceName: 'memory', restartPolicy: 'RestartContainer' }] };
  const rows: [name: string, expected: string, actual: () => string][] = [
    ['as it shall be', 'nothing', () => plan(pod({ containers: [limited('1', '64Mi')] }), runtimePod([small]))],
    ['more cpu', 'resize main-0', () => plan(pod({ containers: [limited('2', '64Mi')] }), runtimePod([small]))],
    ['more cpu, where memory would restart', 'resize main-0', () => plan(pod({ containers: [{ ...limited('2', '64Mi'), ...memoryRestarts }] }), runtimePod([small]))],
    ['more memory, where that restarts', 'kill main-0 (resize)', () => plan(pod({ containers: [{ ...limited('1', '65Mi'), ...memoryRestarts }] }), runtimePod([small]))],
    ['what the kernel does not see', 'kill main-0 (resize)', () => plan(pod({ containers: [limited('1', '64Mi')] }), runtimePod([small]), { mustRestart: ['main-0'] })],
    ['a runtime that does not tell', 'nothing', () => plan(pod({ containers: [limited('2', '64Mi')] }), runtimePod([ran('main', 'running')]))],
    ['a sidecar', 'resize side-0', () => plan(pod({ initContainers: [{ ...limited('2', '1Gi'), name: 'side', restartPolicy: 'Always' }] }), runtimePod([ran('main', 'running'), { ...small, id: 'side-0', name: 'side', hash: ran('side', 'running').hash }]))],
  ];
  test.each(rows)('%s', (_name, expected, actual) => expect(actual()).toBe(expected));
});

describe('initialisation', () => {
  const rows: [name: string, expected: string, actual: () => string][] = [
    ['one after the other: first', 'start i1 0', () => plan(withInit, runtimePod())],
    ['waits for the first', 'nothing', () => plan(withInit, runtimePod([ran('i1', 'running')]))],
    ['then the second', 'start i2 0', () => plan(withInit, runtimePod([ran('i1', 0)]))],
    ['then the containers', 'start main 0', () => plan(withInit, runtimePod([ran('i2', 0), ran('i1', 0)]))],
    ['a failed one again', 'start i1 1', () => plan(withInit, runtimePod([ran('i1', 1)]))],
    ['Never: a failed one is the end', 'stop', () => plan({ ...withInit, spec: { ...withInit.spec, containers: [container('main')], restartPolicy: 'Never' } }, runtimePod([ran('i1', 1)]))],
    ['is over once containers have run, though init containers were removed', 'start main 1', () => plan(withInit, runtimePod([ran('main', 1)]))],
    ['a sidecar stays and the next one starts', 'start i 0', () => plan(withSidecar(), runtimePod([ran('side', 'running')]))],
    ['a sidecar that has not started holds up the next one', 'nothing', () => plan(withSidecar(), runtimePod([ran('side', 'running')]), { notStarted: ['side-0'] })],
    ['a sidecar that ended starts again while containers run', 'start side 1', () => plan(withSidecar(), runtimePod([ran('side', 1), ran('i', 0), ran('main', 'running')]))],
    ['sidecars end when the containers have', 'kill side-0 (ended)', () => plan(withSidecar('Never'), runtimePod([ran('side', 'running'), ran('i', 0), ran('main', 0)]))],
    ['and then all is over', 'stop', () => plan(withSidecar('Never'), runtimePod([ran('side', 0), ran('i', 0), ran('main', 0)]))],
  ];
  test.each(rows)('%s', (_name, expected, actual) => expect(actual()).toBe(expected));
});
