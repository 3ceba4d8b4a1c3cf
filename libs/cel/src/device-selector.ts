import type { Environment } from '@marcbachmann/cel-js';
import { parseQuantity } from '@typernetes/machinery';
import { compileExpression } from './compile';
import { newEnvironment } from './environment';
import { CelError } from './errors';
import { QuantityValue } from './functions/quantities';

/** What an expression of DeviceClasses and claims may look at: resource.k8s.io/v1 Device, as far as it describes itself. */
export interface SelectableDevice {
  readonly attributes?: Readonly<Record<string, DeviceAttributeLike>>;
  readonly capacity?: Readonly<Record<string, { readonly value: string }>>;
  readonly allowMultipleAllocations?: boolean;
}

/** One of them is set. */
export interface DeviceAttributeLike {
  readonly bool?: boolean;
  readonly int?: number;
  readonly string?: string;
  readonly version?: string;
}

export interface DeviceSelectorProgram {
  /** @throws CelError when the expression fails for this device */
  matches(driver: string, device: SelectableDevice): boolean;
}

/** What the driver's own attributes and capacities are filed under when their names have no domain. */
class ByDomain<T> extends Map<string, ReadonlyMap<string, T>> {
  static {
    // The library tells a map by its constructor.
    this.prototype.constructor = Map;
  }

  /** A domain that the device knows nothing of is empty, not an error. */
  override get(domain: string): ReadonlyMap<string, T> {
    return super.get(domain) ?? new Map<string, T>();
  }

  override has(_domain: string): boolean {
    return true;
  }
}

class DeviceValue {
  readonly driver: string;
  readonly attributes: ByDomain<unknown>;
  readonly capacity: ByDomain<QuantityValue>;
  readonly allowMultipleAllocations: boolean;

  constructor(driver: string, { attributes, capacity, allowMultipleAllocations = false }: SelectableDevice) {
    this.driver = driver;
    this.attributes = byDomain(driver, attributes, attributeValue);
    this.capacity = byDomain(driver, capacity, ({ value }) => new QuantityValue(parseQuantity(value)));
    this.allowMultipleAllocations = allowMultipleAllocations;
  }
}

function byDomain<T, V>(driver: string, entries: Readonly<Record<string, T>> | undefined, valueOf: (entry: T) => V): ByDomain<V> {
  const domains = new ByDomain<V>();
  const filled = new Map<string, Map<string, V>>();
  for (const [qualified, entry] of Object.entries(entries ?? {})) {
    const slash = qualified.indexOf('/');
    const [domain, id] = slash < 0 ? [driver, qualified] : [qualified.slice(0, slash), qualified.slice(slash + 1)];
    let values = filled.get(domain);
    if (!values) {
      filled.set(domain, (values = new Map()));
      domains.set(domain, values);
    }
    values.set(id, valueOf(entry));
  }
  return domains;
}

/** Versions are their text: the semver library is not offered (docs/api.md). */
function attributeValue({ bool, int, string, version }: DeviceAttributeLike): unknown {
  return bool ?? (int === undefined ? (string ?? version) : BigInt(int));
}

let shared: Environment | undefined;

function deviceEnvironment(): Environment {
  shared ??= newEnvironment()
    .registerType('Device', {
      ctor: DeviceValue,
      fields: { driver: 'string', attributes: 'map<string, map<string, dyn>>', capacity: 'map<string, map<string, kubernetes.Quantity>>', allowMultipleAllocations: 'bool' },
    })
    .registerVariable('device', 'Device');
  return shared;
}

const programs = new Map<string, DeviceSelectorProgram>();

/** Compiled expressions that are kept: more than a cluster's classes and claims have different ones. */
const programsMax = 1_000;

/**
 * The program of a device selector's expression (API documentation of CELDeviceSelector).
 *
 * @throws CelError when it does not compile, or gives something else than a bool
 */
export function compileDeviceSelector(expression: string): DeviceSelectorProgram {
  const known = programs.get(expression);
  if (known) return known;
  const program = compileExpression(expression, deviceEnvironment(), ['bool']);
  const selector: DeviceSelectorProgram = {
    matches: (driver, device) => {
      const result = program.evaluate({ device: new DeviceValue(driver, device) });
      if (typeof result !== 'boolean') throw new CelError(`CEL result of type ${typeof result} could not be converted to bool`);
      return result;
    },
  };
  if (programs.size >= programsMax) programs.clear();
  programs.set(expression, selector);
  return selector;
}
