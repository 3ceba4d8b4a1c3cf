import type { Column, TablePrinter } from '@typernetes/api';
import { addQuantities, formatQuantity, parseQuantity, type KubernetesObject } from '@typernetes/machinery';
import type { NodeMetrics, PodMetrics } from './types';

const column = (name: string, format: string, description: string): Column => ({ name, type: 'string', format, description, priority: 0 });

const columns: readonly Column[] = [
  column('Name', 'name', 'Whose usage it is.'),
  column('cpu', 'quantity', 'CPU that is used.'),
  column('memory', 'quantity', 'Memory that is used.'),
  column('Window', 'duration', 'Over which time it was measured.'),
];

function cells({ metadata, window }: KubernetesObject & { window: string }, usages: readonly Readonly<Record<string, string>>[]): string[] {
  const total = (resource: string): string => formatQuantity(usages.map((usage) => parseQuantity(usage[resource] ?? '0')).reduce(addQuantities));
  return [metadata?.name ?? '', ...(usages.length ? [total('cpu'), total('memory')] : ['', '']), window];
}

/** The columns of metrics-server, whose API this is. */
export const nodeMetricsPrinter: TablePrinter<NodeMetrics> = { columns, row: (node) => cells(node, [node.usage]) };

/** A pod uses what its containers use. */
export const podMetricsPrinter: TablePrinter<PodMetrics> = { columns, row: (pod) => cells(pod, pod.containers.map(({ usage }) => usage)) };
