import { deepCopy, formatFieldError, type FieldError } from '@typernetes/machinery';
import * as defaults from '../defaults';
import type { DeviceClaim, Device, ResourceClaimStatus, ResourceSliceSpec, ResourceV1ResourceClaim } from '../generated/types';
import { resourceSlice } from '../resource/kinds';
import { resourceClaimPrinter } from '../printers/dynamic-resources';
import * as validation from './index';

const texts = (errors: FieldError[]): string[] => errors.map(formatFieldError);
const exactly = { deviceClassName: 'gpu' };

function claimOf(devices: DeviceClaim, status?: ResourceClaimStatus): ResourceV1ResourceClaim {
  const claim: ResourceV1ResourceClaim = deepCopy({ metadata: { name: 'c' }, spec: { devices }, ...(status ? { status } : {}) });
  defaults.defaultResourceClaim(claim);
  return claim;
}

test('a request is for one device unless it says otherwise', () => {
  const claim = claimOf({ requests: [{ name: 'r', exactly }, { name: 's', firstAvailable: [{ name: 'a', deviceClassName: 'gpu', allocationMode: 'All', tolerations: [{ key: 'k' }] }] }] });
  expect(claim.spec.devices?.requests).toEqual([
    { name: 'r', exactly: { ...exactly, allocationMode: 'ExactCount', count: 1 } },
    { name: 's', firstAvailable: [{ name: 'a', deviceClassName: 'gpu', allocationMode: 'All', tolerations: [{ key: 'k', operator: 'Equal' }] }] },
  ]);
});

const first = 'spec.devices.requests[0]';

test.each<[string, DeviceClaim, string[]]>([
  ['fine', { requests: [{ name: 'r', exactly }], constraints: [{ requests: ['r'], matchAttribute: 'a/b' }], config: [{ opaque: { driver: 'd', parameters: {} } }] }, []],
  ['nothing wanted', { requests: [{ name: 'r' }] }, [`${first}: Required value: exactly one of \`exactly\` or \`firstAvailable\` is required`]],
  ['a class', { requests: [{ name: 'r', exactly: { deviceClassName: '' } }] }, [`${first}.exactly.deviceClassName: Required value`]],
  ['a mode', { requests: [{ name: 'r', exactly: { ...exactly, allocationMode: 'Most' } }] }, [`${first}.exactly.allocationMode: Unsupported value: "Most": supported values: "All", "ExactCount"`]],
  ['a count of all', { requests: [{ name: 'r', exactly: { ...exactly, allocationMode: 'All', count: 2 } }] }, [`${first}.exactly.count: Invalid value: 2: must not be specified when allocationMode is 'All'`]],
  ['a count', { requests: [{ name: 'r', exactly: { ...exactly, count: -1 } }] }, [`${first}.exactly.count: Invalid value: -1: must be greater than zero`]],
  ['one name twice', { requests: [{ name: 'r', exactly }, { name: 'r', exactly }] }, ['spec.devices.requests[1].name: Duplicate value: "r"']],
  ['an unknown request', { requests: [{ name: 'r', exactly }], constraints: [{ requests: ['x'], matchAttribute: 'a/b' }] }, [`spec.devices.constraints[0].requests[0]: Invalid value: "x": must be the name of a request in the claim or the name of a request and a subrequest separated by '/'`]],
  ['no parameters', { config: [{ opaque: { driver: 'd', parameters: null } }] }, ['spec.devices.config[0].opaque.parameters: Required value']],
])('claim: %s', (_name, devices, expected) => expect(texts(validation.validateResourceClaimCreate(claimOf(devices)))).toEqual(expected));

test('a claim keeps its spec, a used one its allocation', () => {
  const requests = [{ name: 'r', exactly }];
  const before = claimOf({ requests });
  expect(texts(validation.validateResourceClaimUpdate(claimOf({}), before))).toEqual([expect.stringMatching(/^spec: Invalid value: .*field is immutable$/)]);
  const consumer = { resource: 'pods', name: 'p', uid: 'u' };
  expect(texts(validation.validateResourceClaimStatusUpdate(claimOf({ requests }, { reservedFor: [consumer] }), before))).toEqual(['status.reservedFor: Forbidden: may not be specified when `allocated` is not set']);
  const allocation = { devices: { results: [{ request: 'r', driver: 'd', pool: 'p', device: 'x' }] } };
  const allocated = claimOf({ requests }, { allocation, reservedFor: [consumer] });
  expect(validation.validateResourceClaimStatusUpdate(allocated, before)).toEqual([]);
  expect(resourceClaimPrinter.row(allocated, 0)[1]).toBe('allocated,reserved');
  const other = claimOf({ requests }, { allocation: { devices: { results: [{ request: 'r', driver: 'd', pool: 'p', device: 'y' }] } } });
  expect(texts(validation.validateResourceClaimStatusUpdate(other, allocated))).toEqual([expect.stringMatching(/^status.allocation: Invalid value: .*field is immutable$/)]);
});

const device: Device = { name: 'x' };
const slice = (change: Partial<ResourceSliceSpec>): { spec: ResourceSliceSpec } => ({ spec: { driver: 'd', pool: { name: 'p', generation: 1, resourceSliceCount: 1 }, nodeName: 'n', devices: [device], ...change } });

test.each<[string, Partial<ResourceSliceSpec>, string[]]>([
  ['fine', {}, []],
  ['a driver', { driver: '' }, ['spec.driver: Required value']],
  ['a pool', { pool: { name: 'a/b', generation: 1, resourceSliceCount: 0 } }, ['spec.pool.resourceSliceCount: Invalid value: 0: must be greater than zero']],
  ['a node', { nodeName: undefined }, ['spec: Required value: exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required']],
  ['one kind of node', { allNodes: true }, ['spec: Invalid value: "{...}": exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required, but multiple fields are set']],
  ['one device twice', { devices: [device, device] }, ['spec.devices[1].name: Duplicate value: "x"']],
  ['an attribute', { devices: [{ name: 'x', attributes: { a: {} } }] }, ['spec.devices[0].attributes[a]: Required value: exactly one value must be specified']],
  ['an effect', { devices: [{ name: 'x', taints: [{ key: 'k', effect: 'PreferNoSchedule' }] }] }, ['spec.devices[0].taints[0].effect: Unsupported value: "PreferNoSchedule": supported values: "NoExecute", "NoSchedule", "None"']],
])('slice: %s', (_name, change, expected) => expect(texts(validation.validateResourceSliceCreate(slice(change)))).toEqual(expected));

test('a slice stays its driver\'s, and taints have the time they were added', () => {
  expect(texts(validation.validateResourceSliceUpdate(slice({ driver: 'e' }), slice({})))).toEqual(['spec.driver: Invalid value: "e": field is immutable']);
  const tainted = { metadata: { name: 's' }, ...slice({ devices: [{ name: 'x', taints: [{ key: 'k', effect: 'None' }] }] }) };
  resourceSlice.strategy.prepareForCreate?.(tainted, { now: 'now', user: { name: 'u', groups: [] } });
  expect(tainted).toMatchObject({ metadata: { generation: 1 }, spec: { devices: [{ taints: [{ timeAdded: 'now' }] }] } });
});
