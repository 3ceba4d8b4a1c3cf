import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Clock } from '@typernetes/machinery';
import { clusterContainers, isWorker, type ClusterContainer } from '../cluster/nodes';
import { requireSettings } from '../cluster/state';
import { Problem, UsageProblem } from '../problem';

/** Processes that share a node's log; each line begins with its name. */
const nodeProcesses = ['dockerd', 'cri-docker', 'kubelet', 'proxy', 'supervisor'];

export interface LogsOptions {
  follow?: boolean;
  tail?: string;
  node?: string;
}

/** The part of a node's line that one process wrote; undefined when another one did. */
export function lineOf(component: string, line: string): string | undefined {
  const prefix = `${component} | `;
  return line.startsWith(prefix) ? line.slice(prefix.length) : undefined;
}

/** Runs `docker logs` with these flags and hands on its lines. */
function read(container: string, flags: readonly string[], show: (line: string) => void): Promise<void> {
  const child = spawn('docker', ['logs', ...flags, container], { stdio: ['ignore', 'pipe', 'pipe'] });
  createInterface({ input: child.stdout }).on('line', show);
  createInterface({ input: child.stderr }).on('line', show);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => resolve());
  });
}

const dockerFlags = ({ follow, tail }: LogsOptions): string[] => [...(follow ? ['--follow'] : []), ...(tail === undefined ? [] : ['--tail', tail])];

/** One process's lines of a node's log. Docker counts everybody's lines, so for `tail` we count ourselves. */
async function readProcess(worker: ClusterContainer, component: string, options: LogsOptions & { now: string }, show: (line: string) => void): Promise<void> {
  const showOwn = (line: string): void => {
    const text = lineOf(component, line);
    if (text !== undefined) show(text);
  };
  if (options.tail === undefined) return read(worker.name, dockerFlags(options), showOwn);
  const last: string[] = [];
  // Between the two readings no line is lost or comes twice.
  await read(worker.name, ['--until', options.now], (line) => {
    const text = lineOf(component, line);
    if (text !== undefined && last.push(text) > Number(options.tail)) last.shift();
  });
  last.forEach(show);
  if (options.follow) await read(worker.name, ['--follow', '--since', options.now], showOwn);
}

/** Prints the log of a component: a control plane service, a node, or one process on all nodes. */
export async function logs(cluster: string, component: string, options: LogsOptions, clock: Clock): Promise<void> {
  if (options.tail !== undefined && !/^\d+$/.test(options.tail)) throw new UsageProblem(`--tail ${options.tail} is no number of lines.`, 'Give one such as --tail 100.');
  await requireSettings(cluster);
  const containers = await clusterContainers(cluster);
  const service = containers.find((container) => container.service === component);
  if (service) return read(service.name, dockerFlags(options), (line) => console.log(line));
  const workers = containers.filter((container) => isWorker(container) && (!options.node || container.service === options.node));
  if (!nodeProcesses.includes(component) || workers.length === 0) {
    const names = [...containers.map((container) => container.service), ...nodeProcesses];
    throw new Problem(`There is no component "${component}"${options.node ? ` on "${options.node}"` : ''}.`, `Choose one of ${names.join(', ')}.`);
  }
  const prefixOf = (worker: ClusterContainer): string => (workers.length > 1 ? `${worker.service} ` : '');
  // Docker takes seconds with a fraction.
  const now = (clock.now() / 1_000).toFixed(3);
  await Promise.all(workers.map((worker) => readProcess(worker, component, { ...options, now }, (line) => console.log(prefixOf(worker) + line))));
}
