import type { Lease, Node, Taint } from '@typernetes/api';

/** The last sign of life of a node, and when it came by our own clock. */
export interface Heartbeat {
  /** What changes with every sign: the Lease's and the Ready condition's stamps. */
  mark: string;
  seenAtMs: number;
}

export function heartbeatMark(node: Node, lease: Lease | undefined): string {
  const ready = node.status?.conditions?.find(({ type }) => type === 'Ready');
  return `${lease?.spec?.renewTime ?? ''} ${ready?.lastHeartbeatTime ?? ''}`;
}

/** The heartbeat after another look: a new mark counts as seen now. */
export function observe(previous: Heartbeat | undefined, mark: string, nowMs: number): Heartbeat {
  return previous?.mark === mark ? previous : { mark, seenAtMs: nowMs };
}

/** Conditions that a kubelet reports; a silent kubelet makes them all unknown. */
const reported = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

/** The status of a node that has been silent for too long, or undefined when it says so already. */
export function silentStatus(node: Node, now: string): Node['status'] | undefined {
  const conditions = [...(node.status?.conditions ?? [])];
  let changed = false;
  for (const type of reported) {
    const index = conditions.findIndex((condition) => condition.type === type);
    const known = conditions[index];
    if (known?.status === 'Unknown') continue;
    changed = true;
    const unknown = {
      type,
      status: 'Unknown',
      reason: known ? 'NodeStatusUnknown' : 'NodeStatusNeverUpdated',
      message: known ? 'Kubelet stopped posting node status.' : 'Kubelet never posted node status.',
      lastHeartbeatTime: known?.lastHeartbeatTime ?? node.metadata?.creationTimestamp,
      lastTransitionTime: now,
    };
    if (known) conditions[index] = unknown;
    else conditions.push(unknown);
  }
  return changed ? { ...node.status, conditions } : undefined;
}

const notReady = 'node.kubernetes.io/not-ready';
const unreachable = 'node.kubernetes.io/unreachable';

const pressureTaints: readonly [condition: string, key: string][] = [
  ['MemoryPressure', 'node.kubernetes.io/memory-pressure'],
  ['DiskPressure', 'node.kubernetes.io/disk-pressure'],
  ['PIDPressure', 'node.kubernetes.io/pid-pressure'],
  ['NetworkUnavailable', 'node.kubernetes.io/network-unavailable'],
];

const managedKeys = new Set([notReady, unreachable, 'node.kubernetes.io/unschedulable', ...pressureTaints.map(([, key]) => key)]);

/** The taints that a node's conditions demand, together with those that are not ours. Undefined when they are there. */
export function desiredTaints(node: Node, now: string): Taint[] | undefined {
  const wanted: Taint[] = [];
  const statusOf = (type: string): string | undefined => node.status?.conditions?.find((condition) => condition.type === type)?.status;
  const ready = statusOf('Ready');
  if (ready !== 'True') {
    const key = ready === 'Unknown' ? unreachable : notReady;
    wanted.push({ key, effect: 'NoSchedule' }, { key, effect: 'NoExecute' });
  }
  for (const [condition, key] of pressureTaints) if (statusOf(condition) === 'True') wanted.push({ key, effect: 'NoSchedule' });
  if (node.spec?.unschedulable) wanted.push({ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' });
  const current = node.spec?.taints ?? [];
  const taints = current.filter(({ key }) => !managedKeys.has(key));
  for (const taint of wanted) {
    const known = current.find(({ key, effect }) => key === taint.key && effect === taint.effect);
    taints.push(known ?? { ...taint, timeAdded: now });
  }
  const same = taints.length === current.length && taints.every((taint) => current.includes(taint));
  return same ? undefined : taints;
}
