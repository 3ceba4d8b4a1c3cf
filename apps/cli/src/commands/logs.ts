import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { clusterContainers, isWorker, type ClusterContainer } from '../cluster/nodes';
import { requireSettings } from '../cluster/state';
import { Problem } from '../problem';

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

function follow(container: ClusterContainer, options: LogsOptions, show: (line: string) => void): Promise<void> {
  const args = ['logs', ...(options.follow ? ['--follow'] : []), ...(options.tail ? ['--tail', options.tail] : []), container.name];
  const child = spawn('docker', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  createInterface({ input: child.stdout }).on('line', show);
  createInterface({ input: child.stderr }).on('line', show);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => resolve());
  });
}

/** Prints the log of a component: a control plane service, a node, or one process on all nodes. */
export async function logs(cluster: string, component: string, options: LogsOptions): Promise<void> {
  await requireSettings(cluster);
  const containers = await clusterContainers(cluster);
  const service = containers.find((container) => container.service === component);
  if (service) return follow(service, options, (line) => console.log(line));
  const workers = containers.filter((container) => isWorker(container) && (!options.node || container.service === options.node));
  if (!nodeProcesses.includes(component) || workers.length === 0) {
    const names = [...containers.map((container) => container.service), ...nodeProcesses];
    throw new Problem(`There is no component "${component}".`, `Choose one of ${names.join(', ')}.`);
  }
  await Promise.all(
    workers.map((worker) =>
      follow(worker, options, (line) => {
        const text = lineOf(component, line);
        if (text !== undefined) console.log(workers.length > 1 ? `${worker.service} ${text}` : text);
      }),
    ),
  );
}
