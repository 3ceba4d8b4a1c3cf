import type { Pod } from '@typernetes/api';
import { isPodReady, parseTime } from '@typernetes/machinery';

const deletionCostAnnotation = 'controller.kubernetes.io/pod-deletion-cost';

/**
 * Which pods to give up first: those without a node, then pending ones, not ready ones, cheap ones (KEP-2255), those
 * that share a node with more of their kind, those that became ready last, those that restarted most, the youngest.
 *
 * @param related what counts as their kind: the pods of all ReplicaSets of a Deployment
 */
export function rankForDeletion(pods: readonly Pod[], related: readonly Pod[] = pods): Pod[] {
  const perNode = new Map<string, number>();
  for (const { spec } of related) {
    const node = spec?.nodeName;
    if (node) perNode.set(node, (perNode.get(node) ?? 0) + 1);
  }
  const ranks = new Map(pods.map((pod) => [pod, rankOf(pod, perNode)]));
  return [...pods].sort((a, b) => compareRanks(ranks.get(a) ?? [], ranks.get(b) ?? []));
}

const phaseOrder: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

/** Smaller goes first, by the first number that differs. */
function rankOf(pod: Pod, perNode: ReadonlyMap<string, number>): number[] {
  const { metadata, spec, status } = pod;
  const restarts = Math.max(0, ...(status?.containerStatuses ?? []).map(({ restartCount }) => restartCount));
  const readySince = parseTime(status?.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime ?? '') ?? 0;
  return [
    spec?.nodeName ? 1 : 0,
    phaseOrder[status?.phase ?? 'Pending'] ?? 0,
    isPodReady(pod) ? 1 : 0,
    Number.parseInt(metadata?.annotations?.[deletionCostAnnotation] ?? '0', 10) || 0,
    -(perNode.get(spec?.nodeName ?? '') ?? 0),
    -readySince,
    -restarts,
    -(parseTime(metadata?.creationTimestamp ?? '') ?? 0),
  ];
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference) return difference;
  }
  return 0;
}
