/** For how many nodes a step holds. They overlap, so that a cluster at a border does not go to and fro. */
export interface TtlStep {
  readonly nodesMin: number;
  readonly nodesMax: number;
  readonly ttlSeconds: number;
}

/** The more nodes, the longer their kubelets may trust what they have read of Secrets and ConfigMaps. */
export const ttlSteps: readonly TtlStep[] = [
  { nodesMin: 0, nodesMax: 100, ttlSeconds: 0 },
  { nodesMin: 90, nodesMax: 500, ttlSeconds: 15 },
  { nodesMin: 450, nodesMax: 1_000, ttlSeconds: 30 },
  { nodesMin: 900, nodesMax: 2_000, ttlSeconds: 60 },
  { nodesMin: 1_800, nodesMax: 10_000, ttlSeconds: 300 },
  { nodesMin: 9_000, nodesMax: Infinity, ttlSeconds: 600 },
];

/** The step for a number of nodes when `current` was the last one. */
export function nextTtlStep(current: number, nodes: number): number {
  let next = current;
  while (nodes > (ttlSteps[next]?.nodesMax ?? Infinity)) next++;
  while (nodes < (ttlSteps[next]?.nodesMin ?? 0)) next--;
  return next;
}
