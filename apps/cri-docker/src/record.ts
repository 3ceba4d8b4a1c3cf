import { LRUCache } from 'lru-cache';
import { cri } from '@typernetes/proto';
import { recordCacheMax } from './limits';

/** Which of our things a Docker container is. The name is the one that Kubernetes on Docker always used. */
export const kindLabel = 'io.kubernetes.docker.type';
export const sandboxIdLabel = 'io.kubernetes.sandbox.id';
/** All that Docker cannot say: a JSON value. With it a restart of the shim loses nothing. */
const recordLabel = 'io.typernetes.cri.record';

export interface SandboxRecord {
  id: string;
  config: cri.PodSandboxConfig;
  runtimeHandler: string;
  /** Docker's lists tell whole seconds only. */
  createdAt: bigint;
}

export interface ContainerRecord {
  id: string;
  sandboxId: string;
  /** Without command, args and variables: Docker keeps those. */
  config: cri.ContainerConfig;
  createdAt: bigint;
  /** Absolute; empty when the container's output is not wanted. */
  logPath: string;
}

export type Labels = Record<string, string>;

/** Only for people who look with `docker ps`; the record is what counts. */
const visible = (labels: Labels): Labels =>
  Object.fromEntries(Object.entries(labels).filter(([key]) => key.startsWith('io.kubernetes.')));

export function sandboxLabels(record: Omit<SandboxRecord, 'id'>): Labels {
  const value = {
    config: cri.PodSandboxConfig.toJSON(record.config),
    runtimeHandler: record.runtimeHandler,
    createdAt: record.createdAt.toString(),
  };
  return { ...visible(record.config.labels), [kindLabel]: 'podsandbox', [recordLabel]: JSON.stringify(value) };
}

export function containerLabels(record: Omit<ContainerRecord, 'id'>): Labels {
  const value = {
    config: cri.ContainerConfig.toJSON({ ...record.config, command: [], args: [], envs: [] }),
    createdAt: record.createdAt.toString(),
    logPath: record.logPath,
  };
  return {
    ...visible(record.config.labels),
    [kindLabel]: 'container',
    [sandboxIdLabel]: record.sandboxId,
    [recordLabel]: JSON.stringify(value),
  };
}

/** Undefined for containers that are not a sandbox of ours. */
export function sandboxRecordOf(id: string, labels: Labels): SandboxRecord | undefined {
  const text = labels[recordLabel];
  if (labels[kindLabel] !== 'podsandbox' || !text) return undefined;
  const value = JSON.parse(text) as { config: unknown; runtimeHandler: string; createdAt: string };
  return {
    id,
    config: cri.PodSandboxConfig.fromJSON(value.config),
    runtimeHandler: value.runtimeHandler,
    createdAt: BigInt(value.createdAt),
  };
}

/** Undefined for containers that are not ours. */
export function containerRecordOf(id: string, labels: Labels): ContainerRecord | undefined {
  const text = labels[recordLabel];
  if (labels[kindLabel] !== 'container' || !text) return undefined;
  const value = JSON.parse(text) as { config: unknown; createdAt: string; logPath: string };
  return {
    id,
    sandboxId: labels[sandboxIdLabel] ?? '',
    config: cri.ContainerConfig.fromJSON(value.config),
    createdAt: BigInt(value.createdAt),
    logPath: value.logPath,
  };
}

/** Records never change, so each is parsed once. */
export class RecordCache {
  private readonly sandboxes = new LRUCache<string, SandboxRecord>({ max: recordCacheMax });
  private readonly containers = new LRUCache<string, ContainerRecord>({ max: recordCacheMax });

  sandbox(id: string, labels: Labels): SandboxRecord | undefined {
    const known = this.sandboxes.get(id) ?? sandboxRecordOf(id, labels);
    if (known) this.sandboxes.set(id, known);
    return known;
  }

  container(id: string, labels: Labels): ContainerRecord | undefined {
    const known = this.containers.get(id) ?? containerRecordOf(id, labels);
    if (known) this.containers.set(id, known);
    return known;
  }
}
