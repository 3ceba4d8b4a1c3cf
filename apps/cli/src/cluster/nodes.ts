import { docker, lines } from '../docker/docker';
import type { AdminApi } from './api';

interface NodeObject {
  metadata: { name: string };
  status?: { conditions?: { type: string; status: string; lastHeartbeatTime?: string }[] };
}

export interface NodeReadiness {
  name: string;
  ready: boolean;
}

/** Heartbeats are told in whole seconds. */
const heartbeatPrecisionMs = 1_000;

/** Whether a node is ready by its own word, and gave it since its container started; what it said before counts no more. */
export function isReadySince({ status }: NodeObject, startedAtMs = 0): boolean {
  const ready = status?.conditions?.find((condition) => condition.type === 'Ready' && condition.status === 'True');
  return ready !== undefined && Date.parse(ready.lastHeartbeatTime ?? '') + heartbeatPrecisionMs >= startedAtMs;
}

/** The nodes of the API; `startedAtMs` says by name when a node's container started. */
export async function nodeReadiness(api: AdminApi, startedAtMs: ReadonlyMap<string, number>): Promise<NodeReadiness[]> {
  const list = await api.get<{ items: NodeObject[] }>('/api/v1/nodes');
  return list.items.map((node) => ({ name: node.metadata.name, ready: isReadySince(node, startedAtMs.get(node.metadata.name)) }));
}

/** When the workers' containers started, in milliseconds since the epoch; Infinity for one that does not run. */
export async function startTimes(cluster: string): Promise<Map<string, number>> {
  const workers = (await clusterContainers(cluster)).filter(isWorker);
  if (workers.length === 0) return new Map();
  const text = await docker(['inspect', '--format', '{{.State.Running}} {{.State.StartedAt}}', ...workers.map(({ name }) => name)]);
  const times = lines(text).map((line) => line.split(' '));
  return new Map(workers.map(({ service }, index) => [service, times[index]?.[0] === 'true' ? Date.parse(times[index][1] ?? '') : Infinity]));
}

/** A container of the cluster, as Docker on the host sees it. */
export interface ClusterContainer {
  name: string;
  service: string;
  /** running, exited, ... */
  state: string;
  /** `Up 3 minutes (healthy)`. */
  status: string;
}

export async function clusterContainers(cluster: string): Promise<ClusterContainer[]> {
  const format = '{{.Names}}\t{{.Label "com.docker.compose.service"}}\t{{.State}}\t{{.Status}}';
  const text = await docker(['ps', '--all', '--filter', `label=com.docker.compose.project=${cluster}`, '--format', format]);
  return lines(text)
    .map((line) => line.split('\t'))
    .map(([name = '', service = '', state = '', status = '']) => ({ name, service, state, status }))
    .filter((container) => container.service !== '')
    .sort((a, b) => a.name.localeCompare(b.name));
}

export const isWorker = (container: ClusterContainer): boolean => container.service.startsWith('worker-');

/** Names of the cluster's volumes. */
export async function clusterVolumes(cluster: string): Promise<string[]> {
  return lines(await docker(['volume', 'ls', '--quiet', '--filter', `label=com.docker.compose.project=${cluster}`]));
}
