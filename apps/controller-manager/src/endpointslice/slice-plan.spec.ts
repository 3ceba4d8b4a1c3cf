import type { Endpoint, EndpointSlice } from '@typernetes/api';
import type { SlicePlan, SliceSet } from './slice-plan';
import { planSliceSet } from './slice-plan';

const set: SliceSet = {
  name: 'web',
  namespace: 'default',
  owner: { apiVersion: 'v1', kind: 'Service', name: 'web', uid: 'u' },
  labels: { 'kubernetes.io/service-name': 'web' },
  addressType: 'IPv4',
};
const http = [{ name: 'http', port: 80, protocol: 'TCP' }];
const other = [{ name: 'http', port: 81, protocol: 'TCP' }];
const endpoints = (from: number, count: number): Endpoint[] => Array.from({ length: count }, (_, i) => ({ addresses: [`10.0.0.${from + i}`], conditions: { ready: true } }));
const slice = (name: string, list: Endpoint[], ports = http): EndpointSlice => ({ metadata: { name, labels: set.labels }, addressType: 'IPv4', endpoints: list, ports });

const sizes = (slices: EndpointSlice[]): number[] => slices.map((each) => each.endpoints?.length ?? 0);
const names = (slices: EndpointSlice[]): (string | undefined)[] => slices.map(({ metadata }) => metadata?.name);
const shape = (plan: SlicePlan) => ({ create: sizes(plan.create), update: names(plan.update), delete: names(plan.delete) });

describe('planSliceSet', () => {
  const rows: [string, Parameters<typeof planSliceSet>[1], EndpointSlice[], ReturnType<typeof shape>][] = [
    ['the first', [{ ports: http, endpoints: endpoints(0, 2) }], [], { create: [2], update: [], delete: [] }],
    ['more than one slice holds', [{ ports: http, endpoints: endpoints(0, 250) }], [], { create: [100, 100, 50], update: [], delete: [] }],
    ['nothing to do', [{ ports: http, endpoints: endpoints(0, 2) }], [slice('a', endpoints(0, 2))], { create: [], update: [], delete: [] }],
    ['one more goes where there is room', [{ ports: http, endpoints: endpoints(0, 152) }], [slice('a', endpoints(0, 100)), slice('b', endpoints(100, 50))], { create: [], update: ['b'], delete: [] }],
    ['one less changes only its own slice', [{ ports: http, endpoints: endpoints(1, 149) }], [slice('a', endpoints(0, 100)), slice('b', endpoints(100, 50))], { create: [], update: ['a'], delete: [] }],
    ['an empty slice goes', [{ ports: http, endpoints: endpoints(0, 100) }], [slice('a', endpoints(0, 100)), slice('b', endpoints(100, 1))], { create: [], update: [], delete: ['b'] }],
    ['other ports are another slice', [{ ports: other, endpoints: endpoints(0, 1) }], [slice('a', endpoints(0, 1))], { create: [1], update: [], delete: ['a'] }],
    ['an empty group has one empty slice', [{ ports: [], endpoints: [] }], [], { create: [0], update: [], delete: [] }],
    ['and keeps it', [{ ports: [], endpoints: [] }], [slice('a', [], [])], { create: [], update: [], delete: [] }],
    ['no group, no slice', [], [slice('a', endpoints(0, 1))], { create: [], update: [], delete: ['a'] }],
  ];
  test.each(rows)('%s', (_name, groups, existing, expected) => expect(shape(planSliceSet(set, groups, existing))).toEqual(expected));

  test('a changed condition updates in place', () => {
    const notReady = endpoints(0, 2).map((endpoint, i) => (i ? endpoint : { ...endpoint, conditions: { ready: false } }));
    const { update } = planSliceSet(set, [{ ports: http, endpoints: notReady }], [slice('a', endpoints(0, 2))]);
    expect(update[0]?.endpoints).toEqual(notReady);
  });
});
