import { cri } from '@typernetes/proto';
import { Door } from './door';
import { attach } from './rpc/attach';
import { createContainer } from './rpc/container-create';
import { getContainerEvents } from './rpc/container-events-get';
import { listContainers, listOurContainers } from './rpc/container-list';
import { reopenContainerLog } from './rpc/container-log-reopen';
import { removeContainer } from './rpc/container-remove';
import { updateContainerResources } from './rpc/container-resources-update';
import { startContainer } from './rpc/container-start';
import { containerStats, listContainerStats, listOurContainerStats } from './rpc/container-stats';
import { containerStatus } from './rpc/container-status';
import { stopContainer } from './rpc/container-stop';
import { exec } from './rpc/exec';
import { execSync } from './rpc/exec-sync';
import { imageFsInfo } from './rpc/image-fs-info';
import { listImages, listNodeImages } from './rpc/image-list';
import { pullImage } from './rpc/image-pull';
import { removeImage } from './rpc/image-remove';
import { imageStatus } from './rpc/image-status';
import { portForward } from './rpc/port-forward';
import { runtimeConfig } from './rpc/runtime-config';
import { updateRuntimeConfig } from './rpc/runtime-config-update';
import { runtimeStatus } from './rpc/runtime-status';
import { listPodSandbox, listSandboxes } from './rpc/sandbox-list';
import { removePodSandbox } from './rpc/sandbox-remove';
import { updatePodSandboxResources } from './rpc/sandbox-resources-update';
import { runPodSandbox } from './rpc/sandbox-run';
import { listOurSandboxStats, listPodSandboxStats, podSandboxStats } from './rpc/sandbox-stats';
import { podSandboxStatus } from './rpc/sandbox-status';
import { stopPodSandbox } from './rpc/sandbox-stop';
import { version } from './rpc/version';
import type { Runtime } from './runtime';

/** Every RPC of the runtime service and what handles it. */
export function runtimeService(runtime: Runtime): cri.RuntimeServiceServer {
  const door = new Door(runtime);
  return {
    version: door.unary('Version', version),
    status: door.unary('Status', runtimeStatus),
    runtimeConfig: door.unary('RuntimeConfig', runtimeConfig),
    updateRuntimeConfig: door.unary('UpdateRuntimeConfig', updateRuntimeConfig),

    runPodSandbox: door.unary('RunPodSandbox', runPodSandbox),
    stopPodSandbox: door.unary('StopPodSandbox', stopPodSandbox),
    removePodSandbox: door.unary('RemovePodSandbox', removePodSandbox),
    podSandboxStatus: door.unary('PodSandboxStatus', podSandboxStatus),
    listPodSandbox: door.unary('ListPodSandbox', listPodSandbox),
    streamPodSandboxes: door.stream('StreamPodSandboxes', async (_runtime, request: cri.StreamPodSandboxesRequest) =>
      (await listSandboxes(runtime, request.filter)).map((item) => ({ podSandboxes: [item] })),
    ),
    updatePodSandboxResources: door.unary('UpdatePodSandboxResources', updatePodSandboxResources),

    createContainer: door.unary('CreateContainer', createContainer),
    startContainer: door.unary('StartContainer', startContainer),
    stopContainer: door.unary('StopContainer', stopContainer),
    removeContainer: door.unary('RemoveContainer', removeContainer),
    listContainers: door.unary('ListContainers', listContainers),
    streamContainers: door.stream('StreamContainers', async (_runtime, request: cri.StreamContainersRequest) =>
      (await listOurContainers(runtime, request.filter)).map((item) => ({ containers: [item] })),
    ),
    containerStatus: door.unary('ContainerStatus', containerStatus),
    updateContainerResources: door.unary('UpdateContainerResources', updateContainerResources),
    reopenContainerLog: door.unary('ReopenContainerLog', reopenContainerLog),
    checkpointContainer: door.missing('CheckpointContainer'),

    execSync: door.unary('ExecSync', execSync),
    exec: door.unary('Exec', exec),
    attach: door.unary('Attach', attach),
    portForward: door.unary('PortForward', portForward),

    containerStats: door.unary('ContainerStats', containerStats),
    listContainerStats: door.unary('ListContainerStats', listContainerStats),
    streamContainerStats: door.stream('StreamContainerStats', async (_runtime, request: cri.StreamContainerStatsRequest) =>
      (await listOurContainerStats(runtime, request.filter)).map((one) => ({ containerStats: [one] })),
    ),
    podSandboxStats: door.unary('PodSandboxStats', podSandboxStats),
    listPodSandboxStats: door.unary('ListPodSandboxStats', listPodSandboxStats),
    streamPodSandboxStats: door.stream('StreamPodSandboxStats', async (_runtime, request: cri.StreamPodSandboxStatsRequest) =>
      (await listOurSandboxStats(runtime, request.filter)).map((one) => ({ podSandboxStats: [one] })),
    ),
    getContainerEvents: door.streaming('GetContainerEvents', getContainerEvents),

    // No metrics beyond the stats: an empty list of descriptors says so.
    listMetricDescriptors: door.unary('ListMetricDescriptors', async () => cri.ListMetricDescriptorsResponse.create()),
    listPodSandboxMetrics: door.unary('ListPodSandboxMetrics', async () => cri.ListPodSandboxMetricsResponse.create()),
    streamPodSandboxMetrics: door.stream('StreamPodSandboxMetrics', async () => []),
  };
}

/** Every RPC of the image service and what handles it. */
export function imageService(runtime: Runtime): cri.ImageServiceServer {
  const door = new Door(runtime);
  return {
    listImages: door.unary('ListImages', listImages),
    streamImages: door.stream('StreamImages', async (_runtime, request: cri.StreamImagesRequest) =>
      (await listNodeImages(runtime, request.filter)).map((image) => ({ images: [image] })),
    ),
    imageStatus: door.unary('ImageStatus', imageStatus),
    pullImage: door.unary('PullImage', pullImage),
    removeImage: door.unary('RemoveImage', removeImage),
    imageFsInfo: door.unary('ImageFsInfo', imageFsInfo),
  };
}
