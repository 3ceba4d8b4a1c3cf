import { chmod, lstat, mkdir, realpath, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Container } from '@typernetes/api';
import { cri } from '@typernetes/proto';
import type { MountedVolume } from '../volumes/volume-kind';
import { ConfigError } from './environment';
import { expand } from './expand';

export interface MountSources {
  /** The pod's volumes by name. */
  volumes: ReadonlyMap<string, MountedVolume>;
  /** Of the pod: hosts file, termination messages. */
  podDir: string;
  /** Written by the caller; mounted unless the container mounts something there. */
  hostsFile: string;
  /** New for every run of the container. */
  runId: string;
  environment: ReadonlyMap<string, string>;
}

const propagations: Record<string, cri.MountPropagation> = {
  HostToContainer: cri.MountPropagation.PROPAGATION_HOST_TO_CONTAINER,
  Bidirectional: cri.MountPropagation.PROPAGATION_BIDIRECTIONAL,
};

/** subPathExpr with its variables, all of which must be there (API docs: VolumeMount.subPathExpr). @throws ConfigError */
function expandedSubPath(expression: string, environment: ReadonlyMap<string, string>): string {
  return expand(expression, (name) => {
    const value = environment.get(name);
    if (value === undefined) throw new ConfigError(`missing value for ${JSON.stringify(name)}`);
    return value;
  });
}

/** A path inside a volume; links in it must not lead out. Made as a directory when missing. */
async function subPathOf(volume: string, subPath: string): Promise<string> {
  if (path.isAbsolute(subPath) || subPath.split('/').includes('..')) throw new ConfigError(`subPath "${subPath}" must not be absolute or contain '..'`);
  const root = await realpath(volume);
  const wanted = path.join(root, subPath);
  const isThere = await lstat(wanted).catch(() => undefined);
  if (!isThere) await mkdir(wanted, { recursive: true });
  const real = await realpath(wanted);
  if (real !== root && !real.startsWith(`${root}/`)) throw new ConfigError(`subPath "${subPath}" not within volume path`);
  return real;
}

/** Mounts of volumes, the hosts file and the file for the termination message. @throws ConfigError */
export async function mountsOf(container: Container, sources: MountSources): Promise<cri.Mount[]> {
  const mounts: cri.Mount[] = [];
  for (const mount of container.volumeMounts ?? []) {
    const volume = sources.volumes.get(mount.name);
    if (volume === undefined) throw new ConfigError(`cannot find volume "${mount.name}" to mount into container "${container.name}"`);
    const subPath = mount.subPathExpr ? expandedSubPath(mount.subPathExpr, sources.environment) : mount.subPath;
    mounts.push(
      cri.Mount.fromPartial({
        ...(volume.image === undefined ? { hostPath: subPath ? await subPathOf(volume.hostPath, subPath) : volume.hostPath } : { image: { image: volume.image }, imageSubPath: subPath ?? '' }),
        containerPath: path.isAbsolute(mount.mountPath) ? mount.mountPath : `/${mount.mountPath}`,
        readonly: volume.readOnly || (mount.readOnly ?? false),
        propagation: propagations[mount.mountPropagation ?? ''] ?? cri.MountPropagation.PROPAGATION_PRIVATE,
      }),
    );
  }
  const taken = new Set(mounts.map(({ containerPath }) => containerPath));
  if (!taken.has('/etc/hosts')) mounts.push(cri.Mount.fromPartial({ containerPath: '/etc/hosts', hostPath: sources.hostsFile }));
  const messagePath = container.terminationMessagePath ?? '/dev/termination-log';
  if (messagePath && !taken.has(messagePath)) {
    mounts.push(cri.Mount.fromPartial({ containerPath: messagePath, hostPath: await messageFile(container, sources) }));
  }
  return mounts;
}

async function messageFile(container: Container, { podDir, runId }: MountSources): Promise<string> {
  const dir = path.join(podDir, 'containers', container.name);
  await mkdir(dir, { recursive: true });
  const file = path.join(dir, runId);
  await writeFile(file, '');
  // Any user of any container may write its last words; umask must not forbid it.
  await chmod(file, 0o666);
  return file;
}
