import type { Pod } from '@typernetes/api';
import { linuxResources } from '../container/linux-resources';
import type { RuntimePod } from '../runtime/runtime-pod';
import { container, pod, ran, runtimePod } from '../testing/builders';
import type { StatusInput } from './container-status';
import { kernelResources } from './resize/actual-resources';
import { podStatus, toldStatus } from './pod-status';

const status = (of: Pod, runtime: RuntimePod, more: Partial<StatusInput> = {}): ReturnType<typeof podStatus> =>
  podStatus({
    pod: of, runtime, waiting: new Map(), probes: { ready: () => true, started: () => true }, runtimeName: 'docker', nodeIPs: ['192.0.2.1'],
    nowMs: Date.UTC(2026, 0, 1), isStopping: false, resourcesOf: (of) => kernelResources(linuxResources(pod(), of, 1 << 30)), ...more,
  });
const truth = (of: ReturnType<typeof podStatus>): string => (of.conditions ?? []).map(({ type, status: value, reason }) => `${type}=${value}${reason ? `/${reason}` : ''}`).join(' ');

test('a running pod is ready', () => {
  const actual = status(pod(), runtimePod([ran('main', 'running')]));
  expect(actual).toMatchObject({ phase: 'Running', podIP: '10.244.0.2', hostIP: '192.0.2.1', qosClass: 'BestEffort', startTime: '2026-01-01T00:00:00Z' });
  expect(truth(actual)).toBe('PodReadyToStartContainers=True Initialized=True Ready=True ContainersReady=True PodScheduled=True');
  expect(actual.containerStatuses?.[0]).toMatchObject({ containerID: 'docker://main-0', imageID: 'docker://sha256:1', ready: true, started: true, state: { running: { startedAt: '1970-01-01T00:00:02Z' } } });
});

test('before its containers it is Pending', () => {
  const actual = status(pod(), runtimePod([], []));
  expect(actual.phase).toBe('Pending');
  expect(truth(actual)).toBe('PodReadyToStartContainers=False Initialized=True Ready=False/ContainersNotReady ContainersReady=False/ContainersNotReady PodScheduled=True');
  expect(actual.containerStatuses?.[0]?.state).toEqual({ waiting: { reason: 'ContainerCreating' } });
});

test('init containers are named until they are done', () => {
  const of = pod({ initContainers: [container('i')] });
  const actual = status(of, runtimePod([ran('i', 'running')]));
  expect(actual.phase).toBe('Pending');
  expect(actual.containerStatuses?.[0]?.state).toEqual({ waiting: { reason: 'PodInitializing' } });
  expect(actual.conditions?.find(({ type }) => type === 'Initialized')).toMatchObject({ reason: 'ContainersNotInitialized', message: 'containers with incomplete status: [i]' });
  expect(truth(status(of, runtimePod([ran('i', 0), ran('main', 'running')])))).toContain('Initialized=True Ready=True');
});

test('a crash loop keeps the pod Running and tells the last end', () => {
  const waiting = new Map([['main', { reason: 'CrashLoopBackOff', message: 'back-off 10s' }]]);
  const actual = status(pod(), runtimePod([ran('main', 3, { restartCount: 4, message: 'why' })]), { waiting });
  expect(actual.phase).toBe('Running');
  expect(actual.containerStatuses?.[0]).toMatchObject({
    restartCount: 4, ready: false, state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: { terminated: { exitCode: 3, reason: 'Error', message: 'why' } },
  });
});

test.each([
  ['Never', 0, 'Succeeded'], ['Never', 1, 'Failed'], ['OnFailure', 0, 'Succeeded'], ['OnFailure', 1, 'Running'], ['Always', 0, 'Running'],
])('%s with exit code %d is %s', (restartPolicy, exitCode, phase) => {
  expect(status(pod({ restartPolicy }), runtimePod([ran('main', exitCode)])).phase).toBe(phase);
});

test('an end is for ever', () => {
  const ended = pod({ restartPolicy: 'Never' }, { status: { phase: 'Failed' } });
  expect(status(ended, runtimePod([ran('main', 0)])).phase).toBe('Failed');
});

test('a deadline fails the pod', () => {
  const actual = status(pod(), runtimePod([ran('main', 137)]), { failure: { reason: 'DeadlineExceeded', message: 'm' } });
  expect(actual).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded' });
});

test('a pod on its way out keeps running until it has ended', () => {
  expect(status(pod(), runtimePod([ran('main', 'running')]), { isStopping: true, probes: { ready: () => false, started: () => true } }).phase).toBe('Running');
  expect(status(pod(), runtimePod([ran('main', 0)]), { isStopping: true }).phase).toBe('Succeeded');
  expect(status(pod(), runtimePod([ran('main', 137)]), { isStopping: true }).phase).toBe('Failed');
});

test('a closed readiness gate keeps it from being ready (KEP-580)', () => {
  const gated = pod({ readinessGates: [{ conditionType: 'x/y' }] });
  expect(status(gated, runtimePod([ran('main', 'running')])).conditions?.find(({ type }) => type === 'Ready')).toMatchObject({
    status: 'False', reason: 'ReadinessGatesNotReady', message: 'corresponding condition of pod readiness gate "x/y" does not exist.',
  });
});

test('ephemeral containers have statuses of their own and nothing else depends on them', () => {
  const actual = status(pod({ ephemeralContainers: [container('e')] }), runtimePod([ran('e', 1), ran('main', 'running')]));
  expect(actual.ephemeralContainerStatuses).toMatchObject([{ name: 'e', ready: false, restartCount: 0, state: { terminated: { exitCode: 1 } } }]);
  expect(truth(actual)).toContain('Ready=True ContainersReady=True');
});

test('of a pod that was not taken only the reason is told, then and later', () => {
  const failure = { reason: 'OutOfcpu', message: 'Pod was rejected: m', isRefused: true };
  const first = status(pod(), runtimePod([], []), { failure });
  expect(first).toEqual({ phase: 'Failed', observedGeneration: undefined, reason: 'OutOfcpu', message: 'Pod was rejected: m', startTime: '2026-01-01T00:00:00Z', qosClass: 'BestEffort' });
  expect(status(pod({}, { status: first }), runtimePod([], []))).toEqual(first);
});

test('an end is told when nothing runs any more', () => {
  const ended = status(pod({ restartPolicy: 'Never' }), runtimePod([ran('main', 0)]));
  expect(toldStatus(ended, { phase: 'Running' }, true).phase).toBe('Running');
  expect(toldStatus(ended, { phase: 'Running' }, false).phase).toBe('Succeeded');
  expect(toldStatus(ended, { phase: 'Succeeded' }, true).phase).toBe('Succeeded');
});
