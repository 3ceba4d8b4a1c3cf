import {
  compareQuantities,
  fieldError,
  isPodLevelResource,
  tryParseQuantity,
  validateQualifiedName,
  type Quantity,
} from '@typernetes/machinery';
import type { ResourceRequirements } from '../generated/types';
import { checkWith, mustNotBeNegative, type Errors } from './checks';

const standardForContainers = new Set(['cpu', 'memory', 'ephemeral-storage']);
const isHugePages = (name: string): boolean => name.startsWith('hugepages-');
const isStandard = (name: string): boolean => standardForContainers.has(name) || isHugePages(name);
const isNative = (name: string): boolean => !name.includes('/') || name.includes('kubernetes.io/');
/** Whole devices and pages: the node cannot promise more of them than it has. */
const isOvercommitable = (name: string): boolean => isNative(name) && !isHugePages(name);
const isInteger = (name: string): boolean => !isNative(name);

const whole = 1_000_000_000n;

function checkName(out: Errors, field: string, name: string): void {
  const before = out.length;
  checkWith(out, field, name, validateQualifiedName);
  if (out.length > before) return;
  if (!name.includes('/') && !isStandard(name)) out.push(fieldError.invalid(field, name, 'must be a standard resource for containers'));
}

function checkAmount(out: Errors, field: string, { name, text }: { name: string; text: string }): Quantity | undefined {
  const quantity = tryParseQuantity(text);
  if (!quantity) return undefined;
  if (quantity.nanos < 0n) out.push(fieldError.invalid(field, text, mustNotBeNegative));
  if (isInteger(name) && quantity.nanos % whole !== 0n) out.push(fieldError.invalid(field, text, 'must be an integer'));
  return quantity;
}

/** Amounts by name of a resource: limits, requests, overhead. */
export function checkResourceList(out: Errors, field: string, list: Record<string, string> | undefined): void {
  for (const name in list) {
    checkName(out, `${field}[${name}]`, name);
    checkAmount(out, `${field}[${name}]`, { name, text: list[name] ?? '' });
  }
}

function checkRequestAgainstLimit(out: Errors, field: string, { name, request, limit }: { name: string; request: string; limit: string | undefined }): void {
  if (limit === undefined) {
    if (!isOvercommitable(name)) out.push(fieldError.required(`${field}.limits`, 'Limit must be set for non overcommitable resources'));
    return;
  }
  const [asked, most] = [tryParseQuantity(request), tryParseQuantity(limit)];
  if (!asked || !most) return;
  const order = compareQuantities(asked, most);
  if (!isOvercommitable(name) && order !== 0) {
    out.push(fieldError.invalid(`${field}.requests`, request, `must be equal to ${name} limit of ${limit}`));
  } else if (order > 0) {
    out.push(fieldError.invalid(`${field}.requests`, request, `must be less than or equal to ${name} limit of ${limit}`));
  }
}

/** Requests and limits of a container. */
export function checkResources(out: Errors, field: string, resources: ResourceRequirements | undefined): void {
  if (!resources) return;
  const { requests = {}, limits = {} } = resources;
  checkResourceList(out, `${field}.limits`, limits);
  checkResourceList(out, `${field}.requests`, requests);
  for (const name in requests) checkRequestAgainstLimit(out, field, { name, request: requests[name] ?? '', limit: limits[name] });
  const names = [...Object.keys(requests), ...Object.keys(limits)];
  if (names.some(isHugePages) && !names.some((name) => name === 'cpu' || name === 'memory')) {
    out.push(fieldError.forbidden(field, 'HugePages require cpu or memory'));
  }
}

/** Requests and limits of a pod as a whole (KEP-2837). */
export function checkPodResources(out: Errors, field: string, resources: ResourceRequirements | undefined): void {
  if (!resources) return;
  checkResources(out, field, resources);
  for (const side of ['limits', 'requests'] as const) {
    for (const name in resources[side]) {
      if (!isPodLevelResource(name)) out.push(fieldError.notSupported(`${field}.${side}[${name}]`, name, ['cpu', 'hugepages-', 'memory']));
    }
  }
  if (resources.claims?.length) out.push(fieldError.forbidden(`${field}.claims`, 'claims may not be set for Resources at pod-level'));
}
