import type { Device, NodeSelector, ResourceSlice } from '@typernetes/api';
import { matchesNodeSelectorTerms, quantityToNumber, type SelectableNode } from '@typernetes/machinery';

/** Unique in the cluster: `driver/pool/device`. */
export type DeviceId = string;

export const deviceId = (driver: string, pool: string, device: string): DeviceId => `${driver}/${pool}/${device}`;

/** A device that a node can reach. */
export interface PooledDevice {
  readonly id: DeviceId;
  readonly driver: string;
  readonly pool: Pool;
  readonly device: Device;
  /** Which nodes reach it; undefined: all. */
  readonly nodes: NodeSelector | undefined;
}

/** What one driver offers under one name (KEP-4381), in the newest generation that is known. */
export interface Pool {
  readonly driver: string;
  readonly name: string;
  /** Why nothing can be allocated from it; undefined when it is complete and in order. */
  readonly problem: 'incomplete' | 'invalid' | undefined;
  readonly devices: readonly PooledDevice[];
  /** `set counter` to its size (KEP-4815). */
  readonly counters: ReadonlyMap<string, number>;
}

export const counterKey = (set: string, counter: string): string => `${set} ${counter}`;

const ofNode = (name: string): NodeSelector => ({ nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [name] }] }] });

/** Who reaches a device: the slice says it for all of its devices, or leaves it to each. */
function nodesOf({ spec }: ResourceSlice, device: Device): NodeSelector | undefined {
  const from = spec.perDeviceNodeSelection ? device : spec;
  return from.nodeName ? ofNode(from.nodeName) : from.allNodes ? undefined : (from.nodeSelector ?? { nodeSelectorTerms: [] });
}

/** Brings the slices of all pools together. Slices of an older generation than the newest one do not count. */
export function poolsOf(slices: readonly ResourceSlice[]): Pool[] {
  const bySource = new Map<string, ResourceSlice[]>();
  for (const slice of slices) {
    const key = `${slice.spec.driver}/${slice.spec.pool.name}`;
    const known = bySource.get(key) ?? [];
    const generation = known[0]?.spec.pool.generation ?? -1;
    if (slice.spec.pool.generation > generation) bySource.set(key, [slice]);
    else if (slice.spec.pool.generation === generation) known.push(slice);
  }
  return [...bySource.values()].map(poolOf);
}

function poolOf(slices: readonly ResourceSlice[]): Pool {
  const { driver, pool: source } = slices[0]?.spec ?? { driver: '', pool: { name: '', generation: 0, resourceSliceCount: 0 } };
  const devices: PooledDevice[] = [];
  const counters = new Map<string, number>();
  const names = slices.flatMap((slice) => (slice.spec.devices ?? []).map(({ name }) => name));
  const problem = slices.length < source.resourceSliceCount ? 'incomplete' : new Set(names).size < names.length ? 'invalid' : undefined;
  const pool: Pool = { driver, name: source.name, problem, devices, counters };
  for (const slice of slices) {
    for (const { name: set, counters: sizes } of slice.spec.sharedCounters ?? []) {
      for (const [counter, { value }] of Object.entries(sizes)) counters.set(counterKey(set, counter), quantityToNumber(value, 'one'));
    }
    for (const device of slice.spec.devices ?? []) devices.push({ id: deviceId(driver, source.name, device.name), driver, pool, device, nodes: nodesOf(slice, device) });
  }
  return pool;
}

export const reaches = (node: SelectableNode, { nodes }: PooledDevice): boolean => !nodes || matchesNodeSelectorTerms(nodes.nodeSelectorTerms, node);
