/**
 * Topology aware routing (KEP 2433): every zone gets endpoints in proportion to its CPUs. All stay in their own zone as long
 * as no zone is short of what it needs; then zones with more than their share give some away. A zone is short when each
 * of its endpoints had to carry a fifth more than the average.
 */
import type { Node } from '@typernetes/api';
import { isConditionTrue, parseQuantity, quantityMilliValue } from '@typernetes/machinery';

const overloadThreshold = 0.2;

/** Zones by name with the CPUs of their nodes in thousandths, or why that can't be said (upstream's words, as in the event). */
export type ZoneCpus = ReadonlyMap<string, number> | string;

const controlPlaneLabels = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master'];

export function zoneCpus(nodes: readonly Node[]): ZoneCpus {
  const cpus = new Map<string, number>();
  for (const { metadata, status } of nodes) {
    const labels = metadata?.labels ?? {};
    if (controlPlaneLabels.some((label) => labels[label] !== undefined) || !isConditionTrue(status?.conditions, 'Ready')) continue;
    const zone = labels['topology.kubernetes.io/zone'];
    const cpu = Number(quantityMilliValue(parseQuantity(status?.allocatable?.['cpu'] ?? '0')));
    if (!zone || !(cpu > 0)) return 'Insufficient Node information: allocatable CPU or zone not specified on one or more nodes';
    cpus.set(zone, (cpus.get(zone) ?? 0) + cpu);
  }
  return cpus.size < 2 ? 'Nodes only ready in one zone' : cpus;
}

/** What a zone should have, and the fewest it can do with. */
interface Share {
  readonly desired: number;
  readonly minimum: number;
}

function sharesOf(cpus: ReadonlyMap<string, number>, total: number): Map<string, Share> | string {
  if (total < cpus.size) return `Insufficient number of endpoints (${total} endpoints, ${cpus.size} zones)`;
  const all = [...cpus.values()].reduce((sum, cpu) => sum + cpu, 0);
  const shares = new Map([...cpus].map(([zone, cpu]) => [zone, { desired: (cpu / all) * total, minimum: Math.ceil(((cpu / all) * total) / (1 + overloadThreshold)) }]));
  const needed = [...shares.values()].reduce((sum, { minimum }) => sum + minimum, 0);
  return needed > total ? `Unable to allocate minimum required endpoints to each zone without exceeding overload threshold (${total} endpoints, ${cpus.size} zones)` : shares;
}

export interface PlacedEndpoint {
  readonly address: string;
  readonly zone?: string;
}

/** The zone that shall use each endpoint, by address, or why there are no hints. Only ready endpoints are asked about. */
export function shareZones(endpoints: readonly PlacedEndpoint[], cpus: ZoneCpus): Map<string, string> | string {
  if (typeof cpus === 'string') return cpus;
  const shares = sharesOf(cpus, endpoints.length);
  if (typeof shares === 'string') return shares;
  const byZone = new Map<string, string[]>([...shares.keys()].map((zone) => [zone, []]));
  for (const { address, zone } of [...endpoints].sort((a, b) => (a.address < b.address ? -1 : 1))) {
    if (!zone) return 'One or more endpoints do not have a zone specified';
    byZone.set(zone, [...(byZone.get(zone) ?? []), address]);
  }
  const surplus = ([zone, addresses]: [string, string[]]): number => addresses.length - (shares.get(zone)?.desired ?? 0);
  const shortage = ([zone, addresses]: [string, string[]]): number => (shares.get(zone)?.minimum ?? 0) - addresses.length;
  for (;;) {
    const [[, receiver = []] = [], short] = most([...byZone], shortage);
    if (short <= 0) break;
    const [[, giver = []] = []] = most([...byZone], surplus);
    receiver.push(giver.pop() ?? '');
  }
  return new Map([...byZone].flatMap(([zone, addresses]) => addresses.map((address) => [address, zone] as const)));
}

/** The one that measures most, the first of equals, and its measure. */
function most<T>(all: readonly T[], measure: (each: T) => number): [T | undefined, number] {
  let best: [T | undefined, number] = [undefined, -Infinity];
  for (const each of all) if (measure(each) > best[1]) best = [each, measure(each)];
  return best;
}
