import { writeFileSync } from 'node:fs';
import type { Clock } from '@typernetes/machinery';
import { measure } from '../bench-api/measure';
import { Target, type TargetFlags } from '../bench-api/target';
import { Problem } from '../problem';
import { boundPods, watchObjects } from './watch-objects';
import { benchNode, benchPod, namespace, nodeLabel, workloadNames, type WorkloadName } from './workloads';

export interface BenchSchedulerFlags extends TargetFlags {
  readonly nodes: string;
  readonly pods: string;
  readonly workload: string;
  readonly connections: string;
  /** Seconds until pods without a node are given up. */
  readonly timeout: string;
  /** File for the figures as JSON. */
  readonly json?: string;
}

interface SchedulerFigures {
  readonly workload: WorkloadName;
  readonly nodes: number;
  readonly pods: number;
  readonly bound: number;
  /** From the first pod's creation to the last one's binding. */
  readonly seconds: number;
  readonly boundPerSecond: number;
  /** What creating the pods alone took of that time. */
  readonly createSeconds: number;
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const podsPath = `/api/v1/namespaces/${namespace}/pods`;

/** @throws Problem for what is no number of things */
export function positive(flag: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Problem(`${flag} ${text} is no number of things.`, 'Give a whole number greater than 0.');
  return value;
}

/** @throws Problem for a name that is none of ours */
export function workloadOf(text: string): WorkloadName {
  const found = workloadNames.find((name) => name === text);
  if (!found) throw new Problem(`There is no workload ${text}.`, `Choose one of ${workloadNames.join(', ')}.`);
  return found;
}

/** Measures how many pods a second get a node, creation included, on any Kubernetes API server with a scheduler. */
export async function benchScheduler(flags: BenchSchedulerFlags, clock: Clock): Promise<void> {
  const workload = workloadOf(flags.workload);
  const [nodes, pods, connections] = [positive('--nodes', flags.nodes), positive('--pods', flags.pods), positive('--connections', flags.connections)];
  const timeoutMs = positive('--timeout', flags.timeout) * 1_000;
  const target = Target.of(flags);
  try {
    await prepare(target, { nodes, connections }, clock);
    const figures = await run(target, { workload, nodes, pods, connections, timeoutMs }, clock);
    console.log(renderFigures(figures));
    if (flags.json) writeFileSync(flags.json, `${JSON.stringify({ server: target.server.href, connections, ...figures }, undefined, 2)}\n`);
    if (figures.bound < pods) process.exitCode = 1;
  } finally {
    await cleanUp(target);
    target.close();
  }
}

/** A namespace in which pods can be made, also where no controller makes service accounts. @throws Problem when the server refuses */
export async function prepareNamespace(target: Target, name: string): Promise<void> {
  const create = async (path: string, object: object): Promise<void> => {
    const { status, problem } = await target.call({ method: 'POST', path, body: json(object) });
    if (status >= 300 && status !== 409) throw new Problem(`The server refuses the benchmark: ${status} ${problem}`, 'Use a server and a token that may do everything.');
  };
  await create('/api/v1/namespaces', { metadata: { name } });
  await create(`/api/v1/namespaces/${name}/serviceaccounts`, { metadata: { name: 'default' } });
}

async function prepare(target: Target, { nodes, connections }: { nodes: number; connections: number }, clock: Clock): Promise<void> {
  await prepareNamespace(target, namespace);
  process.stderr.write(`${nodes} nodes ...\n`);
  await measure(target, { name: 'nodes', count: nodes, connections, call: (index) => ({ method: 'POST', path: '/api/v1/nodes', body: json(benchNode(index)) }) }, clock);
  // The scheduler learns of them before the first pod comes.
  await clock.sleep(2_000);
}

interface Run {
  workload: WorkloadName;
  nodes: number;
  pods: number;
  connections: number;
  timeoutMs: number;
}

async function run(target: Target, { workload, nodes, pods, connections, timeoutMs }: Run, clock: Clock): Promise<SchedulerFigures> {
  process.stderr.write(`${pods} pods, ${workload} ...\n`);
  const watch = await watchObjects(target, boundPods(namespace, pods));
  try {
    const startedAtMs = clock.monotonic();
    const created = await measure(target, { name: 'pods', count: pods, connections, call: (index) => ({ method: 'POST', path: podsPath, body: json(benchPod(index, workload, nodes)) }) }, clock);
    await Promise.race([watch.done, clock.sleep(timeoutMs)]);
    const seconds = (clock.monotonic() - startedAtMs) / 1_000;
    return { workload, nodes, pods, bound: watch.count, seconds, boundPerSecond: watch.count / seconds, createSeconds: created.seconds };
  } finally {
    watch.stop();
  }
}

async function cleanUp(target: Target): Promise<void> {
  const options = json({ kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0 });
  await target.call({ method: 'DELETE', path: podsPath, body: options });
  await target.call({ method: 'DELETE', path: `/api/v1/nodes?labelSelector=${nodeLabel}`, body: options });
  await target.call({ method: 'DELETE', path: `/api/v1/namespaces/${namespace}` });
}

/** A table for people. */
export function renderFigures({ workload, nodes, pods, bound, seconds, boundPerSecond, createSeconds }: SchedulerFigures): string {
  return renderTable([
    ['workload', 'nodes', 'pods', 'bound', 'seconds', 'bound per second', 'creation s'],
    [workload, String(nodes), String(pods), String(bound), seconds.toFixed(1), boundPerSecond.toFixed(0), createSeconds.toFixed(1)],
  ]);
}

/** Rows of equal length, the first of which is the head. */
export function renderTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  ')).join('\n');
}
