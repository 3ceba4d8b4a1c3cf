import type { DeviceClass, DeviceConstraint, DeviceSubRequest, DeviceToleration, ExactDeviceRequest, ResourceV1ResourceClaim } from '@typernetes/api';
import { compileDeviceSelector, type DeviceSelectorProgram } from '@typernetes/cel';
import type { PooledDevice } from './device-pools';

/** So many devices of a kind: a request, or one alternative of it. */
export interface Wanted {
  /** `request`, or `request/alternative`. */
  readonly name: string;
  readonly parent: string;
  readonly className: string;
  readonly selectors: readonly string[];
  /** All that there are, when undefined. */
  readonly count: number | undefined;
  /** Devices are looked at, not used: it does not matter who has them. */
  readonly adminAccess: boolean;
  readonly tolerations: readonly DeviceToleration[];
  /** At least so much of a capacity, `domain/name` to quantity. */
  readonly capacity: Readonly<Record<string, string>>;
}

/** A claim, ready to be allocated: each request with its alternatives, the best first. */
export interface WantedClaim {
  readonly claim: ResourceV1ResourceClaim;
  readonly requests: readonly (readonly Wanted[])[];
  readonly constraints: readonly DeviceConstraint[];
}

/** What a claim asks for, its classes looked up; a text that says why that makes no sense (yet). */
export function wantedOf(claim: ResourceV1ResourceClaim, classOf: (name: string) => DeviceClass | undefined): WantedClaim | string {
  const { requests = [], constraints = [] } = claim.spec.devices ?? {};
  const all: Wanted[][] = [];
  for (const { name, exactly, firstAvailable = [] } of requests) {
    const alternatives = exactly ? [wanted(name, name, exactly)] : firstAvailable.map((one) => wanted(`${name}/${one.name}`, name, one));
    for (const { className } of alternatives) {
      if (!classOf(className)) return `request ${name}: device class ${className} does not exist`;
    }
    all.push(alternatives.map((one) => ({ ...one, selectors: [...expressionsOf(classOf(one.className)?.spec.selectors), ...one.selectors] })));
  }
  return { claim, requests: all, constraints };
}

function wanted(name: string, parent: string, request: ExactDeviceRequest | DeviceSubRequest): Wanted {
  return {
    name,
    parent,
    className: request.deviceClassName,
    selectors: expressionsOf(request.selectors),
    count: request.allocationMode === 'All' ? undefined : (request.count ?? 1),
    adminAccess: 'adminAccess' in request && request.adminAccess === true,
    tolerations: request.tolerations ?? [],
    capacity: request.capacity?.requests ?? {},
  };
}

const expressionsOf = (selectors: readonly { cel?: { expression: string } }[] = []): string[] => selectors.flatMap(({ cel }) => (cel ? [cel.expression] : []));

const programOf = (expression: string): DeviceSelectorProgram => compileDeviceSelector(expression);

/** Answers by device: a device never changes, a new slice brings new ones. */
const answers = new WeakMap<object, Map<string, boolean>>();

/**
 * Whether all expressions are true for the device. Asked once for each device, however many nodes and pods are looked at.
 *
 * @throws CelError when one fails
 */
export function isSelected({ driver, device }: PooledDevice, expressions: readonly string[]): boolean {
  let known = answers.get(device);
  if (!known) answers.set(device, (known = new Map()));
  for (const expression of expressions) {
    const key = `${driver} ${expression}`;
    let answer = known.get(key);
    if (answer === undefined) known.set(key, (answer = programOf(expression).matches(driver, device)));
    if (!answer) return false;
  }
  return true;
}

/** Whether the request puts up with what is wrong with the device (KEP-5055). */
export function isTolerated({ device }: PooledDevice, tolerations: readonly DeviceToleration[]): boolean {
  return (device.taints ?? []).every(({ key, value = '', effect }) => {
    if (effect !== 'NoSchedule' && effect !== 'NoExecute') return true;
    return tolerations.some((toleration) => (!toleration.effect || toleration.effect === effect) && (toleration.key ? toleration.key === key : true) && (toleration.operator === 'Exists' || (toleration.value ?? '') === value));
  });
}
