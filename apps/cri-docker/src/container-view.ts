import type { ContainerInfo, ContainerInspectInfo } from 'dockerode';
import { cri } from '@typernetes/proto';
import type { ContainerRecord } from './record';
import { containerStateOf, outcomeOf } from './state';

/** The list's short form. */
export function containerItem(record: ContainerRecord, info: ContainerInfo): cri.Container {
  return cri.Container.create({
    id: record.id,
    podSandboxId: record.sandboxId,
    metadata: record.config.metadata,
    image: { image: record.config.image?.image ?? '', userSpecifiedImage: record.config.image?.userSpecifiedImage ?? '' },
    imageRef: info.ImageID,
    imageId: info.ImageID,
    state: containerStateOf(info.State),
    createdAt: record.createdAt,
    labels: record.config.labels,
    annotations: record.config.annotations,
  });
}

function resourcesOf(host: ContainerInspectInfo['HostConfig']): cri.ContainerResources {
  return cri.ContainerResources.create({
    linux: {
      cpuPeriod: BigInt(host.CpuPeriod ?? 0),
      cpuQuota: BigInt(host.CpuQuota ?? 0),
      cpuShares: BigInt(host.CpuShares ?? 0),
      memoryLimitInBytes: BigInt(host.Memory ?? 0),
      memorySwapLimitInBytes: BigInt(Math.max(host.MemorySwap ?? 0, 0)),
      oomScoreAdj: BigInt(host.OomScoreAdj ?? 0),
      cpusetCpus: host.CpusetCpus ?? '',
      cpusetMems: host.CpusetMems ?? '',
    },
  });
}

/** `imageNames`: repository digests and tags of the container's image, best name first. */
export function containerStatusView(
  record: ContainerRecord,
  inspect: ContainerInspectInfo,
  imageNames: { digests: readonly string[]; tags: readonly string[] },
): cri.ContainerStatus {
  const outcome = outcomeOf(inspect.State, record.createdAt);
  const wanted = record.config.image?.image ?? '';
  return cri.ContainerStatus.create({
    id: record.id,
    metadata: record.config.metadata,
    createdAt: record.createdAt,
    ...outcome,
    image: { image: wanted.startsWith('sha256:') ? (imageNames.tags[0] ?? wanted) : wanted },
    imageRef: imageNames.digests[0] ?? inspect.Image,
    imageId: inspect.Image,
    labels: record.config.labels,
    annotations: record.config.annotations,
    mounts: record.config.mounts,
    logPath: record.logPath,
    resources: resourcesOf(inspect.HostConfig),
    stopSignal: record.config.stopSignal || cri.Signal.SIGTERM,
  });
}
