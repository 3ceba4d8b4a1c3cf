import type { ContainerImage, Node, NodeCondition, NodeStatus } from '@typernetes/api';
import { addQuantities, formatQuantity, formatTime, parseQuantity, subtractQuantities } from '@typernetes/machinery';
import type { KubeletConfig } from '../config';
import { kubeletVersion } from '../version';
import type { Machine } from './machine';

export interface NodeFacts {
  config: KubeletConfig;
  machine: Machine;
  nodeIPs: string[];
  images: ContainerImage[];
  /** `docker://26.1.5` */
  runtimeVersion: string;
  /** Why the node is not ready; empty when it is. */
  /** Names that a RuntimeClass may give to the runtime; the empty one is its default. */
  runtimeHandlers: readonly string[];
  problems: string[];
  pressure: { memory: boolean; disk: boolean; pid: boolean };
  nowMs: number;
}

export function capacityOf({ cpus, memoryBytes, storageBytes }: Machine, maxPods: number): Record<string, string> {
  return {
    cpu: String(cpus),
    memory: `${Math.floor(memoryBytes / 1_024)}Ki`,
    'ephemeral-storage': `${Math.floor(storageBytes / 1_024)}Ki`,
    'hugepages-1Gi': '0',
    'hugepages-2Mi': '0',
    pods: String(maxPods),
  };
}

/** Memory that is left when the kubelet would begin to evict (upstream's default of memory.available). */
const evictionMemory = '100Mi';
/** nodefs.available<10% */
const evictionStoragePart = 0.1;

export function allocatableOf(machine: Machine, maxPods: number, systemReserved: Record<string, string>): Record<string, string> {
  const capacity = capacityOf(machine, maxPods);
  const reserved: Record<string, string> = { ...systemReserved };
  reserved['memory'] = formatQuantity(addQuantities(parseQuantity(reserved['memory'] ?? '0'), parseQuantity(evictionMemory)));
  const allocatable = Object.fromEntries(
    Object.entries(capacity).map(([name, amount]) => {
      const kept = reserved[name];
      return [name, kept === undefined ? amount : formatQuantity(subtractQuantities(parseQuantity(amount), parseQuantity(kept)))];
    }),
  );
  return { ...allocatable, 'ephemeral-storage': String(Math.floor(machine.storageBytes * (1 - evictionStoragePart))) };
}

export function nodeLabelsOf({ config, machine }: Pick<NodeFacts, 'config' | 'machine'>): Record<string, string> {
  return {
    'beta.kubernetes.io/arch': machine.architecture,
    'beta.kubernetes.io/os': 'linux',
    'kubernetes.io/arch': machine.architecture,
    'kubernetes.io/hostname': config.nodeName,
    'kubernetes.io/os': 'linux',
    ...config.nodeLabels,
  };
}

/** The Node as a kubelet first creates it. */
export function newNode(facts: NodeFacts): Node {
  const { config } = facts;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: config.nodeName, labels: nodeLabelsOf(facts) },
    spec: config.registerWithTaints.length > 0 ? { taints: config.registerWithTaints } : {},
    status: nodeStatus(facts, undefined),
  };
}

/** The node's status. lastTransitionTime is kept from `before` where nothing changed. */
export function nodeStatus(facts: NodeFacts, before: NodeStatus | undefined): NodeStatus {
  const { config, machine, nodeIPs, images, runtimeVersion, runtimeHandlers } = facts;
  const addresses = [
    ...nodeIPs.map((address) => ({ type: 'InternalIP', address })),
    ...nodeIPs.map((address) => ({ type: 'ExternalIP', address })),
    { type: 'Hostname', address: config.nodeName },
  ];
  return {
    addresses,
    capacity: capacityOf(machine, config.maxPods),
    allocatable: allocatableOf(machine, config.maxPods, config.systemReserved),
    conditions: conditionsOf(facts, before),
    daemonEndpoints: { kubeletEndpoint: { Port: config.port } },
    images,
    ...(runtimeHandlers.length > 0 ? { runtimeHandlers: runtimeHandlers.map(handlerOf) } : {}),
    nodeInfo: {
      architecture: machine.architecture,
      bootID: machine.bootId,
      containerRuntimeVersion: runtimeVersion,
      kernelVersion: machine.kernelVersion,
      kubeProxyVersion: '',
      kubeletVersion,
      machineID: machine.machineId,
      operatingSystem: 'linux',
      osImage: machine.osImage,
      systemUUID: machine.systemUuid,
    },
  };
}

const handlerOf = (name: string): NonNullable<NodeStatus['runtimeHandlers']>[number] => ({ ...(name ? { name } : {}), features: { recursiveReadOnlyMounts: false, userNamespaces: false } });

function conditionsOf({ pressure, problems, nowMs }: NodeFacts, before: NodeStatus | undefined): NodeCondition[] {
  const now = formatTime(nowMs);
  const outcomes: Pick<NodeCondition, 'type' | 'status' | 'reason' | 'message'>[] = [
    pressure.memory
      ? { type: 'MemoryPressure', status: 'True', reason: 'KubeletHasInsufficientMemory', message: 'kubelet has insufficient memory available' }
      : { type: 'MemoryPressure', status: 'False', reason: 'KubeletHasSufficientMemory', message: 'kubelet has sufficient memory available' },
    pressure.disk
      ? { type: 'DiskPressure', status: 'True', reason: 'KubeletHasDiskPressure', message: 'kubelet has disk pressure' }
      : { type: 'DiskPressure', status: 'False', reason: 'KubeletHasNoDiskPressure', message: 'kubelet has no disk pressure' },
    pressure.pid
      ? { type: 'PIDPressure', status: 'True', reason: 'KubeletHasInsufficientPID', message: 'kubelet has insufficient PID available' }
      : { type: 'PIDPressure', status: 'False', reason: 'KubeletHasSufficientPID', message: 'kubelet has sufficient PID available' },
    problems.length > 0
      ? { type: 'Ready', status: 'False', reason: 'KubeletNotReady', message: problems.length === 1 ? (problems[0] ?? '') : `[${problems.join(', ')}]` }
      : { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' },
  ];
  return outcomes.map((outcome) => {
    const known = before?.conditions?.find(({ type }) => type === outcome.type);
    const same = known?.status === outcome.status;
    return { ...outcome, lastHeartbeatTime: now, lastTransitionTime: same ? known.lastTransitionTime : now };
  });
}
