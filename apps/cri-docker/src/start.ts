import { chmod, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import Docker from 'dockerode';
import type { Clock } from '@typernetes/machinery';
import { systemClock } from '@typernetes/machinery';
import { cri } from '@typernetes/proto';
import { PodNetwork } from './cni/pod-network';
import type { CriDockerConfig } from './config';
import { DiskUsage } from './disk-usage';
import { listEngineContainers } from './engine';
import { EventSource } from './events';
import { ImageVolumes } from './image-volumes';
import { grpcMessageBytesMax } from './limits';
import type { Logger, Running } from '@typernetes/component';
import { addStandardServices, EnvironmentError } from '@typernetes/component';
import { LogManager } from './logs/log-manager';
import { nodeFacts } from './node-facts';
import { RecordCache } from './record';
import type { Runtime } from './runtime';
import { SandboxFiles } from './sandbox-files';
import { imageService, runtimeService } from './services';
import { CpuSamples } from './stats';
import { StreamingServer } from './streaming/server';

/** `unix:///path` or `tcp://host:port`. */
export function connectDocker(host: string): Docker {
  const url = new URL(host);
  return url.protocol === 'unix:'
    ? new Docker({ socketPath: url.pathname })
    : new Docker({ protocol: 'http', host: url.hostname, port: url.port });
}

async function buildRuntime(config: CriDockerConfig, logger: Logger, clock: Clock): Promise<Runtime> {
  const docker = connectDocker(config.dockerHost);
  const facts = await nodeFacts(docker).catch((error: unknown) => {
    throw new EnvironmentError(`Docker does not answer at ${config.dockerHost}: ${String(error)}`, 1, { cause: error });
  });
  const streaming = new StreamingServer(clock, logger);
  await streaming.listen();
  return {
    config,
    docker,
    clock,
    logger,
    facts,
    network: new PodNetwork({ binDirs: config.cniBinDirs, confDir: config.cniConfDir, mtu: config.networkPluginMtu, clock }),
    files: new SandboxFiles(config.rootDir),
    imageVolumes: new ImageVolumes(path.join(config.rootDir, 'image-volumes')),
    logs: new LogManager(docker, clock, logger),
    records: new RecordCache(),
    streaming,
    events: new EventSource(docker, clock, logger),
    cpuSamples: new CpuSamples(),
    diskUsage: new DiskUsage(docker, clock),
  };
}

/** Takes up the logs of containers that ran, or ended, while the shim was away. */
async function adoptLogs(runtime: Runtime): Promise<void> {
  for (const { Id, Labels, State } of await listEngineContainers(runtime, 'container')) {
    const record = State === 'created' ? undefined : runtime.records.container(Id, Labels);
    if (record) runtime.logs.follow(record);
  }
}

async function listen(runtime: Runtime): Promise<Server> {
  const { listen: socket } = runtime.config;
  const server = new Server({
    'grpc.max_receive_message_length': grpcMessageBytesMax,
    'grpc.max_send_message_length': grpcMessageBytesMax,
  });
  addStandardServices(server);
  server.addService(cri.RuntimeServiceService, runtimeService(runtime));
  server.addService(cri.ImageServiceService, imageService(runtime));
  await mkdir(path.dirname(socket), { recursive: true });
  // A socket of a shim that was killed would keep this one from listening.
  await rm(socket, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`unix:${socket}`, ServerCredentials.createInsecure(), (error) => (error ? reject(error) : resolve()));
  });
  await chmod(socket, 0o660);
  return server;
}

/** Starts the shim; stopping it leaves the containers alone. Resolves when the socket answers. @throws EnvironmentError when Docker cannot be reached */
export async function startCriDocker(config: CriDockerConfig, logger: Logger, clock: Clock = systemClock): Promise<Running> {
  const runtime = await buildRuntime(config, logger, clock);
  void runtime.events.run();
  await adoptLogs(runtime);
  const server = await listen(runtime);
  logger.info({ listen: config.listen, facts: runtime.facts }, 'serving CRI');
  return {
    async stop() {
      server.forceShutdown();
      runtime.events.close();
      await runtime.streaming.close();
      await runtime.logs.close();
    },
  };
}
