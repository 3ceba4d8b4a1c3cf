import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import type { Clock } from '@typernetes/machinery';
import { measure } from '../bench-api/measure';
import { Target } from '../bench-api/target';
import { benchDeployment, isAvailable, namespace } from '../bench-deploy/deployment';
import { positive, prepareNamespace, renderTable } from '../bench-scheduler/bench-scheduler';
import { watchObjects } from '../bench-scheduler/watch-objects';
import { Problem } from '../problem';
import { StandaloneProcess } from './standalone-process';

export interface BenchStartFlags {
  readonly nodes: string;
  readonly pods: string;
  /** How often it is started; the first time it makes its keys too. */
  readonly rounds: string;
  /** Seconds of doing nothing, measured in the last round. */
  readonly idle: string;
  readonly inMemory?: boolean;
  /** File for the figures as JSON. */
  readonly json?: string;
}

export interface StartFigures {
  readonly round: string;
  readonly readyzSeconds: number;
  readonly readyzCpuSeconds: number;
  /** Until all simulated nodes are Ready. */
  readonly nodesSeconds: number;
  readonly memoryMiB: number;
}

interface IdleFigures {
  readonly memoryMiB: number;
  /** Of one core. */
  readonly cpuShare: number;
}

interface WatchedNode {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

const replicasPerDeployment = 100;
const waitMs = 600_000;

const isReady = ({ status }: WatchedNode): boolean => status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') === true;

/** Measures `t8s dev`: cold starts, and what it costs when nothing happens. */
export async function benchStart(flags: BenchStartFlags, clock: Clock): Promise<void> {
  const [nodes, rounds, idle] = [positive('--nodes', flags.nodes), positive('--rounds', flags.rounds), positive('--idle', flags.idle)];
  const pods = flags.pods === '0' ? 0 : positive('--pods', flags.pods);
  const directory = mkdtempSync(path.join(tmpdir(), 't8s-bench-start-'));
  const figures: StartFigures[] = [];
  let idleFigures: IdleFigures | undefined;
  try {
    for (let round = 1; round <= rounds; round++) {
      const standalone = await StandaloneProcess.start({ directory, nodes, isInMemory: flags.inMemory ?? false }, clock);
      try {
        figures.push(await startUp(standalone, round, nodes, clock));
        if (round < rounds) continue;
        if (pods > 0) await runPods(standalone, pods, clock);
        idleFigures = await beIdle(standalone, idle, clock);
      } finally {
        await standalone.stop();
        rmSync(standalone.kubeconfig, { force: true });
      }
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  console.log(renderStartFigures(figures));
  if (idleFigures) console.log(`idle with ${nodes} nodes and ${pods} pods: ${idleFigures.memoryMiB.toFixed(0)} MiB, ${idleFigures.cpuShare.toFixed(3)} of a core; load average ${loadavg()[0]?.toFixed(1)}`);
  if (flags.json) writeFileSync(flags.json, `${JSON.stringify({ nodes, pods, figures, idle: idleFigures }, undefined, 2)}\n`);
}

async function startUp(standalone: StandaloneProcess, round: number, nodes: number, clock: Clock): Promise<StartFigures> {
  await standalone.untilReadyz();
  const readyz = { readyzSeconds: standalone.secondsSinceStart, readyzCpuSeconds: standalone.cpuSeconds };
  await standalone.untilKubeconfig();
  const target = Target.of({ kubeconfig: standalone.kubeconfig });
  try {
    await untilSeen(target, { path: '/api/v1/nodes?watch=1', count: nodes, counts: isReady }, clock);
    return { round: round === 1 ? 'first, makes keys' : String(round), ...readyz, nodesSeconds: standalone.secondsSinceStart, memoryMiB: standalone.memoryMiB };
  } finally {
    target.close();
  }
}

async function untilSeen<T>(target: Target, wanted: Parameters<typeof watchObjects<T>>[1], clock: Clock): Promise<void> {
  const watch = await watchObjects(target, wanted);
  try {
    await Promise.race([watch.done, clock.sleep(waitMs)]);
    if (watch.count < wanted.count) throw new Problem(`Only ${watch.count} of ${wanted.count} became ready.`, 'Try fewer.');
  } finally {
    watch.stop();
  }
}

async function runPods(standalone: StandaloneProcess, pods: number, clock: Clock): Promise<void> {
  const target = Target.of({ kubeconfig: standalone.kubeconfig });
  try {
    await prepareNamespace(target, namespace);
    const count = Math.ceil(pods / replicasPerDeployment);
    const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
    const body = (index: number): Buffer => Buffer.from(JSON.stringify(benchDeployment(index, Math.min(replicasPerDeployment, pods - index * replicasPerDeployment))));
    await measure(target, { name: 'deployments', count, connections: 4, call: (index) => ({ method: 'POST', path: deployments, body: body(index) }) }, clock);
    await untilSeen(target, { path: `${deployments}?watch=1`, count, counts: isAvailable }, clock);
  } finally {
    target.close();
  }
}

async function beIdle(standalone: StandaloneProcess, seconds: number, clock: Clock): Promise<IdleFigures> {
  // What the start and the pods have set off is to be over.
  await clock.sleep(5_000);
  const before = standalone.cpuSeconds;
  await clock.sleep(seconds * 1_000);
  return { memoryMiB: standalone.memoryMiB, cpuShare: (standalone.cpuSeconds - before) / seconds };
}

/** A table for people. */
export const renderStartFigures = (figures: readonly StartFigures[]): string =>
  renderTable([
    ['start', '/readyz s', 'CPU s', 'all nodes Ready s', 'MiB'],
    ...figures.map(({ round, readyzSeconds, readyzCpuSeconds, nodesSeconds, memoryMiB }) => [round, readyzSeconds.toFixed(2), readyzCpuSeconds.toFixed(2), nodesSeconds.toFixed(2), memoryMiB.toFixed(0)]),
  ]);
