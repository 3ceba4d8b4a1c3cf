import { formatTime } from './time';

/** What conditions of all kinds have in common (pods', nodes', meta/v1's). */
export interface Condition {
  type: string;
  /** `True`, `False` or `Unknown`. */
  status: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
  observedGeneration?: number;
}

export function findCondition<C extends { type: string }>(conditions: readonly C[] | undefined, type: string): C | undefined {
  return conditions?.find((condition) => condition.type === type);
}

export function isConditionTrue(conditions: readonly { type: string; status: string }[] | undefined, type: string): boolean {
  return findCondition(conditions, type)?.status === 'True';
}

/**
 * The list with the condition set. lastTransitionTime stays as it was unless the status changes. Returns the same list
 * when nothing changed, so that callers can spare a write; the argument is not modified.
 */
export function setCondition<C extends Condition>(conditions: readonly C[] | undefined, next: C, nowMs: number): readonly C[] {
  const list = conditions ?? [];
  const before = findCondition(list, next.type);
  const lastTransitionTime =
    before && before.status === next.status ? before.lastTransitionTime : (next.lastTransitionTime ?? formatTime(nowMs));
  const condition: C = { ...before, ...next, ...(lastTransitionTime === undefined ? {} : { lastTransitionTime }) };
  if (!before) return [...list, condition];
  const keys = new Set([...Object.keys(before), ...Object.keys(condition)]) as Set<keyof C>;
  if ([...keys].every((key) => before[key] === condition[key])) return list;
  return list.map((other) => (other === before ? condition : other));
}

/** The list without the condition; the same list when it was not there. */
export function removeCondition<C extends { type: string }>(conditions: readonly C[] | undefined, type: string): readonly C[] {
  const list = conditions ?? [];
  return findCondition(list, type) ? list.filter((condition) => condition.type !== type) : list;
}
