import { writeFileSync } from 'node:fs';
import type { Clock } from '@typernetes/machinery';
import { measure } from '../bench-api/measure';
import { Target, type TargetFlags } from '../bench-api/target';
import { positive, prepareNamespace, renderTable } from '../bench-scheduler/bench-scheduler';
import { boundPods, watchObjects } from '../bench-scheduler/watch-objects';
import { benchDeployment, isAvailable, namespace } from './deployment';

export interface BenchDeployFlags extends TargetFlags {
  readonly deployments: string;
  readonly replicas: string;
  readonly connections: string;
  /** Seconds until Deployments that are not available are given up. */
  readonly timeout: string;
  /** File for the figures as JSON. */
  readonly json?: string;
}

interface DeployFigures {
  readonly deployments: number;
  readonly pods: number;
  readonly available: number;
  readonly createSeconds: number;
  /** From the first Deployment's creation to the last pod's node. */
  readonly boundSeconds: number;
  /** To the last Deployment's Available. */
  readonly availableSeconds: number;
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const deploymentsPath = `/apis/apps/v1/namespaces/${namespace}/deployments`;

/** Measures how long it takes until Deployments, created all at once, are available: controllers, scheduler and kubelets together. */
export async function benchDeploy(flags: BenchDeployFlags, clock: Clock): Promise<void> {
  const [deployments, replicas, connections] = [positive('--deployments', flags.deployments), positive('--replicas', flags.replicas), positive('--connections', flags.connections)];
  const timeoutMs = positive('--timeout', flags.timeout) * 1_000;
  const target = Target.of(flags);
  try {
    await prepareNamespace(target, namespace);
    const figures = await run(target, { deployments, replicas, connections, timeoutMs }, clock);
    console.log(renderDeployFigures(figures));
    if (flags.json) writeFileSync(flags.json, `${JSON.stringify({ server: target.server.href, connections, replicas, ...figures }, undefined, 2)}\n`);
    if (figures.available < deployments) process.exitCode = 1;
  } finally {
    await target.call({ method: 'DELETE', path: deploymentsPath, body: json({ kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' }) });
    await target.call({ method: 'DELETE', path: `/api/v1/namespaces/${namespace}` });
    target.close();
  }
}

interface Run {
  deployments: number;
  replicas: number;
  connections: number;
  timeoutMs: number;
}

async function run(target: Target, { deployments, replicas, connections, timeoutMs }: Run, clock: Clock): Promise<DeployFigures> {
  const pods = deployments * replicas;
  process.stderr.write(`${deployments} Deployments of ${replicas} pods ...\n`);
  const bound = await watchObjects(target, boundPods(namespace, pods));
  const available = await watchObjects(target, { path: `${deploymentsPath}?watch=1`, count: deployments, counts: isAvailable });
  try {
    const startedAtMs = clock.monotonic();
    const secondsSince = (): number => (clock.monotonic() - startedAtMs) / 1_000;
    const created = await measure(target, { name: 'deployments', count: deployments, connections, call: (index) => ({ method: 'POST', path: deploymentsPath, body: json(benchDeployment(index, replicas)) }) }, clock);
    const until = (done: Promise<void>): Promise<number> => Promise.race([done, clock.sleep(timeoutMs)]).then(secondsSince);
    const [boundSeconds, availableSeconds] = await Promise.all([until(bound.done), until(available.done)]);
    return { deployments, pods, available: available.count, createSeconds: created.seconds, boundSeconds, availableSeconds };
  } finally {
    bound.stop();
    available.stop();
  }
}

/** A table for people. */
export function renderDeployFigures({ deployments, pods, available, createSeconds, boundSeconds, availableSeconds }: DeployFigures): string {
  return renderTable([
    ['deployments', 'pods', 'available', 'creation s', 'all bound s', 'all available s', 'pods per second'],
    [String(deployments), String(pods), String(available), createSeconds.toFixed(1), boundSeconds.toFixed(1), availableSeconds.toFixed(1), (pods / availableSeconds).toFixed(0)],
  ]);
}
