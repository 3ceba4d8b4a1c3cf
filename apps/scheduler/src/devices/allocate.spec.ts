import type { Device, DeviceClaim, DeviceClass, ResourceSlice, ResourceV1ResourceClaim } from '@typernetes/api';
import { allocate } from './allocate';
import { allocationOf } from './allocation';
import { poolsOf } from './device-pools';
import { wantedOf, type WantedClaim } from './wanted';

const driver = 'gpu.example.com';
const classes: Record<string, DeviceClass> = {
  gpu: { spec: { selectors: [{ cel: { expression: `device.driver == "${driver}"` } }], config: [{ opaque: { driver, parameters: { mode: 'shared' } } }] } },
  big: { spec: { selectors: [{ cel: { expression: `device.capacity["${driver}"].memory.compareTo(quantity("40Gi")) >= 0` } }] } },
};
const classOf = (name: string): DeviceClass | undefined => classes[name];

const device = (name: string, numa = 0, memory = '20Gi', more: Partial<Device> = {}): Device => ({ name, attributes: { numa: { int: numa } }, capacity: { memory: { value: memory } }, ...more });
const slice = (pool: string, devices: Device[], more: Partial<ResourceSlice['spec']> = {}): ResourceSlice => ({
  metadata: { name: pool },
  spec: { driver, nodeName: 'n1', pool: { name: pool, generation: 1, resourceSliceCount: 1 }, devices, ...more },
});
const four = [slice('n1', [device('a'), device('b', 1), device('c', 1, '40Gi'), device('d')])];

const claimOf = (devices: DeviceClaim): ResourceV1ResourceClaim => ({ metadata: { name: 'c', namespace: 'ns' }, spec: { devices } });
const wanted = (devices: DeviceClaim): WantedClaim => {
  const made = wantedOf(claimOf(devices), classOf);
  if (typeof made === 'string') throw new Error(made);
  return made;
};
const one = (more: object = {}) => ({ name: 'r', exactly: { deviceClassName: 'gpu', allocationMode: 'ExactCount', count: 1, ...more } });
const attribute = (name: string): { cel: { expression: string } } => ({ cel: { expression: `device.attributes["${driver}"].numa == ${name}` } });

interface Given {
  slices?: ResourceSlice[];
  node?: { name: string; labels?: Record<string, string> };
  taken?: string[];
  used?: Record<string, number>;
}

const found = (claims: DeviceClaim[], { slices = four, node = { name: 'n1' }, taken = [], used = {} }: Given = {}): string[] | undefined =>
  allocate(claims.map(wanted), { pools: poolsOf(slices), node: { labels: {}, ...node }, taken: new Set(taken.map((name) => `${driver}/n1/${name}`)), used: new Map(Object.entries(used)) })?.map((choices) =>
    choices.map((choice) => `${choice.wanted.name}=${choice.device.device.name}`).join(),
  );

const partitions = [
  device('whole', 0, '40Gi', { consumesCounters: [{ counterSet: 'card', counters: { memory: { value: '40Gi' } } }] }),
  device('half-1', 0, '20Gi', { consumesCounters: [{ counterSet: 'card', counters: { memory: { value: '20Gi' } } }] }),
  device('half-2', 0, '20Gi', { consumesCounters: [{ counterSet: 'card', counters: { memory: { value: '20Gi' } } }] }),
];
const card = [slice('n1', partitions, { sharedCounters: [{ name: 'card', counters: { memory: { value: '40Gi' } } }] })];
const tainted = [slice('n1', [device('a', 0, '1Gi', { taints: [{ key: 'broken', effect: 'NoSchedule' }] }), device('b', 0, '1Gi', { taints: [{ key: 'noted', effect: 'None' }] })])];

