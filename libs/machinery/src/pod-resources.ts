import type { Quantity } from './quantity';
import { addQuantities, compareQuantities, formatQuantity, parseQuantity, tryParseQuantity } from './quantity';

type ResourceList = Record<string, string>;

interface ResourcesLike {
  requests?: ResourceList;
  limits?: ResourceList;
}

interface ContainerLike {
  name?: string;
  restartPolicy?: string;
  resources?: ResourcesLike;
}

/** The part of a pod that its resources follow from. */
export interface PodResourcesLike {
  spec?: {
    containers?: ContainerLike[];
    initContainers?: ContainerLike[];
    overhead?: ResourceList;
    resources?: ResourcesLike;
  };
}

type Amounts = Map<string, Quantity>;

/**
 * What a pod takes of a node: the containers and sidecars together, or the most that any step of the initialisation
 * needs with the sidecars started before it (KEP-753), whichever is more; pod-level resources win (KEP-2837); overhead
 * is added.
 */
export function podRequests(pod: PodResourcesLike): ResourceList {
  return effective(pod, 'requests');
}

/** The same for limits. Overhead counts only on top of a limit that there is. */
export function podLimits(pod: PodResourcesLike): ResourceList {
  return effective(pod, 'limits');
}

/** Requests of the containers alone, without those of the pod as a whole and without overhead. */
export function podContainerRequests(pod: PodResourcesLike): ResourceList {
  return toList(ofContainers(pod, 'requests'));
}

/** The resources that can be set for a pod as a whole. */
export const isPodLevelResource = (name: string): boolean =>
  name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');

function ofContainers({ spec }: PodResourcesLike, which: 'requests' | 'limits'): Amounts {
  const running: Amounts = new Map();
  for (const container of spec?.containers ?? []) addAll(running, container.resources?.[which]);
  const sidecars: Amounts = new Map();
  const initPeak: Amounts = new Map();
  for (const container of spec?.initContainers ?? []) {
    if (container.restartPolicy === 'Always') {
      addAll(sidecars, container.resources?.[which]);
      raiseTo(initPeak, sidecars);
      continue;
    }
    const step = new Map(sidecars);
    addAll(step, container.resources?.[which]);
    raiseTo(initPeak, step);
  }
  for (const [name, amount] of sidecars) running.set(name, sum(running.get(name), amount));
  raiseTo(running, initPeak);
  return running;
}

function effective(pod: PodResourcesLike, which: 'requests' | 'limits'): ResourceList {
  const { spec } = pod;
  const running = ofContainers(pod, which);
  for (const [name, text] of Object.entries(spec?.resources?.[which] ?? {})) running.set(name, parseQuantity(text));
  for (const [name, text] of Object.entries(spec?.overhead ?? {})) {
    // Overhead on top of no limit is no limit.
    if (which === 'requests' || running.has(name)) addAll(running, { [name]: text });
  }
  return toList(running);
}

const toList = (amounts: Amounts): ResourceList =>
  Object.fromEntries([...amounts].map(([name, amount]) => [name, formatQuantity(amount)]));

function sum(a: Quantity | undefined, b: Quantity): Quantity {
  return a ? addQuantities(a, b) : b;
}

function addAll(to: Amounts, list: ResourceList | undefined): void {
  for (const [name, text] of Object.entries(list ?? {})) {
    const amount = tryParseQuantity(text);
    if (amount) to.set(name, sum(to.get(name), amount));
  }
}

function raiseTo(amounts: Amounts, floor: Amounts): void {
  for (const [name, amount] of floor) {
    const current = amounts.get(name);
    if (!current || compareQuantities(current, amount) < 0) amounts.set(name, amount);
  }
}

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

/**
 * Guaranteed: every container has cpu and memory limits equal to its requests (absent requests count as the limits).
 * BestEffort: none asks for any. All others are Burstable.
 */
export function qosClass({ spec }: PodResourcesLike): QosClass {
  const podLevel = spec?.resources?.requests || spec?.resources?.limits ? [{ resources: spec.resources }] : undefined;
  const containers: ContainerLike[] = podLevel ?? [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
  let asksForAny = false;
  let guaranteed = containers.length > 0;
  for (const { resources } of containers) {
    for (const name of ['cpu', 'memory']) {
      const limit = positive(resources?.limits?.[name]);
      const request = positive(resources?.requests?.[name]) ?? limit;
      if (limit || request) asksForAny = true;
      if (!limit || !request || compareQuantities(limit, request) !== 0) guaranteed = false;
    }
  }
  if (!asksForAny) return 'BestEffort';
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

function positive(text: string | undefined): Quantity | undefined {
  const quantity = text === undefined ? undefined : tryParseQuantity(text);
  return quantity && quantity.nanos > 0n ? quantity : undefined;
}
