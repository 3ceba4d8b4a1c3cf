import { readFileSync } from 'node:fs';

/** What the server has used since it started. */
export interface ServerCost {
  readonly cpuSeconds: number;
  readonly peakMemoryMiB: number;
}

/** Linux counts in hundredths of a second on all architectures that Node runs on. */
const ticksPerSecond = 100;

/** Reads them of a process of this machine. @throws Error when there is none of this id */
export function serverCost(pid: number): ServerCost {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name may hold spaces; what follows its closing bracket does not. utime and stime are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
    peakMemoryMiB: Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) / 1_024,
  };
}
