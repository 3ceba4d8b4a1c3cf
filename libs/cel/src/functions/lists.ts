import type { Environment } from '@marcbachmann/cel-js';

type Value = bigint | boolean | number | string;

const less = (a: unknown, b: unknown): boolean => (a as Value) < (b as Value);
const same = (a: unknown, b: unknown): boolean => a === b || (typeof a === 'object' && typeof b === 'object' && String(a) === String(b));

function extreme(list: readonly unknown[], name: string, isBetter: (a: unknown, b: unknown) => boolean): unknown {
  if (list.length === 0) throw new Error(`${name} called on empty list`);
  return list.reduce((best, next) => (isBetter(next, best) ? next : best));
}

/** Kubernetes' list library (API docs: "Common Expression Language in Kubernetes"). */
export function registerLists(environment: Environment): void {
  environment
    .registerFunction('list.isSorted(): bool', (list: unknown[]) => list.every((item, index) => index === 0 || !less(item, list[index - 1])))
    .registerFunction('list<int>.sum(): int', (list: bigint[]) => list.reduce((sum, item) => sum + item, 0n))
    .registerFunction('list<double>.sum(): double', (list: number[]) => list.reduce((sum, item) => sum + item, 0))
    .registerFunction('list<A>.min(): A', (list: unknown[]) => extreme(list, 'min', less))
    .registerFunction('list<A>.max(): A', (list: unknown[]) => extreme(list, 'max', (a, b) => less(b, a)))
    .registerFunction('list<A>.indexOf(A): int', (list: unknown[], item: unknown) => BigInt(list.findIndex((one) => same(one, item))))
    .registerFunction('list<A>.lastIndexOf(A): int', (list: unknown[], item: unknown) => BigInt(list.findLastIndex((one) => same(one, item))));
}
