import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { docker, lines } from '../docker/docker';
import type { AdminApi } from './api';
import { stateDirectory } from './paths';
import { workerName, type ClusterSettings } from './settings';

/** Which of the names are workers beyond the wanted number. */
export function formerWorkers(names: readonly string[], workers: number): string[] {
  const wanted = new Set(Array.from({ length: workers }, (_, index) => workerName(index)));
  return [...new Set(names.filter((name) => /^worker-\d+$/.test(name) && !wanted.has(name)))];
}

interface NamedList {
  items: { metadata: { name: string; namespace?: string } }[];
}

/** Takes the Nodes of workers whose containers are gone out of the API, with their pods. */
export async function removeFormerNodes(api: AdminApi, settings: ClusterSettings): Promise<void> {
  const nodes = await api.get<NamedList>('/api/v1/nodes');
  for (const node of formerWorkers(nodes.items.map(({ metadata }) => metadata.name), settings.workers)) {
    await api.request('DELETE', `/api/v1/nodes/${node}`);
    const pods = await api.get<NamedList>(`/api/v1/pods?fieldSelector=spec.nodeName%3D${node}`);
    // Nobody is left who could end them gracefully.
    for (const { metadata } of pods.items) await api.request('DELETE', `/api/v1/namespaces/${metadata.namespace ?? 'default'}/pods/${metadata.name}?gracePeriodSeconds=0`);
  }
}

/** Removes the volumes of workers whose containers are gone. */
export async function removeFormerVolumes(settings: ClusterSettings): Promise<void> {
  const filter = `label=com.docker.compose.project=${settings.name}`;
  const volumes = lines(await docker(['volume', 'ls', '--filter', filter, '--format', '{{.Name}}\t{{.Label "com.docker.compose.volume"}}'])).map((line) => line.split('\t'));
  const workerOf = (label: string | undefined): string => label?.replace(/-(docker|kubelet)$/, '') ?? '';
  const former = formerWorkers(volumes.map(([, label]) => workerOf(label)), settings.workers);
  const names = volumes.filter(([, label]) => former.includes(workerOf(label))).flatMap(([name]) => name ?? []);
  if (names.length) await docker(['volume', 'rm', ...names]);
}

/** Removes keys and certificates of workers whose containers are gone. */
export async function removeFormerKeys(settings: ClusterSettings): Promise<void> {
  const directory = stateDirectory(settings.name);
  for (const worker of formerWorkers(await readdir(directory), settings.workers)) await rm(path.join(directory, worker), { recursive: true });
}
