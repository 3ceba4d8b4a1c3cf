import { docker, lines } from '../docker/docker';
import type { AdminApi } from './api';

interface NodeObject {
  metadata: { name: string };
  status?: { conditions?: { type: string; status: string }[] };
}

export interface NodeReadiness {
  name: string;
  ready: boolean;
}

export async function nodeReadiness(api: AdminApi): Promise<NodeReadiness[]> {
  const list = await api.get<{ items: NodeObject[] }>('/api/v1/nodes');
  return list.items.map((node) => ({
    name: node.metadata.name,
    ready: node.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false,
  }));
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