test.each<[string, DeviceClaim[], Given, string[] | undefined]>([
  ['one device', [{ requests: [one()] }], {}, ['r=a']],
  ['what others have is not free', [{ requests: [one()] }], { taken: ['a', 'b'] }, ['r=c']],
  ['none is left', [{ requests: [one()] }], { taken: ['a', 'b', 'c', 'd'] }, undefined],
  ['selectors of class and request', [{ requests: [one({ deviceClassName: 'big', selectors: [attribute('1')] })] }], {}, ['r=c']],
  ['several', [{ requests: [one({ count: 3 })] }], {}, ['r=a,r=b,r=c']],
  ['too many', [{ requests: [one({ count: 5 })] }], {}, undefined],
  ['all that match', [{ requests: [one({ allocationMode: 'All', count: undefined, selectors: [attribute('0')] })] }], {}, ['r=a,r=d']],
  ['all, of which one is taken', [{ requests: [one({ allocationMode: 'All', count: undefined })] }], { taken: ['d'] }, undefined],
  ['two claims never share', [{ requests: [one()] }, { requests: [one({ count: 3 })] }], {}, ['r=a', 'r=b,r=c,r=d']],
  ['a choice is taken back for a later request', [{ requests: [one({ selectors: [attribute('1')] }), { ...one({ deviceClassName: 'gpu', selectors: [attribute('1')] }), name: 's' }], constraints: [{ distinctAttribute: `${driver}/numa` }] }], {}, undefined],
  ['one value of an attribute', [{ requests: [one(), { ...one({ deviceClassName: 'big' }), name: 's' }], constraints: [{ matchAttribute: `${driver}/numa` }] }], {}, ['r=b,s=c']],
  ['a constraint of other requests', [{ requests: [one(), { ...one({ deviceClassName: 'big' }), name: 's' }], constraints: [{ requests: ['s'], matchAttribute: `${driver}/numa` }] }], {}, ['r=a,s=c']],
  ['the first alternative that can be had', [{ requests: [{ name: 'r', firstAvailable: [{ name: 'two', deviceClassName: 'big', count: 2 }, { name: 'one', deviceClassName: 'big', count: 1 }] }] }], {}, ['r/one=c']],
  ['administrators look at what others have', [{ requests: [one({ adminAccess: true, allocationMode: 'All' })] }], { taken: ['a'] }, ['r=a,r=b,r=c,r=d']],
  ['another node', [{ requests: [one()] }], { node: { name: 'n2' } }, undefined],
  ['devices of nodes with a label', [{ requests: [one()] }], { slices: [slice('net', [device('x')], { nodeName: undefined, nodeSelector: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'rack', operator: 'In', values: ['1'] }] }] } })], node: { name: 'n9', labels: { rack: '1' } } }, ['r=x']],
  ['devices of all nodes', [{ requests: [one()] }], { slices: [slice('net', [device('x')], { nodeName: undefined, allNodes: true })], node: { name: 'n9' } }, ['r=x']],
  ['each device has its nodes', [{ requests: [one()] }], { slices: [slice('net', [device('x', 0, '1Gi', { nodeName: 'n1' }), device('y', 0, '1Gi', { nodeName: 'n9' })], { nodeName: undefined, perDeviceNodeSelection: true })], node: { name: 'n9' } }, ['r=y']],
  ['a pool of which slices are missing', [{ requests: [one()] }], { slices: [slice('n1', [device('x')], { pool: { name: 'n1', generation: 1, resourceSliceCount: 2 } })] }, undefined],
  ['the newest generation', [{ requests: [one()] }], { slices: [slice('n1', [device('new')], { pool: { name: 'n1', generation: 2, resourceSliceCount: 1 } }), ...four] }, ['r=new']],
  ['parts of one card', [{ requests: [one({ count: 2 })] }], { slices: card }, ['r=half-1,r=half-2']],
  ['half a card is in use', [{ requests: [one()] }], { slices: card, taken: ['half-1'], used: { [`${driver}/n1 card memory`]: 20 * 2 ** 30 } }, ['r=half-2']],
  ['no device with a taint', [{ requests: [one()] }], { slices: tainted }, ['r=b']],
  ['but who tolerates it', [{ requests: [one({ tolerations: [{ key: 'broken', operator: 'Exists' }] })] }], { slices: tainted }, ['r=a']],
  ['so much of a capacity', [{ requests: [one({ capacity: { requests: { [`${driver}/memory`]: '30Gi' } } })] }], {}, ['r=c']],
])('%s', (_name, claims, given, expected) => expect(found(claims, given)).toEqual(expected));

test('what the claim is told', () => {
  const claim = claimOf({ requests: [one()], config: [{ requests: ['r'], opaque: { driver, parameters: { a: 1 } } }, { requests: ['other'], opaque: { driver, parameters: {} } }] });
  const made = wantedOf(claim, classOf);
  const [choices = []] = allocate(typeof made === 'string' ? [] : [made], { pools: poolsOf(four), node: { name: 'n1', labels: {} }, taken: new Set(), used: new Map() }) ?? [];
  expect(allocationOf(claim, choices, classOf)).toEqual({
    devices: {
      results: [{ request: 'r', driver, pool: 'n1', device: 'a' }],
      config: [
        { source: 'FromClass', requests: ['r'], opaque: { driver, parameters: { mode: 'shared' } } },
        { source: 'FromClaim', requests: ['r'], opaque: { driver, parameters: { a: 1 } } },
      ],
    },
    nodeSelector: { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1'] }] }] },
  });
});

test('a class that there is not, and a selector that fails', () => {
  expect(wantedOf(claimOf({ requests: [one({ deviceClassName: 'none' })] }), classOf)).toBe('request r: device class none does not exist');
  expect(() => found([{ requests: [one({ selectors: [{ cel: { expression: `device.attributes["${driver}"].missing == 1` } }] })] }])).toThrow('no such key: missing');
});
