import { formatTime } from '@typernetes/machinery';

interface Figures {
  cpu?: { usageNanoCores?: number; usageCoreNanoSeconds?: number };
  memory?: { workingSetBytes?: number };
}

/** What of the kubelet's Summary API (stats/v1alpha1) counts here. */
export interface Summary {
  node?: Figures;
  pods?: { podRef: { name?: string; namespace?: string; uid?: string }; containers?: (Figures & { name?: string })[] }[];
}

/** One answer of a kubelet. */
export interface Scrape {
  atMs: number;
  summary: Summary;
}

/** CPU in billionths of a core, memory in bytes. */
interface Used {
  nanoCores: number;
  bytes: number;
}

/** How long a figure of a kubelet that looks at its own rate stands for. */
const defaultWindowMs = 15_000;

/** The rate that the kubelet gives, else that between two answers; undefined while there is only one, or after a restart. */
function rateOf(current: Figures, previous: Figures | undefined, elapsedMs: number): number | undefined {
  if (current.cpu?.usageNanoCores !== undefined) return current.cpu.usageNanoCores;
  const [after, before] = [current.cpu?.usageCoreNanoSeconds, previous?.cpu?.usageCoreNanoSeconds];
  if (after === undefined || before === undefined || after < before || elapsedMs <= 0) return undefined;
  return (after - before) / (elapsedMs / 1000);
}

function usedBetween(current: Figures, previous: Figures | undefined, elapsedMs: number): Used | undefined {
  const nanoCores = rateOf(current, previous, elapsedMs);
  const bytes = current.memory?.workingSetBytes;
  return nanoCores === undefined || bytes === undefined ? undefined : { nanoCores, bytes };
}

/** As metrics-server writes amounts: `12345678n`, `2048Ki`. */
const usageOf = ({ nanoCores, bytes }: Used): Record<string, string> => ({ cpu: `${Math.ceil(nanoCores)}n`, memory: `${Math.ceil(bytes / 1024)}Ki` });

export interface Measured {
  timestamp: string;
  window: string;
}

const measured = (current: Scrape, previous: Scrape | undefined): Measured => ({
  timestamp: formatTime(current.atMs),
  window: `${Math.max(1, Math.round((previous ? current.atMs - previous.atMs : defaultWindowMs) / 1000))}s`,
});

/** What a node uses as a whole. */
export function nodeUsage(current: Scrape, previous: Scrape | undefined): (Measured & { usage: Record<string, string> }) | undefined {
  const used = current.summary.node && usedBetween(current.summary.node, previous?.summary.node, current.atMs - (previous?.atMs ?? current.atMs));
  return used && { ...measured(current, previous), usage: usageOf(used) };
}

export interface PodUsage extends Measured {
  namespace: string;
  name: string;
  uid: string;
  containers: { name: string; usage: Record<string, string> }[];
}

/** What the pods of a node use; a pod of which a container has no figures yet is left out. */
export function podUsages(current: Scrape, previous: Scrape | undefined): PodUsage[] {
  const before = new Map((previous?.summary.pods ?? []).map((pod) => [pod.podRef.uid, pod]));
  const elapsedMs = current.atMs - (previous?.atMs ?? current.atMs);
  return (current.summary.pods ?? []).flatMap(({ podRef, containers = [] }) => {
    const last = before.get(podRef.uid)?.containers ?? [];
    const used = containers.map((container) => ({ name: container.name ?? '', used: usedBetween(container, last.find(({ name }) => name === container.name), elapsedMs) }));
    if (used.length === 0 || used.some((each) => !each.used)) return [];
    const usages = used.flatMap(({ name, used: amount }) => (amount ? [{ name, usage: usageOf(amount) }] : []));
    return [{ namespace: podRef.namespace ?? '', name: podRef.name ?? '', uid: podRef.uid ?? '', ...measured(current, previous), containers: usages }];
  });
}
