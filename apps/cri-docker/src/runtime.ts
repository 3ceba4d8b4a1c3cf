import type Docker from 'dockerode';
import type { Clock } from '@typernetes/machinery';
import type { PodNetwork } from './cni/pod-network';
import type { CriDockerConfig } from './config';
import type { DiskUsage } from './disk-usage';
import type { EventSource } from './events';
import type { ImageVolumes } from './image-volumes';
import type { Logger } from '@typernetes/component';
import type { LogManager } from './logs/log-manager';
import type { RecordCache } from './record';
import type { SandboxFiles } from './sandbox-files';
import type { NodeFacts } from './sandbox-options';
import type { CpuSamples } from './stats';
import type { StreamingServer } from './streaming/server';

/** What the RPCs work with. */
export interface Runtime {
  config: CriDockerConfig;
  docker: Docker;
  clock: Clock;
  logger: Logger;
  facts: NodeFacts;
  network: PodNetwork;
  files: SandboxFiles;
  imageVolumes: ImageVolumes;
  logs: LogManager;
  records: RecordCache;
  streaming: StreamingServer;
  events: EventSource;
  cpuSamples: CpuSamples;
  diskUsage: DiskUsage;
}
