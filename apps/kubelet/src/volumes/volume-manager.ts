import { lchown, lstat, mkdir, readdir, rm, chmod } from 'node:fs/promises';
import path from 'node:path';
import type { Pod, Volume } from '@typernetes/api';
import type { Clock } from '@typernetes/machinery';
import type { ObjectReader } from '../container/environment';
import type { PodFacts } from '../container/field-refs';
import { containersOf, ephemeralContainersOf, initContainersOf, uidOf } from '../pod/pod-kind';
import { volumeKinds } from './kinds';
import type { StorageReader } from './persistent-volume/storage-reader';
import type { MountedVolume, TokenSource, VolumeKind } from './volume-kind';

/** A volume cannot be used: event FailedMount. */
export class VolumeError extends Error {}

export interface VolumeManagerDependencies {
  /** `<root-dir>/pods` */
  podsDir: string;
  objects: ObjectReader;
  tokens: TokenSource;
  storage: StorageReader;
  clock: Clock;
}

/** Makes, refreshes and removes the volumes of pods. */
export class VolumeManager {
  constructor(private readonly dependencies: VolumeManagerDependencies) {}

  podDir(uid: string): string {
    return path.join(this.dependencies.podsDir, uid);
  }

  /** Makes the pod's volumes, or brings them up to date, by volume name. @throws VolumeError */
  async setUp(pod: Pod, facts: PodFacts): Promise<Map<string, MountedVolume>> {
    const mounted = new Map<string, MountedVolume>();
    const used = new Set([...initContainersOf(pod), ...containersOf(pod), ...ephemeralContainersOf(pod)].flatMap(({ volumeMounts = [] }) => volumeMounts.map(({ name }) => name)));
    for (const volume of pod.spec?.volumes ?? []) {
      // As upstream: what nobody mounts is not made.
      if (!used.has(volume.name)) continue;
      if (volume.image) mounted.set(volume.name, { hostPath: '', image: volume.image.reference ?? '', readOnly: true });
      else mounted.set(volume.name, await this.setUpOne(pod, volume, facts));
    }
    return mounted;
  }

  private async setUpOne(pod: Pod, volume: Volume, facts: PodFacts): Promise<MountedVolume> {
    const { objects, tokens, storage, clock } = this.dependencies;
    const kind = volumeKinds.find((one) => one.handles(volume));
    if (!kind) {
      const source = Object.keys(volume).find((key) => key !== 'name') ?? 'no source';
      throw new VolumeError(`MountVolume.SetUp failed for volume "${volume.name}" : volumes of kind ${source} are not supported by this kubelet`);
    }
    const dir = path.join(this.podDir(uidOf(pod)), 'volumes', kind.folder, volume.name);
    const readOnly = kind.isReadOnly?.(volume) ?? false;
    const isNew = !(await lstat(dir).catch(() => undefined));
    try {
      const hostPath = await kind.setUp({ pod, volume, dir, objects, tokens, storage, facts, clock });
      const group = pod.spec?.securityContext?.fsGroup;
      if (group !== undefined && isNew && hostPath === dir) await giveToGroup(dir, group);
      return { hostPath, readOnly };
    } catch (error) {
      // Files of before serve on: a container restarts also while the API is away or when its Secret is gone.
      if (await lstat(path.join(dir, '..data')).catch(() => undefined)) return { hostPath: dir, readOnly };
      throw new VolumeError(`MountVolume.SetUp failed for volume "${volume.name}" : ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }

  /** Removes all that the pod left on disk. */
  async remove(uid: string): Promise<void> {
    const volumes = path.join(this.podDir(uid), 'volumes');
    for (const folder of await readdir(volumes).catch(() => [])) {
      const kind: VolumeKind | undefined = volumeKinds.find((one) => one.folder === folder);
      for (const name of await readdir(path.join(volumes, folder))) await kind?.tearDown?.(path.join(volumes, folder, name));
    }
    await rm(this.podDir(uid), { recursive: true, force: true });
  }

  /** Pods that have a directory. */
  async podsOnDisk(): Promise<string[]> {
    await mkdir(this.dependencies.podsDir, { recursive: true });
    return readdir(this.dependencies.podsDir);
  }
}

/** fsGroup: the group owns the directory and new files in it. */
async function giveToGroup(dir: string, gid: number): Promise<void> {
  await lchown(dir, 0, gid);
  await chmod(dir, ((await lstat(dir)).mode & 0o7777) | 0o2070);
}
