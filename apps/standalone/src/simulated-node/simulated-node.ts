import path from 'node:path';
import { defaultConfig, startKubelet, type Machine, type NetworkProbe } from '@typernetes/app-kubelet';
import { resources, type Node, type Pod, type Service } from '@typernetes/api';
import type { ApiClient, Informer, InformerFactory } from '@typernetes/client';
import { InformerFactory as Informers } from '@typernetes/client';
import { Registry, stopAll, type Logger, type Running } from '@typernetes/component';
import type { Clock, Random } from '@typernetes/machinery';
import type { CommandPlayer } from './command-player';
import type { SharedDoor } from './shared-door';
import { SimulatedRuntime } from './simulated-runtime';
import type { NodePlan, Simulation } from './simulation';

export interface SimulatedNodeOptions {
  readonly name: string;
  readonly maxPods: number;
  /** As `system:node:<name>`. */
  readonly client: ApiClient;
  /** Services are the same for all nodes of the process. */
  readonly services: Informer<Service>;
  readonly door: SharedDoor;
  readonly player: CommandPlayer;
  readonly simulation: Simulation;
  /** Volumes and logs of its pods. */
  readonly directory: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** What a simulated node says it has. */
const machineOf = ({ cpus = 8, memoryBytes = 32 * 2 ** 30 }: NodePlan): Machine => ({
  cpus,
  memoryBytes,
  storageBytes: 256 * 2 ** 30,
  machineId: '',
  systemUuid: '',
  bootId: '',
  kernelVersion: 'simulated',
  osImage: 'simulated',
  architecture: process.arch === 'x64' ? 'amd64' : process.arch,
});

const noPressure = { memory: false, disk: false, pid: false };

/** Probes over the network go by the container's age: nobody listens at a simulated pod's address. */
function probeOf(runtime: SimulatedRuntime, clock: Clock): NetworkProbe {
  return async (probe, { container: { livenessProbe }, containerId }) => {
    const container = runtime.running(containerId);
    if (!container) return { ok: false, output: 'the container does not run' };
    const { readyDelayMs, failAfterMs } = container.behaviour;
    const ageMs = clock.now() - container.startedAtMs;
    if (ageMs < readyDelayMs && probe !== livenessProbe) return { ok: false, output: 'its simulated ready-delay is not over' };
    if (failAfterMs !== undefined && ageMs >= failAfterMs) return { ok: false, output: 'its simulated fail-after is over' };
    return { ok: true };
  };
}

function sourcesOf(informers: InformerFactory, name: string): { pods: Informer<Pod>; node: Informer<Node> } {
  return {
    pods: informers.informer(resources.pods, { fieldSelector: `spec.nodeName=${name}` }),
    node: informers.informer(resources.nodes, { fieldSelector: `metadata.name=${name}` }),
  };
}

/** The real kubelet on a runtime that pretends. */
export async function startSimulatedNode(options: SimulatedNodeOptions): Promise<Running> {
  const { name, maxPods, client, services, door, player, simulation, directory, clock, random, logger } = options;
  const runtime = new SimulatedRuntime({ clock, random, simulation, playCommand: (container, words) => player.urlFor(container, words) });
  const plan = simulation.planFor(name);
  const informers = new Informers({ client, clock, random, logger });
  const sources = { ...sourcesOf(informers, name), services };
  const ended = new AbortController();
  const kubelet = await startKubelet(
    {
      ...defaultConfig,
      nodeName: name,
      maxPods,
      nodeIP: '127.0.0.1',
      nodeLabels: { 'type.typernetes.io': 'simulated', ...plan.labels },
      rootDir: path.join(directory, 'kubelet'),
      podLogsDir: path.join(directory, 'logs'),
      port: door.port,
      healthzPort: 0,
      resolvConf: '/dev/null',
    },
    {
      client,
      sources,
      logger,
      clock,
      random,
      // The process's own figures are not the node's, and to follow them costs each node a native histogram and its timer.
      registry: new Registry(),
      host: { cri: runtime, machine: machineOf(plan), readPressure: () => Promise.resolve(noPressure), probeNetwork: probeOf(runtime, clock), serve: (service) => door.add(name, service) },
    },
  );
  informers.start(ended.signal);
  const rest = {
    stop: async () => {
      ended.abort(new Error('the node stops'));
      door.remove(name);
    },
  };
  return stopAll([kubelet, rest]);
}
