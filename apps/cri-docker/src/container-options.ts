import type { ContainerCreateOptions, HostConfig } from 'dockerode';
import { cri } from '@typernetes/proto';
import { invalidArgument } from './errors';
import { engineLogFilesMax, engineLogSizeMax } from './limits';
import type { MountOption } from './mount-options';
import { mountOption } from './mount-options';
import { attainableOomScoreAdj, resourceOptions } from './resource-options';
import type { NodeFacts } from './sandbox-options';
import { cgroupParent, onHostNetwork, runtimeOf } from './sandbox-options';
import { securityOptions } from './security-options';

export interface ContainerPlan {
  name: string;
  /** Docker's id of the image. */
  imageId: string;
  labels: Record<string, string>;
  config: cri.ContainerConfig;
  sandboxId: string;
  sandboxConfig: cri.PodSandboxConfig;
  /** Of the sandbox. */
  runtimeHandler: string;
  /** The sandbox's own files (resolv.conf, hosts), where the config mounts nothing at those paths. */
  sandboxFiles: readonly { hostPath: string; containerPath: string }[];
  readProfile: (path: string) => string;
}

/** `user[:group]`. @throws CriError when a group comes without a user */
export function userOption(context: cri.LinuxContainerSecurityContext | undefined): string | undefined {
  if (!context) return undefined;
  const user = context.runAsUser ? context.runAsUser.value.toString() : context.runAsUsername;
  if (!user) {
    if (context.runAsGroup) throw invalidArgument('run_as_group is given without a user');
    return undefined;
  }
  return context.runAsGroup ? `${user}:${context.runAsGroup.value}` : user;
}

function pidMode(namespaces: cri.NamespaceOption | undefined, sandboxId: string): string {
  switch (namespaces?.pid) {
    case cri.NamespaceMode.CONTAINER:
      return '';
    case cri.NamespaceMode.NODE:
      return 'host';
    case cri.NamespaceMode.TARGET:
      return `container:${namespaces.targetId}`;
    default:
      return `container:${sandboxId}`;
  }
}

function namespaceOptions(plan: ContainerPlan): Partial<HostConfig> {
  const namespaces = plan.config.linux?.securityContext?.namespaceOptions;
  const ofSandbox = `container:${plan.sandboxId}`;
  const hostNetwork = onHostNetwork(plan.sandboxConfig);
  return {
    NetworkMode: hostNetwork ? 'host' : ofSandbox,
    IpcMode: namespaces?.ipc === cri.NamespaceMode.NODE ? 'host' : ofSandbox,
    PidMode: pidMode(namespaces, plan.sandboxId),
    ...(hostNetwork ? { UTSMode: 'host' } : {}),
  };
}

function securityPart(plan: ContainerPlan, facts: NodeFacts): Partial<HostConfig> {
  const context = plan.config.linux?.securityContext;
  if (!context) return {};
  const masked = context.maskedPaths.length > 0 ? { MaskedPaths: context.maskedPaths } : {};
  const readonly = context.readonlyPaths.length > 0 ? { ReadonlyPaths: context.readonlyPaths } : {};
  return {
    Privileged: context.privileged,
    ReadonlyRootfs: context.readonlyRootfs,
    GroupAdd: context.supplementalGroups.map(String),
    ...(context.privileged ? {} : { ...masked, ...readonly }),
    CapAdd: context.capabilities?.addCapabilities ?? [],
    CapDrop: context.capabilities?.dropCapabilities ?? [],
    SecurityOpt: securityOptions(
      {
        privileged: context.privileged,
        noNewPrivs: context.noNewPrivs,
        seccomp: context.seccomp,
        apparmor: context.apparmor,
        readProfile: plan.readProfile,
      },
      facts,
    ),
  };
}

/** The config's mounts, then the sandbox's files where nothing is mounted. */
export function mountsOf(plan: Pick<ContainerPlan, 'config' | 'sandboxFiles'>): MountOption[] {
  const taken = new Set(plan.config.mounts.map((mount) => mount.containerPath));
  const files = plan.sandboxFiles
    .filter((file) => !taken.has(file.containerPath))
    .map((file) => mountOption(cri.Mount.create(file)));
  return [...plan.config.mounts.map(mountOption), ...files];
}

function hostConfig(plan: ContainerPlan, facts: NodeFacts): HostConfig {
  const { config } = plan;
  const resources = config.linux?.resources;
  const parent = plan.sandboxConfig.linux?.cgroupParent ?? '';
  return {
    ...namespaceOptions(plan),
    ...securityPart(plan, facts),
    ...resourceOptions(resources),
    OomScoreAdj: attainableOomScoreAdj(Number(resources?.oomScoreAdj ?? 0n), facts.lowestOomScoreAdj),
    ...(parent ? { CgroupParent: cgroupParent(parent, facts.cgroupDriver) } : {}),
    Mounts: mountsOf(plan),
    Devices: config.devices.map((device) => ({
      PathOnHost: device.hostPath,
      PathInContainer: device.containerPath,
      CgroupPermissions: device.permissions || 'rwm',
    })),
    LogConfig: { Type: 'json-file', Config: { 'max-size': engineLogSizeMax, 'max-file': engineLogFilesMax } },
    ...runtimeOf(plan.runtimeHandler),
    RestartPolicy: { Name: 'no' },
  };
}

/**
 * Docker's create request for a CRI container. An empty command or args is left to the image; a command alone drops the
 * image's arguments too, as Docker does of itself.
 */
export function containerOptions(plan: ContainerPlan, facts: NodeFacts): ContainerCreateOptions {
  const { config } = plan;
  const user = userOption(config.linux?.securityContext);
  const stopSignal = config.stopSignal === cri.Signal.RUNTIME_DEFAULT ? undefined : cri.signalToJSON(config.stopSignal);
  return {
    name: plan.name,
    Image: plan.imageId,
    Labels: plan.labels,
    ...(config.command.length > 0 ? { Entrypoint: config.command } : {}),
    ...(config.args.length > 0 ? { Cmd: config.args } : {}),
    Env: config.envs.map(({ key, value }) => `${key}=${value}`),
    ...(config.workingDir ? { WorkingDir: config.workingDir } : {}),
    ...(user === undefined ? {} : { User: user }),
    ...(stopSignal === undefined ? {} : { StopSignal: stopSignal.replace('PLUS', '+').replace('MINUS', '-') }),
    OpenStdin: config.stdin,
    StdinOnce: config.stdinOnce,
    Tty: config.tty,
    // The image's health check is Docker's business; pods have probes.
    Healthcheck: { Test: ['NONE'] },
    HostConfig: hostConfig(plan, facts),
  };
}
