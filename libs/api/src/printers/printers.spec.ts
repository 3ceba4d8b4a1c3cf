import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { CoreV1Event, Node, Pod, Service } from '../generated/types';
import type { TablePrinter } from '../kind';
import { builtInKinds } from '../kinds';
import { coreEventPrinter } from './event';
import { endpointSlicePrinter, endpointsPrinter } from './endpoints';
import { nodePrinter } from './node';
import { podPrinter } from './pod';
import { servicePrinter } from './service';

const nowMs = Date.UTC(2026, 0, 2);
const created = '2026-01-01T23:55:00Z';

/** Cells by column name. */
function cellsOf<T>(printer: TablePrinter<T>, object: T): Record<string, unknown> {
  const row = printer.row(object, nowMs);
  expect(row).toHaveLength(printer.columns.length);
  return Object.fromEntries(printer.columns.map(({ name }, i) => [name, row[i]]));
}

const running = { state: { running: {} }, ready: true, restartCount: 0, image: '', imageID: '' };
const containers = (count: number): { name: string }[] => Array.from({ length: count }, (_, i) => ({ name: `c${i}` }));

function pod(change: { status?: Pod['status']; spec?: Partial<NonNullable<Pod['spec']>>; metadata?: Pod['metadata'] }): Pod {
  return { metadata: { name: 'p', creationTimestamp: created, ...change.metadata }, spec: { containers: containers(1), ...change.spec }, status: change.status };
}

const podRows: [name: string, pod: Pod, ready: string, status: string, restarts: string][] = [
  ['pending', pod({ status: { phase: 'Pending' } }), '0/1', 'Pending', '0'],
  ['running', pod({ status: { phase: 'Running', containerStatuses: [{ ...running, name: 'c0' }] } }), '1/1', 'Running', '0'],
  [
    'creating',
    pod({ status: { phase: 'Pending', containerStatuses: [{ ...running, ready: false, name: 'c0', state: { waiting: { reason: 'ContainerCreating' } } }] } }),
    '0/1',
    'ContainerCreating',
    '0',
  ],
  [
    'crash loop',
    pod({
      status: {
        phase: 'Running',
        containerStatuses: [
          { ...running, ready: false, name: 'c0', restartCount: 3, state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: { terminated: { exitCode: 1, finishedAt: '2026-01-01T23:59:00Z' } } },
        ],
      },
    }),
    '0/1',
    'CrashLoopBackOff',
    '3 (60s ago)',
  ],
  ['completed', pod({ status: { phase: 'Succeeded', containerStatuses: [{ ...running, ready: false, name: 'c0', state: { terminated: { exitCode: 0, reason: 'Completed' } } }] } }), '0/1', 'Completed', '0'],
  ['ended by a signal', pod({ status: { phase: 'Failed', containerStatuses: [{ ...running, ready: false, name: 'c0', state: { terminated: { exitCode: 137, signal: 9 } } }] } }), '0/1', 'Signal:9', '0'],
  [
    'one of two completed',
    pod({
      spec: { containers: containers(2) },
      status: {
        phase: 'Running',
        conditions: [{ type: 'Ready', status: 'False' }],
        containerStatuses: [{ ...running, ready: false, name: 'c0', state: { terminated: { exitCode: 0, reason: 'Completed' } } }, { ...running, name: 'c1' }],
      },
    }),
    '1/2',
    'NotReady',
    '0',
  ],
  [
    'initialising',
    pod({ spec: { initContainers: containers(2) }, status: { phase: 'Pending', initContainerStatuses: [{ ...running, name: 'c0', state: { terminated: { exitCode: 0 } } }, { ...running, name: 'c1', ready: false }] } }),
    '0/1',
    'Init:1/2',
    '0',
  ],
  [
    'init error',
    pod({ spec: { initContainers: containers(1) }, status: { phase: 'Pending', initContainerStatuses: [{ ...running, name: 'c0', restartCount: 2, state: { terminated: { exitCode: 1, reason: 'Error' } } }] } }),
    '0/1',
    'Init:Error',
    '2',
  ],
  [
    'with a sidecar',
    pod({
      spec: { initContainers: [{ name: 's', restartPolicy: 'Always' }] },
      status: { phase: 'Running', initContainerStatuses: [{ ...running, name: 's', started: true }], containerStatuses: [{ ...running, name: 'c0' }] },
    }),
    '2/2',
    'Running',
    '0',
  ],
  ['leaving', pod({ metadata: { deletionTimestamp: created }, status: { phase: 'Running', containerStatuses: [{ ...running, name: 'c0' }] } }), '1/1', 'Terminating', '0'],
  ['evicted', pod({ status: { phase: 'Failed', reason: 'Evicted' } }), '0/1', 'Evicted', '0'],
];

describe('pods', () => {
  test.each(podRows)('%s', (_name, subject, ready, status, restarts) => {
    expect(cellsOf(podPrinter, subject)).toMatchObject({ Ready: ready, Status: status, Restarts: restarts, Age: '5m', IP: '<none>' });
  });
});

const service = (spec: Service['spec'], status?: Service['status']): Service => ({ metadata: { name: 's', creationTimestamp: created }, spec, status });

