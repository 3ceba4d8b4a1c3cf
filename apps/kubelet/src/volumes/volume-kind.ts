import type { Pod, Volume } from '@typernetes/api';
import type { Clock } from '@typernetes/machinery';
import type { ObjectReader } from '../container/environment';
import type { PodFacts } from '../container/field-refs';
import type { StorageReader } from './persistent-volume/storage-reader';

/** Gives tokens of a pod's service account; remembers and renews them. */
export interface TokenSource {
  token(pod: Pod, audience: string | undefined, expirationSeconds: number): Promise<string>;
}

export interface VolumeContext {
  pod: Pod;
  volume: Volume;
  /** The volume's own directory; exists only when `setUp` makes it. */
  dir: string;
  objects: ObjectReader;
  tokens: TokenSource;
  storage: StorageReader;
  facts: PodFacts;
  clock: Clock;
}

/** A volume that is ready for containers. */
export interface MountedVolume {
  /** Empty for an image. */
  hostPath: string;
  /** The image that the runtime mounts (KEP-4639). */
  image?: string;
  /** No container may write to it, whatever its mount says. */
  readOnly: boolean;
}

/** One kind of volume. */
export interface VolumeKind {
  /** `kubernetes.io~secret`: the folder of its volumes in a pod's directory. */
  folder: string;
  handles(volume: Volume): boolean;
  /** What the kubelet writes is not for containers to change (API docs: Volumes); absent: containers may write. */
  isReadOnly?(volume: Volume): boolean;
  /**
   * Makes the volume, or brings it up to date: called before containers start and every now and then later. Gives back
   * the path to mount. @throws Error that says why not
   */
  setUp(context: VolumeContext): Promise<string>;
  /** Undoes what removing the directory would not. */
  tearDown?(dir: string): Promise<void>;
}
