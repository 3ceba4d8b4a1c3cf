import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Pod } from '@typernetes/api';
import { cri as proto } from '@typernetes/proto';
import { uidOf } from '../pod/pod-kind';
import type { CriClient } from '../runtime/cri-client';
import { runtimeMethods } from '../runtime/cri-client';
import { labels } from '../runtime/labels';
import { emptyDirVolume } from '../volumes/empty-dir/empty-dir';
import type { LocalUsage } from './local-storage';

/** stat(2): st_blocks counts these, whatever the blocks of the disk are. */
const blockBytes = 512;

/** Bytes of disk below a directory, without following links; what goes while it is looked at does not count. */
export async function diskUsage(dir: string): Promise<number> {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
  let bytes = 0;
  for (const entry of entries) {
    const place = path.join(dir, entry.name);
    bytes += ((await lstat(place).catch(() => undefined))?.blocks ?? 0) * blockBytes;
    if (entry.isDirectory()) bytes += await diskUsage(place);
  }
  return bytes;
}

export interface LocalUsageSources {
  cri: CriClient;
  /** Of the pod's volumes. */
  podDir(uid: string): string;
  /** Of the pod's logs. */
  logDir(pod: Pod): string;
}

/** Measures what a pod has on disk now. */
export async function readLocalUsage(pod: Pod, { cri, podDir, logDir }: LocalUsageSources): Promise<LocalUsage> {
  const volumes = new Map<string, number>();
  for (const { name, emptyDir } of pod.spec?.volumes ?? []) {
    if (emptyDir) volumes.set(name, await diskUsage(path.join(podDir(uidOf(pod)), 'volumes', emptyDirVolume.folder, name)));
  }
  const state = { state: proto.ContainerState.CONTAINER_RUNNING };
  const filter = proto.ContainerFilter.fromPartial({ state, labelSelector: { [labels.podUid]: uidOf(pod) } });
  const containers = new Map<string, number>();
  for (const { id, labels: told } of (await cri.call(runtimeMethods.listContainers, { filter })).containers) {
    const name = told[labels.containerName] ?? '';
    const { stats } = await cri.call(runtimeMethods.containerStats, { containerId: id });
    containers.set(name, Number(stats?.writableLayer?.usedBytes?.value ?? 0n) + (await diskUsage(path.join(logDir(pod), name))));
  }
  return { volumes, containers };
}
