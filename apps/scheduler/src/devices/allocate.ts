import type { DeviceAttribute, DeviceConstraint } from '@typernetes/api';
import { compareQuantities, parseQuantity, quantityToNumber, type SelectableNode } from '@typernetes/machinery';
import type { Choice } from './allocation';
import { counterKey, reaches, type DeviceId, type Pool, type PooledDevice } from './device-pools';
import { isSelected, isTolerated, type Wanted, type WantedClaim } from './wanted';

/**
 * Finds devices for claims (KEP-4381 "Structured parameters"): a search in depth, request by request and device by
 * device, that takes a choice back when what comes after it finds nothing. Alternatives of a request are tried in
 * their order, so the first allocation that is found is the one that the claim prefers.
 */
export interface Supply {
  readonly pools: readonly Pool[];
  readonly node: SelectableNode;
  /** Devices that others have. */
  readonly taken: ReadonlySet<DeviceId>;
  /** `driver/pool set counter` to what is used of it. */
  readonly used: ReadonlyMap<string, number>;
}

/** Most devices of one claim, upstream's. */
export const devicesPerClaimMax = 32;

/** Choices tried for one node: beyond that the claims count as not allocatable there. */
const stepsMax = 20_000;

export const usageKey = ({ driver, name }: Pool, key: string): string => `${driver}/${name} ${key}`;

/**
 * @returns the choices of each claim, in their order; undefined when the node has not what it takes
 * @throws CelError when a selector fails for a device
 */
export function allocate(claims: readonly WantedClaim[], supply: Supply): Choice[][] | undefined {
  return new Search(claims, supply).run();
}

interface Constraint {
  readonly rule: DeviceConstraint;
  readonly chosen: Choice[];
}

class Search {
  private readonly mine = new Set<DeviceId>();
  private readonly usage: Map<string, number>;
  private readonly choices: Choice[][];
  private readonly constraints: Constraint[][];
  private readonly reachable: PooledDevice[];
  private steps = 0;

  constructor(
    private readonly claims: readonly WantedClaim[],
    private readonly supply: Supply,
  ) {
    this.usage = new Map(supply.used);
    this.choices = claims.map(() => []);
    this.constraints = claims.map(({ constraints }) => constraints.map((rule) => ({ rule, chosen: [] })));
    this.reachable = supply.pools.filter(({ problem }) => !problem).flatMap(({ devices }) => devices.filter((device) => reaches(supply.node, device)));
  }

  run(): Choice[][] | undefined {
    return this.fromRequest(0, 0) ? this.choices : undefined;
  }

  /** Allocates this request of this claim and all that come after. */
  private fromRequest(claim: number, request: number): boolean {
    const wanted = this.claims[claim];
    if (!wanted) return true;
    const alternatives = wanted.requests[request];
    if (!alternatives) return this.fromRequest(claim + 1, 0);
    const next = (): boolean => this.fromRequest(claim, request + 1);
    return alternatives.some((alternative) => (alternative.count === undefined ? this.all(claim, alternative, next) : this.some(claim, alternative, { from: 0, left: alternative.count }, next)));
  }

  /** Takes `left` more devices, of those from `from` on: no set of devices is tried in two orders. */
  private some(claim: number, wanted: Wanted, { from, left }: { from: number; left: number }, next: () => boolean): boolean {
    if (left === 0) return next();
    for (let i = from; i <= this.reachable.length - left; i++) {
      const device = this.reachable[i];
      if (!device || !this.take(claim, wanted, device)) continue;
      if (this.some(claim, wanted, { from: i + 1, left: left - 1 }, next)) return true;
      this.giveBack(claim, device);
    }
    return false;
  }

  /** Takes each device that fits, or none: at least one, and all pools of the node must be known completely. */
  private all(claim: number, wanted: Wanted, next: () => boolean): boolean {
    const { pools, node } = this.supply;
    if (pools.some(({ problem, devices }) => problem && devices.some((device) => reaches(node, device)))) return false;
    const matching = this.reachable.filter((device) => fits(wanted, device));
    const taken: PooledDevice[] = [];
    for (const device of matching) {
      if (!this.take(claim, wanted, device)) break;
      taken.push(device);
    }
    if (matching.length > 0 && taken.length === matching.length && next()) return true;
    for (const device of taken.reverse()) this.giveBack(claim, device);
    return false;
  }

