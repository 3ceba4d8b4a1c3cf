import type { Node, Pod } from '@typernetes/api';
import type { Pressure } from '../../node/pressure';
import { container, pod } from '../../testing/builders';
import { refusalOf } from './admit';
import { dottedSysctl } from './sysctls';

const calm: Pressure = { memory: false, disk: false, pid: false };
const allocatable = { cpu: '2', memory: '1Gi', pods: '3' };
const node: Node = { metadata: { name: 'n1', labels: { disk: 'ssd' } }, spec: { taints: [{ key: 'gone', effect: 'NoExecute' }, { key: 'full', effect: 'NoSchedule' }] } };
const tolerations = [{ key: 'gone', operator: 'Exists' }];
const asks = (requests: Record<string, string>): Pod => pod({ tolerations, containers: [container('main', { resources: { requests } })] });
const opens = (...ports: object[]): Pod => pod({ tolerations, containers: [container('main', { ports: ports.map((port) => ({ containerPort: 80, ...port })) })] });
const sets = (name: string, more = {}): Pod => pod({ tolerations, ...more, securityContext: { sysctls: [{ name, value: '1' }] } });
const refused = (of: Pod, others: Pod[] = []): string | undefined => {
  const refusal = refusalOf(of, { others, node, allocatable, pressure: calm, allowedUnsafeSysctls: ['kernel.msg*', 'net/core/somaxconn'] });
  return refusal && `${refusal.reason}: ${refusal.message}`;
};

const rows: [name: string, of: Pod, others: Pod[], expected: string | undefined][] = [
  ['an ordinary pod', pod({ tolerations }), [], undefined],
  ['cpu is there', asks({ cpu: '1500m' }), [asks({ cpu: '500m' })], undefined],
  ['cpu is taken', asks({ cpu: '1501m' }), [asks({ cpu: '500m' })], "OutOfcpu: Node didn't have enough resource: cpu, requested: 1501, used: 500, capacity: 2000"],
  ['memory is not there', asks({ memory: '2Gi' }), [], "OutOfmemory: Node didn't have enough resource: memory, requested: 2147483648, used: 0, capacity: 1073741824"],
  ['devices that the node has not', asks({ 'example.com/gpu': '1' }), [], "OutOfexample.com/gpu: Node didn't have enough resource: example.com/gpu, requested: 1, used: 0, capacity: 0"],
  ['too many pods', pod({ tolerations }), [pod(), pod(), pod()], "OutOfpods: Node didn't have enough resource: pods, requested: 1, used: 3, capacity: 3"],
  ['a selector that fits', pod({ tolerations, nodeSelector: { disk: 'ssd' } }), [], undefined],
  ['a selector that does not', pod({ tolerations, nodeSelector: { disk: 'hdd' } }), [], "NodeAffinity: Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector"],
  ['a taint', pod(), [], "TaintToleration: Predicate TaintToleration failed: node(s) had taints that the pod didn't tolerate"],
  ['a free port', opens({ hostPort: 80 }), [opens({ hostPort: 81 }), opens({ hostPort: 80, protocol: 'UDP' })], undefined],
  ['a port of another address', opens({ hostPort: 80, hostIP: '10.0.0.1' }), [opens({ hostPort: 80, hostIP: '10.0.0.2' })], undefined],
  ['a port of all addresses', opens({ hostPort: 80, hostIP: '10.0.0.1' }), [opens({ hostPort: 80 })], "NodePorts: Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports"],
  ['a safe sysctl', sets('kernel.shm_rmid_forced'), [], undefined],
  ['an unsafe one', sets('kernel.sem'), [], 'SysctlForbidden: forbidden sysctl: "kernel.sem" not allowlisted'],
  ['unsafe ones that the node allows', sets('kernel.msgmax'), [], undefined],
  ['by its other name', sets('net.core.somaxconn'), [], undefined],
  ['one of the network on the host network', sets('net.ipv4.tcp_rmem', { hostNetwork: true }), [], 'SysctlForbidden: forbidden sysctl: "net.ipv4.tcp_rmem" not allowed with host net enabled'],
  ['one of IPC with the IPC of the host', sets('kernel.shm_rmid_forced', { hostIPC: true }), [], 'SysctlForbidden: forbidden sysctl: "kernel.shm_rmid_forced" not allowed with host ipc enabled'],
];
test.each(rows)('%s', (_name, of, others, expected) => expect(refused(of, others)).toBe(expected));

test('no taint keeps a static pod away', () => {
  expect(refusalOf(pod(), { others: [], node, allocatable, allowedUnsafeSysctls: [], pressure: calm, isStatic: true })).toBeUndefined();
});

test.each([['a.b.c', 'a.b.c'], ['a/b/c', 'a.b.c'], ['net/ipv4/conf/eno2.100/x', 'net.ipv4.conf.eno2/100.x'], ['net.ipv4.conf.eno2/100.x', 'net.ipv4.conf.eno2/100.x']])('%s is %s', (name, dotted) =>
  expect(dottedSysctl(name)).toBe(dotted));

describe('a node under pressure', () => {
  const taken = (of: Pod, pressure: Partial<Pressure>): string | undefined =>
    refusalOf(of, { others: [], node: undefined, allocatable, allowedUnsafeSysctls: [], pressure: { ...calm, ...pressure } })?.message;
  const knows = pod({ tolerations: [{ key: 'node.kubernetes.io/memory-pressure', operator: 'Exists' }] });
  test.each<[name: string, of: Pod, pressure: Partial<Pressure>, expected: string | undefined]>([
    ['of memory takes no pod that asks for none', pod(), { memory: true }, 'The node had condition: [MemoryPressure]. '],
    ['of memory takes pods that ask for some', asks({ memory: '1Mi' }), { memory: true }, undefined],
    ['of memory takes pods that tolerate it', knows, { memory: true }, undefined],
    ['of more than that does not', knows, { memory: true, pid: true }, 'The node had condition: [MemoryPressure PIDPressure]. '],
    ['of disk takes none', asks({ memory: '1Mi' }), { disk: true }, 'The node had condition: [DiskPressure]. '],
    ['takes critical ones', pod({ priority: 2_000_000_000 }), { disk: true }, undefined],
  ])('%s', (_name, of, pressure, expected) => expect(taken(of, pressure)).toBe(expected));
});
