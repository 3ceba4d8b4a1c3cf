import type { Node, Pod, Service } from '@typernetes/api';
import type { Logger } from '@typernetes/component';
import type { Clock, Random } from '@typernetes/machinery';
import type { ObjectReader } from '../container/environment';
import type { ImagePuller } from '../images/image-puller';
import type { ObjectClaims } from '../objects/watched-objects';
import type { Pressure } from '../node/pressure';
import type { ProbeManager } from '../probes/probe-manager';
import type { CriClient } from '../runtime/cri-client';
import type { RuntimeReader } from '../runtime/runtime-reader';
import type { Resolver } from '../sandbox/resolver';
import type { StatusManager } from '../status/status-manager';
import type { VolumeManager } from '../volumes/volume-manager';
import type { BackOff } from './back-off';
import { uidOf } from './pod-kind';

/** What pods must know of their node. */
export interface NodeView {
  readonly name: string;
  readonly ips: string[];
  readonly allocatable: Readonly<Record<string, string>>;
  readonly memoryBytes: number;
  /** As last seen in the API; undefined before it is registered. */
  readonly object: Node | undefined;
  /** Undefined: the pod network is ready. */
  networkProblem(): string | undefined;
  /** `docker` */
  readonly runtimeName: string;
}

export interface EventNote {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
}

/** Parts that all pods of the node share. */
export interface PodContext {
  cri: CriClient;
  reader: RuntimeReader;
  volumes: VolumeManager;
  probes: ProbeManager;
  statuses: StatusManager;
  puller: ImagePuller;
  restarts: BackOff;
  objects: ObjectReader;
  claims: ObjectClaims;
  services: () => Service[];
  /** What the runtime calls the RuntimeClass; empty without one. @throws Error when there is no such class */
  runtimeHandler(runtimeClassName: string | undefined): Promise<string>;
  node: NodeView;
  nodeResolver: Resolver;
  cluster: { servers: string[]; domain: string };
  rootDir: string;
  podLogsDir: string;
  /** What the node is short of. */
  pressure(): Pressure;
  /** Kernel parameters that pods may set here beyond the safe ones. */
  allowedUnsafeSysctls: readonly string[];
  clock: Clock;
  random: Random;
  logger: Logger;
  /** Called once when a pod runs for the first time: seconds since this kubelet saw it. */
  podStarted(seconds: number): void;
  /** The pod by which the API knows this one (static pods are known by their mirrors). */
  apiPod(pod: Pod): Pod | undefined;
  /** Other pods of the node that have not ended, as the node has promised them to be. */
  neighbours(uid: string): Pod[];
  /** About the pod, or with `containerName` about one of its containers. */
  report(pod: Pod, event: EventNote, containerName?: string): void;
}

export const podKeyOf = (pod: Pod): { uid: string; name: string; namespace: string } => ({
  uid: uidOf(pod),
  name: pod.metadata?.name ?? '',
  namespace: pod.metadata?.namespace ?? '',
});
