import { writeFileSync } from 'node:fs';
import type { Clock } from '@typernetes/machinery';
import { Problem } from '../problem';
import { benchPod, benchStatus, namespace, podName, podsPath, rareLabel } from './bench-pod';
import { measureFanOut } from './fan-out';
import { renderTable, type Figures } from './figures';
import { measure, type Workload } from './measure';
import { serverCost, type ServerCost } from './server-cost';
import { Target, type TargetFlags } from './target';

export interface BenchApiFlags extends TargetFlags {
  readonly pods: string;
  readonly connections: string;
  /** Process of the server, when it is on this machine. */
  readonly pid?: string;
  /** File for the figures as JSON. */
  readonly json?: string;
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';

/** Walks over all pods in an order that is not theirs. */
const scattered = (index: number, pods: number): number => (index * 7_919) % pods;

/** In this order: the first fills the server, the rest works on what is there. */
function workloads(pods: number, connections: number): Workload[] {
  const get = (name: string, count: number, query: string, accept?: string): Workload => ({ name, count, connections: 1, call: () => ({ method: 'GET', path: `${podsPath}${query}`, ...(accept ? { accept } : {}) }) });
  const apply = (index: number): Buffer => json({ apiVersion: 'v1', kind: 'Pod', metadata: { name: podName(scattered(index, pods)), labels: { turn: String(index) } } });
  return [
    { name: `create, ${connections} connections`, count: pods, connections, call: (index) => ({ method: 'POST', path: podsPath, body: json(benchPod(index)) }) },
    { name: `get, ${connections} connections`, count: pods, connections, call: (index) => ({ method: 'GET', path: `${podsPath}/${podName(scattered(index, pods))}` }) },
    get(`list of ${pods}, resourceVersion=0`, 20, '?resourceVersion=0'),
    get(`list of ${pods}, consistent`, 20, ''),
    get('list, limit=500', 100, '?limit=500'),
    get('list, label of 1 %', 200, `?labelSelector=${rareLabel}`),
    get('list as Table, limit=500', 100, '?limit=500', table),
    {
      name: 'strategic patch of status, 1 connection',
      count: 500,
      connections: 1,
      call: (index) => ({
        method: 'PATCH',
        path: `${podsPath}/${podName(scattered(index, pods))}/status`,
        body: json(benchStatus(index, index)),
        contentType: 'application/strategic-merge-patch+json',
      }),
    },
    {
      name: 'server-side apply, 1 connection',
      count: 500,
      connections: 1,
      call: (index) => ({ method: 'PATCH', path: `${podsPath}/${podName(scattered(index, pods))}?fieldManager=bench&force=true`, body: apply(index), contentType: 'application/apply-patch+yaml' }),
    },
  ];
}

/** @throws Problem when nobody answers there */
async function askFirst(target: Target): Promise<void> {
  try {
    await target.call({ method: 'GET', path: '/version' });
  } catch (error) {
    throw new Problem(`${target.server.href} does not answer: ${error instanceof Error ? error.message : String(error)}.`, 'Check the address, and that the server runs.', { cause: error });
  }
}

/**
 * The namespace, with the account that pods need where no controller makes one.
 * @throws Problem when nobody answers, when the server refuses, or when another run has left its pods
 */
async function prepare(target: Target, clock: Clock): Promise<void> {
  await askFirst(target);
  const create = async (path: string, object: object): Promise<void> => {
    const { status, problem } = await target.call({ method: 'POST', path, body: json(object) });
    if (status === 409 && path === '/api/v1/namespaces') {
      throw new Problem(`The server has a namespace ${namespace} already: another benchmark runs, or one was interrupted.`, `Wait, or remove it: kubectl delete namespace ${namespace}`);
    }
    if (status >= 300 && status !== 409) throw new Problem(`The server refuses the benchmark: ${status} ${problem}`, 'Use a server and a token that may do everything.');
  };
  await create('/api/v1/namespaces', { metadata: { name: namespace } });
  await create(`/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name: 'default' } });
  // Controllers write into a new namespace; the first requests shall not meet them.
  await clock.sleep(2_000);
}

/** Pods first: without a controller the namespace alone would not go. */
async function cleanUp(target: Target): Promise<void> {
  await target.call({ method: 'DELETE', path: `${podsPath}?gracePeriodSeconds=0`, body: json({ kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0 }) });
  await target.call({ method: 'DELETE', path: `/api/v1/namespaces/${namespace}` });
}

/** What the server's process has used. @throws Problem when there is no such process here */
function costOf(pid: number): ServerCost {
  try {
    return serverCost(pid);
  } catch (error) {
    throw new Problem(`--pid ${pid} is no process of this machine.`, 'Give the id of the process of the server, or leave it out.', { cause: error });
  }
}

function positive(flag: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Problem(`${flag} ${text} is no number of things.`, 'Give a whole number greater than 0.');
  return value;
}

/** Measures any Kubernetes API server and prints a table. It creates a namespace of its own and removes it afterwards. */
export async function benchApi(flags: BenchApiFlags, clock: Clock): Promise<void> {
  const [pods, connections] = [positive('--pods', flags.pods), positive('--connections', flags.connections)];
  const pid = flags.pid === undefined ? undefined : positive('--pid', flags.pid);
  const target = Target.of(flags);
  const before = pid === undefined ? undefined : costOf(pid);
  const figures: Figures[] = [];
  const failures: string[] = [];
  const run = async (name: string, work: () => Promise<Figures>): Promise<void> => {
    process.stderr.write(`${name} ...\n`);
    const cpuBefore = pid === undefined ? 0 : serverCost(pid).cpuSeconds;
    try {
      const figure = await work();
      figures.push(pid === undefined ? figure : { ...figure, serverCpuMs: ((serverCost(pid).cpuSeconds - cpuBefore) * 1_000) / figure.requests });
    } catch (error) {
      // A server that lacks one verb can still be measured in the others.
      failures.push(error instanceof Error ? error.message : String(error));
    }
  };
  await prepare(target, clock);
  try {
    for (const workload of workloads(pods, connections)) await run(workload.name, () => measure(target, workload, clock));
    await run('watch fan-out', () => measureFanOut(target, { watchers: 100, events: Math.min(300, pods), connections: 4 }, clock));
  } finally {
    process.stderr.write('clean up ...\n');
    await cleanUp(target);
    target.close();
  }
  console.log(renderTable(figures));
  const after = pid === undefined ? undefined : serverCost(pid);
  const cost = before && after && { cpuSeconds: after.cpuSeconds - before.cpuSeconds, peakMemoryMiB: after.peakMemoryMiB };
  if (cost) console.log(`server: ${cost.cpuSeconds.toFixed(1)} s of CPU, ${cost.peakMemoryMiB.toFixed(0)} MiB at its peak`);
  for (const failure of failures) console.log(`failed: ${failure}`);
  if (failures.length > 0) process.exitCode = 1;
  if (flags.json) writeFileSync(flags.json, `${JSON.stringify({ server: target.server.href, pods, connections, figures, failures, ...(cost ? { cost } : {}) }, undefined, 2)}\n`);
}
