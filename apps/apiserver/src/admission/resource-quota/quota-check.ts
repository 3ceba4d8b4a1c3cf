import { countsTowards, isInScope, missingForQuota, quotaUsage, type Pod, type QuotaUsage, type ResourceQuota } from '@typernetes/api';
import { addQuantities, compareQuantities, formatQuantity, parseQuantity, subtractQuantities, type KubernetesObject } from '@typernetes/machinery';

/** One write that quotas have a say in. */
export interface QuotaRequest {
  readonly kind: { readonly group: string; readonly resource: string };
  readonly object: KubernetesObject;
  readonly previous?: KubernetesObject;
  readonly nowMs: number;
}

/** What a write adds to the usage of its namespace; what it gives back, the controller gives back. */
export function quotaDelta({ kind, object, previous, nowMs }: QuotaRequest): QuotaUsage {
  const before: QuotaUsage = previous ? quotaUsage(kind, previous, nowMs) : new Map();
  const delta: QuotaUsage = new Map();
  for (const [name, amount] of quotaUsage(kind, object, nowMs)) {
    const known = before.get(name);
    const more = known ? subtractQuantities(amount, known) : amount;
    if (more.nanos > 0n) delta.set(name, more);
  }
  return delta;
}

export type QuotaVerdict =
  | { readonly type: 'unconcerned' }
  | { readonly type: 'refused'; readonly why: string }
  /** The usage with the write's share. */
  | { readonly type: 'charged'; readonly used: Record<string, string> };

/** What one quota says to a write, in upstream's words. */
export function checkQuota(quota: ResourceQuota, request: QuotaRequest, delta: QuotaUsage): QuotaVerdict {
  const { kind, object } = request;
  const name = quota.metadata?.name ?? '';
  const hard = quota.status?.hard ?? {};
  const used = quota.status?.used ?? {};
  const restricted = Object.keys(hard).filter((resource) => countsTowards(kind, resource));
  if (!restricted.length || !isInScope(quota, kind.resource, object)) return { type: 'unconcerned' };
  const missing = kind.group === '' && kind.resource === 'pods' && !request.previous ? missingForQuota(restricted, object as Pod) : undefined;
  if (missing !== undefined) return { type: 'refused', why: `failed quota: ${name}: ${missing}` };
  const unknown = restricted.filter((resource) => used[resource] === undefined);
  if (unknown.length) return { type: 'refused', why: `status unknown for quota: ${name}, resources: ${unknown.sort().join(',')}` };
  return charge({ name, hard, used }, delta);
}

function charge({ name, hard, used }: { name: string; hard: Record<string, string>; used: Record<string, string> }, delta: QuotaUsage): QuotaVerdict {
  const requested = [...delta].filter(([resource]) => hard[resource] !== undefined);
  if (!requested.length) return { type: 'unconcerned' };
  const next = { ...used };
  const exceeded: string[] = [];
  for (const [resource, amount] of requested) {
    const total = addQuantities(parseQuantity(used[resource] ?? '0'), amount);
    if (compareQuantities(total, parseQuantity(hard[resource] ?? '0')) > 0) exceeded.push(resource);
    next[resource] = formatQuantity(total);
  }
  if (!exceeded.length) return { type: 'charged', used: next };
  const shown = (amountOf: (resource: string) => string): string => exceeded.sort().map((resource) => `${resource}=${amountOf(resource)}`).join(',');
  const asked = (resource: string): string => formatQuantity(delta.get(resource) ?? parseQuantity('0'));
  const why = `exceeded quota: ${name}, requested: ${shown(asked)}, used: ${shown((resource) => used[resource] ?? '0')}, limited: ${shown((resource) => hard[resource] ?? '0')}`;
  return { type: 'refused', why };
}
