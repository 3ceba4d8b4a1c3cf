import { compareQuantities, formatGroupResource, isPodTerminal, parseQuantity, parseTime, podLimits, podRequests, type KubernetesObject, type Quantity } from '@typernetes/machinery';
import type { PersistentVolumeClaim, Pod, Service } from '../generated/types';

/** Amounts by quota resource. */
export type QuotaUsage = Map<string, Quantity>;

const one = parseQuantity('1');
/** Of the core group these are also counted under their plain names. */
const plainCounts = new Set(['configmaps', 'secrets', 'replicationcontrollers', 'resourcequotas']);
const storageClassSuffix = '.storageclass.storage.k8s.io/';

export const countName = (kind: { group: string; resource: string }): string => `count/${formatGroupResource(kind)}`;

/** What an object uses of the quotas of its namespace. */
export function quotaUsage(kind: { group: string; resource: string }, object: KubernetesObject, nowMs: number): QuotaUsage {
  const usage: QuotaUsage = new Map([[countName(kind), one]]);
  if (kind.group !== '') return usage;
  if (kind.resource === 'pods') addPod(usage, object as Pod, nowMs);
  else if (kind.resource === 'services') addService(usage, object as Service);
  else if (kind.resource === 'persistentvolumeclaims') addClaim(usage, object as PersistentVolumeClaim);
  else if (plainCounts.has(kind.resource)) usage.set(kind.resource, one);
  return usage;
}

/** Ended pods, and those that a dead kubelet holds beyond their grace, use nothing. */
function runs({ metadata, status }: Pod, nowMs: number): boolean {
  if (isPodTerminal({ status })) return false;
  const { deletionTimestamp, deletionGracePeriodSeconds } = metadata ?? {};
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds === undefined) return true;
  // The timestamp has the grace in it already; upstream adds it once more, for slow nodes.
  return nowMs <= (parseTime(deletionTimestamp) ?? 0) + deletionGracePeriodSeconds * 1000;
}

/** The quota resources of one compute resource of pods. */
export function computeNames(name: string, which: 'requests' | 'limits'): string[] {
  if (which === 'limits') return ['cpu', 'memory', 'ephemeral-storage'].includes(name) ? [`limits.${name}`] : [];
  if (name.includes('/')) return [`requests.${name}`];
  return ['cpu', 'memory', 'ephemeral-storage'].includes(name) || name.startsWith('hugepages-') ? [name, `requests.${name}`] : [];
}

function addPod(usage: QuotaUsage, pod: Pod, nowMs: number): void {
  if (!runs(pod, nowMs)) return;
  usage.set('pods', one);
  for (const [which, amounts] of [['requests', podRequests(pod)], ['limits', podLimits(pod)]] as const) {
    for (const [name, amount] of Object.entries(amounts)) for (const counted of computeNames(name, which)) usage.set(counted, parseQuantity(amount));
  }
}

function addService(usage: QuotaUsage, { spec }: Service): void {
  const { type, ports = [], allocateLoadBalancerNodePorts } = spec ?? {};
  usage.set('services', one);
  usage.set('services.nodeports', parseQuantity('0'));
  usage.set('services.loadbalancers', parseQuantity(type === 'LoadBalancer' ? '1' : '0'));
  if (type === 'NodePort' || (type === 'LoadBalancer' && allocateLoadBalancerNodePorts !== false)) usage.set('services.nodeports', parseQuantity(ports.length));
  else if (type === 'LoadBalancer') usage.set('services.nodeports', parseQuantity(ports.filter(({ nodePort }) => nodePort).length));
}

function addClaim(usage: QuotaUsage, { spec, status, metadata }: PersistentVolumeClaim): void {
  const storageClass = metadata?.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? spec?.storageClassName;
  const asked = spec?.resources?.requests?.['storage'];
  const given = status?.allocatedResources?.['storage'];
  const sizes = [asked, given].filter((size): size is string => size !== undefined).map((size) => parseQuantity(size));
  const size = sizes.reduce<Quantity | undefined>((most, next) => (most && compareQuantities(most, next) >= 0 ? most : next), undefined);
  usage.set('persistentvolumeclaims', one);
  if (size) usage.set('requests.storage', size);
  if (!storageClass) return;
  usage.set(`${storageClass}${storageClassSuffix}persistentvolumeclaims`, one);
  if (size) usage.set(`${storageClass}${storageClassSuffix}requests.storage`, size);
}

/** Whether objects of a kind can use a quota resource: such a quota looks at every one of them. */
export function countsTowards(kind: { group: string; resource: string }, name: string): boolean {
  if (name === countName(kind)) return true;
  if (kind.group !== '') return false;
  switch (kind.resource) {
    case 'pods':
      return name === 'pods' || isCompute(name);
    case 'services':
      return name === 'services' || name === 'services.nodeports' || name === 'services.loadbalancers';
    case 'persistentvolumeclaims':
      return name === 'persistentvolumeclaims' || name === 'requests.storage' || name.includes(storageClassSuffix);
    default:
      return name === kind.resource && plainCounts.has(name);
  }
}

function isCompute(name: string): boolean {
  if (name.includes(storageClassSuffix) || name === 'requests.storage' || name.startsWith('count/')) return false;
  return ['cpu', 'memory', 'ephemeral-storage'].includes(name) || name.startsWith('hugepages-') || name.startsWith('requests.') || name.startsWith('limits.');
}

/** Container resources that a quota on them makes every container say. */
const demanded = ['cpu', 'limits.cpu', 'limits.memory', 'memory', 'requests.cpu', 'requests.memory'];

/** What a quota misses in a pod, in upstream's words; undefined when nothing. */
export function missingForQuota(hard: readonly string[], { spec }: Pod): string | undefined {
  const missing: string[] = [];
  for (const name of demanded.filter((resource) => hard.includes(resource))) {
    const which = name.startsWith('limits.') ? 'limits' : 'requests';
    const resource = name.replace(/^(limits|requests)\./, '');
    if (spec?.resources?.[which]?.[resource] !== undefined) continue;
    const silent = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].filter(({ resources }) => resources?.[which]?.[resource] === undefined);
    if (silent.length) missing.push(`${name} for: ${silent.map((container) => container.name).sort().join(',')}`);
  }
  return missing.length ? `must specify ${missing.join('; ')}` : undefined;
}
