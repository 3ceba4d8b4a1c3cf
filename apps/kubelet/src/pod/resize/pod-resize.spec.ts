import type { Container, Pod, ResourceRequirements } from '@typernetes/api';
import { linuxResources } from '../../container/linux-resources';
import { container, pod } from '../../testing/builders';
import { actualResources, kernelResources, type KernelResources } from './actual-resources';
import { PodResize, type Room } from './pod-resize';

const of = (cpu: string, memory: string, more: Partial<Container> = {}): Pod =>
  pod({ containers: [container('main', { resources: { requests: { cpu, memory } }, ...more })] }, { metadata: { generation: 2 } });
const room = (others: Pod[] = []) => (): Room => ({ others, allocatable: { cpu: '2', memory: '1Gi', pods: '10' } });
const requestsOf = (from: Pod): object | undefined => from.spec?.containers[0]?.resources?.requests;
const told = (resize: PodResize): string => resize.conditions().map(({ type, reason = '' }) => `${type}/${reason}`).join();
const idOf = (): string => 'id';

test('what there is room for is promised, and complete when nothing is left to do', () => {
  const resize = new PodResize(of('1', '64Mi'));
  expect(resize.decide(of('1', '64Mi'), room(), idOf)).toEqual([]);
  const [started] = resize.decide(of('2', '64Mi'), room(), idOf);
  expect(started).toEqual({ type: 'Normal', reason: 'ResizeStarted', message: 'Pod resize started: {"containers":[{"name":"main","resources":{"requests":{"cpu":"2","memory":"64Mi"}}}],"generation":2}' });
  expect(told(resize)).toBe('PodResizeInProgress/');
  expect(resize.completed(of('2', '64Mi')).map(({ reason }) => reason)).toEqual(['ResizeCompleted']);
  expect(told(resize)).toBe('');
  expect(resize.completed(of('2', '64Mi'))).toEqual([]);
});

test('what there is no room for waits, and is told once', () => {
  const resize = new PodResize(of('1', '64Mi'));
  expect(resize.decide(of('1500m', '64Mi'), room([of('1', '1Mi')]), idOf)).toMatchObject([{ type: 'Warning', reason: 'ResizeDeferred' }]);
  expect(resize.decide(of('1500m', '64Mi'), room([of('1', '1Mi')]), idOf)).toEqual([]);
  expect(resize.conditions()).toEqual([{ type: 'PodResizePending', status: 'True', reason: 'Deferred', message: "Node didn't have enough resource: cpu, requested: 1500, used: 1000, capacity: 2000" }]);
  expect(requestsOf(resize.allocated(of('1500m', '64Mi')))).toEqual({ cpu: '1', memory: '64Mi' });
  expect(resize.decide(of('1500m', '64Mi'), room(), idOf)).toMatchObject([{ reason: 'ResizeStarted' }]);
  expect(requestsOf(resize.allocated(of('1500m', '64Mi')))).toEqual({ cpu: '1500m', memory: '64Mi' });
});

test('what no room can be made for is infeasible, until it is taken back', () => {
  const resize = new PodResize(of('1', '64Mi'));
  resize.decide(of('1', '2Gi'), room(), idOf);
  expect(resize.conditions()).toMatchObject([{ reason: 'Infeasible', message: "Node didn't have enough capacity: memory, requested: 2147483648, capacity: 1073741824" }]);
  resize.decide(of('1', '64Mi'), room(), idOf);
  expect(told(resize)).toBe('');
});

test('a failure is told once and stays until it is over', () => {
  const resize = new PodResize(of('1', '64Mi'));
  resize.decide(of('2', '64Mi'), room(), idOf);
  expect(resize.failed(of('2', '64Mi'), 'busy')).toMatchObject([{ type: 'Warning', reason: 'ResizeError' }]);
  expect(resize.failed(of('2', '64Mi'), 'busy')).toEqual([]);
  expect(told(resize)).toBe('PodResizeInProgress/Error');
  resize.completed(of('2', '64Mi'));
  expect(told(resize)).toBe('');
});

test('a run must end when an amount changes that needs a new one, also one that the kernel does not see', () => {
  const resizePolicy = [{ resourceName: 'memory', restartPolicy: 'RestartContainer' }];
  const resize = new PodResize(of('1', '64Mi', { resizePolicy }));
  resize.decide(of('2', '64Mi', { resizePolicy }), room(), idOf);
  expect(resize.mustRestart('id')).toBe(false);
  resize.decide(of('2', '65Mi', { resizePolicy }), room(), idOf);
  expect(resize.mustRestart('id')).toBe(true);
});

test('after a restart of the kubelet the status tells what was promised', () => {
  const status = { containerStatuses: [{ name: 'main', image: '', imageID: '', ready: true, restartCount: 0, allocatedResources: { cpu: '1', memory: '64Mi' }, resources: { requests: { cpu: '1' } } }] };
  const resize = new PodResize({ ...of('2', '64Mi'), status });
  expect(requestsOf(resize.allocated(of('2', '64Mi')))).toEqual({ cpu: '1', memory: '64Mi' });
  expect(resize.decide(of('2', '64Mi'), room(), idOf)).toMatchObject([{ reason: 'ResizeStarted' }]);
});

describe('what a container has', () => {
  const kernel = (resources: ResourceRequirements): KernelResources => kernelResources(linuxResources(pod(), container('c', { resources }), 1 << 30));
  const wants = { requests: { cpu: '1m', memory: '64Mi' }, limits: { cpu: '2', memory: '128Mi' } };
  test.each<[string, ResourceRequirements | undefined, ResourceRequirements]>([
    ['unknown', undefined, wants],
    ['the same to the kernel', { ...wants, requests: { cpu: '2m' } }, wants],
    ['less', { requests: { cpu: '250m' }, limits: { cpu: '1500m', memory: '64Mi' } }, { requests: { cpu: '250m', memory: '64Mi' }, limits: { cpu: '1500m', memory: '67108864' } }],
    ['no limits yet', { requests: { cpu: '1m' } }, { requests: { cpu: '1m', memory: '64Mi' }, limits: {} }],
  ])('%s', (_name, has, expected) => {
    expect(actualResources(container('c', { resources: wants }), has && kernel(has), kernel(wants))).toEqual(expected);
  });
});