  private take(claim: number, wanted: Wanted, device: PooledDevice): boolean {
    if (++this.steps > stepsMax) return false;
    const choices = this.choices[claim] ?? [];
    if (choices.length >= devicesPerClaimMax) return false;
    if (!wanted.adminAccess && (this.supply.taken.has(device.id) || this.mine.has(device.id))) return false;
    if (!fits(wanted, device) || !isTolerated(device, wanted.tolerations)) return false;
    const choice: Choice = { wanted, device };
    const constraints = (this.constraints[claim] ?? []).filter(({ rule }) => isMeant(rule, wanted));
    if (!constraints.every(({ rule, chosen }) => holds(rule, chosen, device))) return false;
    if (!wanted.adminAccess && !this.consume(device)) return false;
    for (const { chosen } of constraints) chosen.push(choice);
    choices.push(choice);
    if (!wanted.adminAccess) this.mine.add(device.id);
    return true;
  }

  private giveBack(claim: number, device: PooledDevice): void {
    const choice = this.choices[claim]?.pop();
    if (!choice) return;
    for (const { chosen } of this.constraints[claim] ?? []) if (chosen.at(-1) === choice) chosen.pop();
    if (choice.wanted.adminAccess) return;
    this.mine.delete(device.id);
    for (const [key, amount] of consumptionOf(device)) this.usage.set(key, (this.usage.get(key) ?? 0) - amount);
  }

  /** Counts what the device takes of its pool's counters, if there is enough left. */
  private consume(device: PooledDevice): boolean {
    const amounts = consumptionOf(device);
    const isEnough = amounts.every(([key, amount, size]) => (this.usage.get(key) ?? 0) + amount <= size);
    if (isEnough) for (const [key, amount] of amounts) this.usage.set(key, (this.usage.get(key) ?? 0) + amount);
    return isEnough;
  }
}

/** What a device takes of counters: key, amount and the counter's size. */
export function consumptionOf({ device, pool }: PooledDevice): [key: string, amount: number, size: number][] {
  return (device.consumesCounters ?? []).flatMap(({ counterSet, counters }) =>
    Object.entries(counters).map(([counter, { value }]): [string, number, number] => {
      const key = counterKey(counterSet, counter);
      return [usageKey(pool, key), quantityToNumber(value, 'one'), pool.counters.get(key) ?? 0];
    }),
  );
}

const fits = ({ selectors, capacity }: Wanted, device: PooledDevice): boolean => isSelected(device, selectors) && hasCapacity(device, capacity);

function hasCapacity({ driver, device }: PooledDevice, wanted: Wanted['capacity']): boolean {
  return Object.entries(wanted).every(([name, amount]) => {
    const offered = lookUp(device.capacity, driver, name)?.value;
    return offered !== undefined && compareQuantities(parseQuantity(offered), parseQuantity(amount)) >= 0;
  });
}

/** By its qualified name; what has no domain belongs to the driver's. */
function lookUp<T>(entries: Readonly<Record<string, T>> | undefined, driver: string, qualified: string): T | undefined {
  const own = qualified.startsWith(`${driver}/`) ? qualified.slice(driver.length + 1) : undefined;
  return entries?.[qualified] ?? (own === undefined ? undefined : entries?.[own]);
}

const isMeant = ({ requests = [] }: DeviceConstraint, { name, parent }: Wanted): boolean => requests.length === 0 || requests.includes(name) || requests.includes(parent);

/** All devices have the attribute, with one value (matchAttribute) or each with another (distinctAttribute). */
function holds({ matchAttribute, distinctAttribute }: DeviceConstraint, chosen: readonly Choice[], device: PooledDevice): boolean {
  const name = matchAttribute ?? distinctAttribute ?? '';
  const valueOf = (one: PooledDevice): string | undefined => textOf(lookUp(one.device.attributes, one.driver, name));
  const value = valueOf(device);
  if (value === undefined) return false;
  return chosen.every((choice) => (valueOf(choice.device) === value) === (matchAttribute !== undefined));
}

/** Equal for equal values of one type. */
const textOf = (attribute: DeviceAttribute | undefined): string | undefined => (attribute ? JSON.stringify(Object.entries(attribute).sort()) : undefined);
