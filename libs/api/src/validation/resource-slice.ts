import { fieldError, validateDns1123Label, validateDns1123Subdomain, type FieldError } from '@typernetes/machinery';
import type { Device, ResourceSlice, ResourceSliceSpec } from '../generated/types';
import { checkImmutable, checkOneOf, checkRequired, checkRequiredWith, type Errors } from './checks';
import { checkDriverName } from './dynamic-resources';

const devicesMax = 128;
/** Of devices with taints or counters. */
const bigDevicesMax = 64;
const attributesMax = 32;
const taintsMax = 16;
const poolNameBytesMax = 253;

function tooMany(field: string, count: number, max: number): FieldError {
  return { type: 'TooMany', field, value: count, detail: `must have at most ${max} items` };
}

function checkPool(out: Errors, { pool }: ResourceSliceSpec): void {
  const { name = '', resourceSliceCount = 0, generation = 0 } = pool ?? {};
  if (checkRequired(out, 'spec.pool.name', name)) {
    if (Buffer.byteLength(name) > poolNameBytesMax) out.push({ type: 'TooLong', field: 'spec.pool.name', detail: `may not be more than ${poolNameBytesMax} bytes` });
    for (const part of name.split('/')) for (const text of validateDns1123Subdomain(part)) out.push(fieldError.invalid('spec.pool.name', part, text));
  }
  if (resourceSliceCount <= 0) out.push(fieldError.invalid('spec.pool.resourceSliceCount', resourceSliceCount, 'must be greater than zero'));
  if (generation < 0) out.push(fieldError.invalid('spec.pool.generation', generation, 'must be greater than or equal to zero'));
}

function checkNodes(out: Errors, spec: ResourceSliceSpec): void {
  const { nodeName, nodeSelector, allNodes, perDeviceNodeSelection } = spec;
  const count = [nodeName, nodeSelector, allNodes, perDeviceNodeSelection].filter(Boolean).length;
  const names = '`nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection`';
  if (count === 0) out.push(fieldError.required('spec', `exactly one of ${names} is required`));
  if (count > 1) out.push(fieldError.invalid('spec', '{...}', `exactly one of ${names} is required, but multiple fields are set`));
  if (nodeName) for (const text of validateDns1123Subdomain(nodeName)) out.push(fieldError.invalid('spec.nodeName', nodeName, text));
}

function checkDevice(out: Errors, field: string, { name, attributes = {}, capacity = {}, taints = [] }: Device): void {
  checkRequiredWith(out, `${field}.name`, name, validateDns1123Label);
  const count = Object.keys(attributes).length + Object.keys(capacity).length;
  if (count > attributesMax) out.push(fieldError.invalid(field, count, `the total number of attributes and capacities must not exceed ${attributesMax}`));
  for (const [key, value] of Object.entries(attributes)) {
    const set = Object.values(value).filter((one) => one !== undefined && one !== null).length;
    if (set === 0) out.push(fieldError.required(`${field}.attributes[${key}]`, 'exactly one value must be specified'));
    if (set > 1) out.push(fieldError.invalid(`${field}.attributes[${key}]`, value, 'exactly one value must be specified'));
  }
  if (taints.length > taintsMax) out.push(tooMany(`${field}.taints`, taints.length, taintsMax));
  taints.forEach(({ key, effect }, i) => {
    checkRequired(out, `${field}.taints[${i}].key`, key);
    if (checkRequired(out, `${field}.taints[${i}].effect`, effect)) checkOneOf(out, `${field}.taints[${i}].effect`, effect, ['NoExecute', 'NoSchedule', 'None']);
  });
}

function checkDevices(out: Errors, devices: readonly Device[]): void {
  const isBig = devices.some(({ taints, consumesCounters }) => (taints?.length ?? 0) + (consumesCounters?.length ?? 0) > 0);
  const max = isBig ? bigDevicesMax : devicesMax;
  if (devices.length > max) out.push(tooMany('spec.devices', devices.length, max));
  const seen = new Set<string>();
  devices.forEach((device, i) => {
    checkDevice(out, `spec.devices[${i}]`, device);
    if (seen.has(device.name)) out.push(fieldError.duplicate(`spec.devices[${i}].name`, device.name));
    seen.add(device.name);
  });
}

export function validateResourceSliceCreate({ spec }: ResourceSlice): FieldError[] {
  const out: Errors = [];
  checkDriverName(out, 'spec.driver', spec?.driver);
  if (spec) checkPool(out, spec);
  if (spec) checkNodes(out, spec);
  checkDevices(out, spec?.devices ?? []);
  return out;
}

/** A slice stays one of its driver, pool and node. */
export function validateResourceSliceUpdate(next: ResourceSlice, previous: ResourceSlice): FieldError[] {
  const out = validateResourceSliceCreate(next);
  checkImmutable(out, 'spec.driver', [next.spec?.driver, previous.spec?.driver]);
  checkImmutable(out, 'spec.pool.name', [next.spec?.pool?.name, previous.spec?.pool?.name]);
  checkImmutable(out, 'spec.nodeName', [next.spec?.nodeName, previous.spec?.nodeName]);
  return out;
}
