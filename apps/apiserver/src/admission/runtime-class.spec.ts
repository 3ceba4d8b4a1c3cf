import type { PodSpec, RuntimeClass } from '@typernetes/api';
import { applyRuntimeClass, overheadFault } from './runtime-class';

const heavy: RuntimeClass = {
  handler: 'vm',
  overhead: { podFixed: { cpu: '100m' } },
  scheduling: { nodeSelector: { vm: 'yes' }, tolerations: [{ key: 'vm', operator: 'Exists' }] },
};
const spec = (rest: Partial<PodSpec> = {}): PodSpec => ({ containers: [], ...rest });

test('a pod takes over what its class says', () => {
  const pod = spec({ nodeSelector: { a: 'b' }, tolerations: [{ key: 'x' }] });
  expect(applyRuntimeClass(pod, heavy)).toBeUndefined();
  expect(pod).toEqual(spec({ overhead: { cpu: '100m' }, nodeSelector: { a: 'b', vm: 'yes' }, tolerations: [{ key: 'x' }, { key: 'vm', operator: 'Exists' }] }));
  expect(applyRuntimeClass(pod, heavy)).toBeUndefined();
  expect(pod.tolerations).toHaveLength(2);
});

test.each<[string, PodSpec, string]>([
  ['other overhead', spec({ overhead: { cpu: '1' } }), "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead"],
  ['another place', spec({ nodeSelector: { vm: 'no' } }), 'conflict: runtimeClass.scheduling.nodeSelector[vm] = yes; pod.spec.nodeSelector[vm] = no'],
])('%s is refused', (_name, pod, why) => expect(applyRuntimeClass(pod, heavy)).toBe(why));

test('overhead is the class to give', () => {
  expect(overheadFault(spec(), undefined)).toBeUndefined();
  expect(overheadFault(spec({ overhead: { cpu: '100m' } }), heavy)).toBeUndefined();
  expect(overheadFault(spec({ overhead: { cpu: '100m' } }), undefined)).toBe('pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead');
});
