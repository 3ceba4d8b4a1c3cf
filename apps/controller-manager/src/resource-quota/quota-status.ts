import type { ResourceQuota, ResourceQuotaStatus } from '@typernetes/api';
import { countsTowards, isInScope, quotaUsage } from '@typernetes/api';
import type { KubernetesObject, Quantity } from '@typernetes/machinery';
import { addQuantities, formatQuantity, parseQuantity } from '@typernetes/machinery';

export interface CountedKind {
  group: string;
  resource: string;
}

/** Objects of a quota's namespace, by kind. */
export type ObjectsOf<K extends CountedKind> = (kind: K) => readonly KubernetesObject[];

/** What is used of a quota, counted anew. Resources that no kind uses have no entry. */
export function quotaStatus<K extends CountedKind>(quota: ResourceQuota, kinds: readonly K[], { objectsOf, nowMs }: { objectsOf: ObjectsOf<K>; nowMs: number }): ResourceQuotaStatus {
  const hard = quota.spec?.hard ?? {};
  const used: Record<string, string> = {};
  const zero = parseQuantity('0');
  for (const kind of kinds) {
    const names = Object.keys(hard).filter((name) => countsTowards(kind, name));
    if (!names.length) continue;
    const totals = new Map<string, Quantity>(names.map((name) => [name, zero]));
    for (const object of objectsOf(kind)) {
      if (!isInScope(quota, kind.resource, object)) continue;
      for (const [name, amount] of quotaUsage(kind, object, nowMs)) {
        const total = totals.get(name);
        if (total) totals.set(name, addQuantities(total, amount));
      }
    }
    for (const [name, total] of totals) used[name] = formatQuantity(total);
  }
  return { hard, used };
}

/** Whether a change of an object can give something back to quotas: what is added has been charged before. */
export function givesBack(kind: CountedKind, next: KubernetesObject, previous: KubernetesObject, nowMs: number): boolean {
  if (kind.group !== '' || !['pods', 'services', 'persistentvolumeclaims'].includes(kind.resource)) return false;
  const after = quotaUsage(kind, next, nowMs);
  return [...quotaUsage(kind, previous, nowMs)].some(([name, amount]) => (after.get(name)?.nanos ?? 0n) !== amount.nanos);
}

/** Whether the status says less than before of something. */
export function isLower(next: ResourceQuotaStatus, before: ResourceQuotaStatus | undefined): boolean {
  return Object.entries(next.used ?? {}).some(([name, amount]) => parseQuantity(amount).nanos < parseQuantity(before?.used?.[name] ?? '0').nanos);
}
