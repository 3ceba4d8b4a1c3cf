import path from 'node:path';
import { resources } from '@typernetes/api';
import { InformerFactory, type ApiClient } from '@typernetes/client';
import { stopAll, type Logger, type Running } from '@typernetes/component';
import type { Clock, Random } from '@typernetes/machinery';
import type { StandalonePki } from '@typernetes/pki';
import { CommandPlayer } from './command-player';
import { failByAnnotation, failByPlan } from './node-failures';
import type { NodeOutages } from './node-outages';
import { SharedDoor } from './shared-door';
import { startSimulatedNode } from './simulated-node';
import type { Simulation } from './simulation';

export interface SimulatedNodesOptions {
  readonly count: number;
  /** That each of them says it can run. */
  readonly maxPods: number;
  readonly directory: string;
  readonly pki: StandalonePki;
  readonly simulation: Simulation;
  readonly outages: NodeOutages;
  readonly clientFor: (user: { name: string; groups: readonly string[] }) => ApiClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** Started by so many at a time, so that a thousand nodes do not all register in one moment. */
const startsAtOnce = 20;

export const nodeName = (index: number): string => `node-${index + 1}`;

/** Simulated nodes `node-1` … of one process; they share a door, a command player and what they know of Services and pods. */
export async function startSimulatedNodes(options: SimulatedNodesOptions): Promise<Running> {
  const { count, maxPods, directory, pki, simulation, outages, clientFor, clock, random, logger } = options;
  const shared = new InformerFactory({ client: clientFor({ name: 'system:apiserver', groups: ['system:masters'] }), clock, random, logger });
  const pods = shared.informer(resources.pods);
  const services = shared.informer(resources.services);
  const ended = new AbortController();
  failByAnnotation(shared.informer(resources.nodes), outages);
  const door = new SharedDoor((target) => pods.get(`${target?.namespace ?? ''}/${target?.pod ?? ''}`)?.spec?.nodeName, (name) => !outages.isOut(name));
  const [player] = await Promise.all([CommandPlayer.start(random), door.start(pki)]);
  shared.start(ended.signal);
  const nodes: Running[] = [];
  const startOne = async (index: number): Promise<void> => {
    const name = nodeName(index);
    const client = clientFor({ name: `system:node:${name}`, groups: ['system:nodes', 'system:authenticated'] });
    const cancelFailures = failByPlan(name, simulation.planFor(name), { outages, clock });
    const node = await startSimulatedNode({ name, maxPods, client, services, door, player, simulation, directory: path.join(directory, name), clock, random, logger: logger.child({ node: name }) });
    nodes.push(stopAll([{ stop: async () => cancelFailures() }, node]));
  };
  for (let first = 0; first < count; first += startsAtOnce) {
    await Promise.all(Array.from({ length: Math.min(startsAtOnce, count - first) }, (_, i) => startOne(first + i)));
  }
  return stopAll([
    { stop: async () => void (await Promise.all(nodes.map((node) => node.stop()))) },
    { stop: async () => ended.abort(new Error('the nodes stop')) },
    { stop: () => door.stop() },
    { stop: () => player.stop() },
  ]);
}
