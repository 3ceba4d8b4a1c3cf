/** What one workload came to. Times in milliseconds, rates per second. */
export interface Figures {
  readonly workload: string;
  readonly requests: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly megabytesPerSecond: number;
  /** CPU time of the server per request, when its process is known. On a busy machine it says more than rates. */
  readonly serverCpuMs?: number;
}

/** The value below which `share` (0 to 1) of all values lie; NaN without values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function figuresOf(workload: string, latenciesMs: readonly number[], elapsedMs: number, bytes: number): Figures {
  const seconds = elapsedMs / 1_000;
  return {
    workload,
    requests: latenciesMs.length,
    seconds,
    perSecond: latenciesMs.length / seconds,
    p50Ms: quantile(latenciesMs, 0.5),
    p99Ms: quantile(latenciesMs, 0.99),
    megabytesPerSecond: bytes / 1e6 / seconds,
  };
}

const rate = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(1));

/** A table for people. */
export function renderTable(figures: readonly Figures[]): string {
  const withCpu = figures.some(({ serverCpuMs }) => serverCpuMs !== undefined);
  const rows = [
    ['workload', 'requests', 'per second', 'p50 ms', 'p99 ms', 'MB/s', ...(withCpu ? ['CPU ms'] : [])],
    ...figures.map((one) => [
      ...[one.workload, String(one.requests), rate(one.perSecond), one.p50Ms.toFixed(2), one.p99Ms.toFixed(2), one.megabytesPerSecond.toFixed(1)],
      ...(withCpu ? [one.serverCpuMs?.toFixed(3) ?? ''] : []),
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ')).join('\n');
}
