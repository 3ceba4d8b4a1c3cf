import { formatFieldError } from '@typernetes/machinery';
import { defaultPod } from '../defaults';
import type { Container, Pod, PodSpec, ResourceRequirements } from '../generated/types';
import { createRegistry } from '../kinds';
import { validatePodResize } from './pod-resize';

const container = (name: string, resources?: ResourceRequirements, more: Partial<Container> = {}): Container => ({ name, image: 'x:1', ...(resources ? { resources } : {}), ...more });
const podOf = (spec: Partial<PodSpec>, more: Partial<Pod> = {}): Pod => {
  const pod: Pod = { metadata: { name: 'a', namespace: 'default', generation: 1, ...more.metadata }, spec: { containers: [], ...spec } };
  defaultPod(pod);
  return pod;
};
const small = { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '200m', memory: '128Mi' } };
const big = { requests: { cpu: '150m', memory: '64Mi' }, limits: { cpu: '300m', memory: '256Mi' } };
const equal = { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '1', memory: '1Gi' } };
const of = (resources?: ResourceRequirements, more: Partial<Container> = {}): Pod => podOf({ containers: [container('c', resources, more)] });
const withInit = (resources: ResourceRequirements, restartPolicy?: string): Pod =>
  podOf({ initContainers: [container('i', resources, restartPolicy ? { restartPolicy } : {})], containers: [container('c', small)] });

test.each<[rule: string, previous: Pod, next: Pod, ...expected: string[]]>([
  ['more', of(small), of(big)],
  ['limits where there were none', of({ requests: small.requests }), of(small)],
  ['another policy', of(small), of(small, { resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }] }), 'spec: Forbidden: only cpu and memory resources are mutable'],
  ['another class', of(equal), of({ ...equal, requests: { cpu: '500m', memory: '1Gi' } }), 'spec: Invalid value: "Guaranteed": Pod QOS Class may not change as a result of resizing'],
  ['no limits any more', of(small), of({ requests: small.requests }), 'spec.containers[0].resources.limits: Forbidden: resource limits cannot be removed'],
  ['no memory request any more', of({ requests: small.requests }), of({ requests: { cpu: '100m' } }), 'spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed'],
  ['more than the limit', of(small), of({ ...small, requests: { cpu: '1', memory: '64Mi' } }), 'spec.containers[0].resources.requests: Invalid value: "1": must be less than or equal to cpu limit of 200m'],
  ['other names', of(small), podOf({ containers: [container('d', small)] }), 'spec.containers[0]: Forbidden: containers may not be renamed or reordered on resize'],
  ['storage', of(small), of({ ...small, requests: { ...small.requests, 'ephemeral-storage': '1Gi' } }), 'spec: Forbidden: only cpu and memory resources are mutable'],
  ['a sidecar', withInit(small, 'Always'), withInit(big, 'Always')],
  ['an init container', withInit(small), withInit(big), 'spec.initContainers[0].resources: Forbidden: resources for non-sidecar init containers are immutable'],
  ['a static pod', podOf({ containers: [container('c', small)] }, { metadata: { annotations: { 'kubernetes.io/config.mirror': 'x' } } }), of(big), ': Forbidden: static pods cannot be resized'],
  ['a pod with resources of its own', podOf({ containers: [container('c')], resources: small }), of(big), ': Forbidden: pods with pod-level resources cannot be resized'],
])('resize: %s', (_rule, previous, next, ...expected) => expect(validatePodResize(next, previous).map(formatFieldError)).toEqual(expected));

describe('what the subresources may write', () => {
  const kind = createRegistry().lookup('', 'v1', 'pods');
  const write = (part: string, next: Pod, previous: Pod): Pod => {
    kind?.partStrategies[part]?.prepareForUpdate?.(next, previous, { now: '', user: { name: 'test', groups: [] } });
    return next;
  };
  test('resize: resources alone, and the generation counts', () => {
    const next = podOf({ containers: [container('c', big, { image: 'other:1' })], hostname: 'h' }, { metadata: { labels: { a: 'b' } } });
    const result = write('resize', next, of(small));
    expect(result).toMatchObject({ metadata: { generation: 2 }, spec: { containers: [{ image: 'x:1', resources: big }] } });
    expect(result.spec?.hostname).toBeUndefined();
    expect(result.metadata?.labels).toBeUndefined();
    expect(write('resize', of(small), of(small)).metadata?.generation).toBe(1);
  });
  test('ephemeralcontainers: these alone', () => {
    const next = podOf({ containers: [container('c', big)], ephemeralContainers: [{ name: 'e', image: 'y:1' }] });
    const result = write('ephemeralcontainers', next, of(small));
    expect(result).toMatchObject({ metadata: { generation: 2 }, spec: { containers: [{ resources: small }], ephemeralContainers: [{ name: 'e' }] } });
  });
});
