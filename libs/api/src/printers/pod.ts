import { humanDuration, parseTime } from '@typernetes/machinery';
import type { Pod } from '../generated/types';
import type { TablePrinter } from '../kind';
import { age, columns, nameOf, wide } from './cells';
import { summarizePod } from './pod-status';

export const podPrinter: TablePrinter<Pod> = {
  columns: columns('pod', ['Name', 'Ready', 'Status', 'Restarts', 'Age', wide('IP'), wide('Node'), wide('Nominated Node'), wide('Readiness Gates')]),
  row(pod, nowMs) {
    const { reason, ready, total, restarts, lastRestart } = summarizePod(pod);
    const at = restarts && lastRestart ? parseTime(lastRestart) : undefined;
    const { spec, status } = pod;
    return [
      nameOf(pod),
      `${ready}/${total}`,
      reason,
      at === undefined ? String(restarts) : `${restarts} (${humanDuration(nowMs - at)} ago)`,
      age(pod, nowMs),
      status?.podIPs?.[0]?.ip || status?.podIP || '<none>',
      spec?.nodeName || '<none>',
      status?.nominatedNodeName || '<none>',
      gatesText(pod),
    ];
  },
};

function gatesText({ spec, status }: Pod): string {
  const gates = spec?.readinessGates ?? [];
  if (!gates.length) return '<none>';
  const open = gates.filter(({ conditionType }) => status?.conditions?.some(({ type, status: value }) => type === conditionType && value === 'True'));
  return `${open.length}/${gates.length}`;
}
