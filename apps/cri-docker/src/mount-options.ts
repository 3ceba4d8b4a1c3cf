import { cri } from '@typernetes/proto';
import { invalidArgument } from './errors';

/** One entry of Docker's HostConfig.Mounts. */
export interface MountOption {
  Type: 'bind';
  Source: string;
  Target: string;
  ReadOnly: boolean;
  BindOptions: { Propagation: 'rprivate' | 'rslave' | 'rshared'; ReadOnlyNonRecursive?: boolean; ReadOnlyForceRecursive?: boolean };
}

const propagations = {
  [cri.MountPropagation.PROPAGATION_PRIVATE]: 'rprivate',
  [cri.MountPropagation.PROPAGATION_HOST_TO_CONTAINER]: 'rslave',
  [cri.MountPropagation.PROPAGATION_BIDIRECTIONAL]: 'rshared',
} as const;

/**
 * A CRI mount as Docker wants it. Engines from API 1.44 on make read-only mounts recursively so by default, which CRI
 * only wants when it says so; older ones ignore the two fields.
 * @throws CriError for contradicting flags
 */
export function mountOption(mount: cri.Mount): MountOption {
  if (!mount.hostPath || !mount.containerPath) throw invalidArgument('a mount needs host_path and container_path');
  if (mount.recursiveReadOnly && (!mount.readonly || mount.propagation !== cri.MountPropagation.PROPAGATION_PRIVATE)) {
    throw invalidArgument('recursive_read_only needs readonly and private propagation');
  }
  const propagation = propagations[mount.propagation as keyof typeof propagations] ?? 'rprivate';
  const recursion = mount.recursiveReadOnly ? { ReadOnlyForceRecursive: true } : { ReadOnlyNonRecursive: true };
  return {
    Type: 'bind',
    Source: mount.hostPath,
    Target: mount.containerPath,
    ReadOnly: mount.readonly,
    BindOptions: { Propagation: propagation, ...(mount.readonly ? recursion : {}) },
  };
}
