import type { Container, LimitRangeItem, Pod } from '@typernetes/api';
import { defaultLimits } from './limit-defaults';
import { checkClaim, checkPod } from './limits';

const container = (requests?: Record<string, string>, limits?: Record<string, string>, name = 'c'): Container => ({ name, resources: { ...(requests ? { requests } : {}), ...(limits ? { limits } : {}) } });
const pod = (...containers: Container[]): Pod => ({ spec: { containers } });

test('gives defaults to what is not said, and notes it', () => {
  const limited: LimitRangeItem[] = [{ type: 'Container', default: { cpu: '1', memory: '1Gi' }, defaultRequest: { cpu: '500m', memory: '512Mi' } }];
  const object: Pod = { metadata: { name: 'p' }, spec: { containers: [container(), container({ cpu: '2' }, { cpu: '3' }, 'd')], initContainers: [container({ cpu: '1', memory: '1' }, { cpu: '1', memory: '1' }, 'i')] } };
  defaultLimits(limited, object);
  expect(object.spec?.containers.map(({ resources }) => resources)).toEqual([
    { requests: { cpu: '500m', memory: '512Mi' }, limits: { cpu: '1', memory: '1Gi' } },
    { requests: { cpu: '2', memory: '512Mi' }, limits: { cpu: '3', memory: '1Gi' } },
  ]);
  expect(object.metadata?.annotations).toEqual({
    'kubernetes.io/limit-ranger': 'LimitRanger plugin set: cpu, memory request for container c; cpu, memory limit for container c; memory request for container d; memory limit for container d',
  });
});

test('says nothing when there was nothing to give', () => {
  const object = pod(container());
  defaultLimits([{ type: 'Pod', max: { cpu: '1' } }], object);
  expect(object).toEqual(pod(container()));
});

test.each<[string, LimitRangeItem, Pod, string[]]>([
  ['within', { type: 'Container', min: { cpu: '100m' }, max: { cpu: '2' } }, pod(container({ cpu: '1' }, { cpu: '2' })), []],
  ['too small a request', { type: 'Container', min: { cpu: '100m' } }, pod(container({ cpu: '50m' })), ['minimum cpu usage per Container is 100m, but request is 50m']],
  ['no request', { type: 'Container', min: { memory: '1Gi' } }, pod(container()), ['minimum memory usage per Container is 1Gi.  No request is specified']],
  ['too small a limit', { type: 'Container', min: { cpu: '1' } }, pod(container({ cpu: '1' }, { cpu: '500m' })), ['minimum cpu usage per Container is 1, but limit is 500m']],
  ['too large a limit', { type: 'Container', max: { cpu: '1' } }, pod(container({}, { cpu: '2' })), ['maximum cpu usage per Container is 1, but limit is 2']],
  ['no limit', { type: 'Container', max: { cpu: '1' } }, pod(container({ cpu: '1' })), ['maximum cpu usage per Container is 1.  No limit is specified']],
  ['too large a request', { type: 'Container', max: { cpu: '1' } }, pod(container({ cpu: '2' }, { cpu: '1' })), ['maximum cpu usage per Container is 1, but request is 2']],
  ['too wide', { type: 'Container', maxLimitRequestRatio: { memory: '1500m' } }, pod(container({ memory: '1Gi' }, { memory: '2Gi' })), ['memory max limit to request ratio per Container is 1500m, but provided ratio is 2.000000']],
  ['no ratio', { type: 'Container', maxLimitRequestRatio: { cpu: '2' } }, pod(container({}, { cpu: '2' })), ['cpu max limit to request ratio per Container is 2, but no request is specified or request is 0']],
  ['the pod together', { type: 'Pod', max: { cpu: '1' } }, pod(container({ cpu: '600m' }, { cpu: '600m' }), container({ cpu: '600m' }, { cpu: '600m' }, 'd')), ['maximum cpu usage per Pod is 1, but limit is 1200m']],
  ['a container without limit', { type: 'Pod', max: { cpu: '1' } }, pod(container({}, { cpu: '600m' }), container({}, {}, 'd')), ['maximum cpu usage per Pod is 1.  No limit is specified']],
])('%s', (_name, item, object, faults) => expect(checkPod([item], object)).toEqual(faults));

test('claims', () => {
  const item: LimitRangeItem = { type: 'PersistentVolumeClaim', min: { storage: '1Gi' }, max: { storage: '2Gi' } };
  const claim = (storage: string): string[] => checkClaim([item], { spec: { resources: { requests: { storage } } } });
  expect([claim('1Gi'), claim('512Mi'), claim('3Gi')]).toEqual([
    [],
    ['minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 512Mi'],
    ['maximum storage usage per PersistentVolumeClaim is 2Gi, but request is 3Gi'],
  ]);
});