test.each<[string, Service, object]>([
  ['cluster IP', service({ type: 'ClusterIP', clusterIP: '10.96.0.1', ports: [{ port: 80, protocol: 'TCP' }], selector: { b: '1', a: '2' } }), { 'Cluster-IP': '10.96.0.1', 'External-IP': '<none>', 'Port(s)': '80/TCP', Selector: 'a=2,b=1' }],
  ['node port', service({ type: 'NodePort', ports: [{ port: 8080, nodePort: 30001, protocol: 'TCP' }, { port: 53, protocol: 'UDP' }] }), { 'Port(s)': '8080:30001/TCP,53/UDP' }],
  ['waiting load balancer', service({ type: 'LoadBalancer' }), { 'External-IP': '<pending>', 'Port(s)': '<none>' }],
  ['load balancer', service({ type: 'LoadBalancer' }, { loadBalancer: { ingress: [{ ip: '172.30.200.1' }] } }), { 'External-IP': '172.30.200.1' }],
  ['external name', service({ type: 'ExternalName', externalName: 'example.com' }), { 'Cluster-IP': '<none>', 'External-IP': 'example.com' }],
])('Services: %s', (_name, subject, expected) => expect(cellsOf(servicePrinter, subject)).toMatchObject(expected));

test('nodes', () => {
  const node: Node = {
    metadata: { name: 'n', creationTimestamp: created, labels: { 'node-role.kubernetes.io/worker': '', 'node-role.kubernetes.io/edge': '' } },
    spec: { unschedulable: true },
    status: { conditions: [{ type: 'Ready', status: 'Unknown' }], addresses: [{ type: 'InternalIP', address: '172.30.1.1' }] },
  };
  expect(cellsOf(nodePrinter, node)).toMatchObject({ Status: 'NotReady,SchedulingDisabled', Roles: 'edge,worker', 'Internal-IP': '172.30.1.1', 'External-IP': '<none>', 'OS-Image': '<unknown>' });
});

test('endpoints show three and count the rest', () => {
  const addresses = ['1', '2', '3', '4', '5'].map((last) => ({ ip: `10.244.0.${last}` }));
  expect(cellsOf(endpointsPrinter, { metadata: { name: 'e' }, subsets: [{ addresses, ports: [{ port: 80 }] }] })).toMatchObject({
    Endpoints: '10.244.0.1:80,10.244.0.2:80,10.244.0.3:80 + 2 more...',
    Age: '<unknown>',
  });
  expect(cellsOf(endpointSlicePrinter, { addressType: 'IPv4', endpoints: [], ports: [] })).toMatchObject({ Ports: '<unset>', Endpoints: '<unset>' });
});

test('events', () => {
  const event: CoreV1Event = {
    metadata: { name: 'p.1' },
    involvedObject: { kind: 'Pod', name: 'p', fieldPath: 'spec.containers{c}' },
    lastTimestamp: '2026-01-01T23:59:30Z',
    firstTimestamp: created,
    count: 4,
    type: 'Warning',
    reason: 'BackOff',
    message: 'Back-off\n',
    source: { component: 'kubelet', host: 'n' },
  };
  expect(cellsOf(coreEventPrinter, event)).toMatchObject({ 'Last Seen': '30s', Object: 'pod/p', Source: 'kubelet, n', 'First Seen': '5m', Count: '4', Message: 'Back-off' });
});

/** Our kinds by the reference's names. */
const referenceNames: Readonly<Record<string, string>> = {
  Endpoints: 'endpoint',
  RoleBinding: 'roleBindings',
  ClusterRoleBinding: 'clusterRoleBindings',
  MutatingWebhookConfiguration: 'mutatingWebhook',
  ValidatingWebhookConfiguration: 'validatingWebhook',
  PriorityLevelConfiguration: 'priorityLevel',
  CSINode: 'csiNode',
  CSIStorageCapacity: 'csiStorageCapacity',
  ResourceSlice: 'nodeResourceSlice',
  DeviceTaintRule: 'deviceTaint',
  IPAddress: 'ipAddress',
};

/** The reference says nothing of these. */
const notInReference: ReadonlySet<string> = new Set([
  'APIService',
  'CSIDriver',
  'ControllerRevision',
  'MutatingAdmissionPolicy',
  'MutatingAdmissionPolicyBinding',
  'NetworkPolicy',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
]);
const reference = path.resolve(__dirname, '../../../../../shared/reference/kubernetes-1.36/printer-columns.json');
const isThere = existsSync(reference);

test(`columns are those of the v1.36 reference${isThere ? '' : ', which is not here: nothing is compared'}`, () => {
  if (!isThere) return;
  const expected = JSON.parse(readFileSync(reference, 'utf8')) as Record<string, { name: string; type: string; format: string; priority: number }[]>;
  for (const { kind, printer } of builtInKinds) {
    if (!printer || notInReference.has(kind)) continue;
    const columns = expected[referenceNames[kind] ?? kind.charAt(0).toLowerCase() + kind.slice(1)];
    expect([kind, printer.columns.map(({ name, type, format, priority }) => ({ name, type, format, priority }))]).toEqual([kind, columns]);
  }
});
