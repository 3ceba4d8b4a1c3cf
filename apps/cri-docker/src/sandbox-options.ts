import type { ContainerCreateOptions } from 'dockerode';
import { cri } from '@typernetes/proto';
import { attainableOomScoreAdj } from './resource-options';
import type { SecurityFacts } from './security-options';
import { securityOptions } from './security-options';

/** What the node allows; found out at start. */
export interface NodeFacts extends SecurityFacts {
  cgroupDriver: 'cgroupfs' | 'systemd';
  cgroupVersion: 1 | 2;
  engineVersion: string;
  /** OCI runtimes that the engine knows: the handlers that a RuntimeClass may name. */
  runtimes: readonly string[];
  lowestOomScoreAdj: number;
}

/** The pause process is the last that the kernel may kill, since with it the pod's network goes. */
const pauseOomScoreAdj = -998;

export const namespacesOf = (config: cri.PodSandboxConfig): cri.NamespaceOption =>
  config.linux?.securityContext?.namespaceOptions ?? cri.NamespaceOption.create();

export const onHostNetwork = (config: cri.PodSandboxConfig): boolean =>
  namespacesOf(config).network === cri.NamespaceMode.NODE;

/** `--cgroup-parent`: systemd's driver takes the slice alone, not a path. */
export function cgroupParent(path: string, driver: NodeFacts['cgroupDriver']): string {
  return driver === 'systemd' ? (path.split('/').pop() ?? '') : path;
}

/** The OCI runtime of the pod, if not the engine's default one. */
export const runtimeOf = (handler: string): { Runtime?: string } => (handler ? { Runtime: handler } : {});

export interface SandboxPlan {
  name: string;
  image: string;
  labels: Record<string, string>;
  config: cri.PodSandboxConfig;
  /** Name of an OCI runtime; empty: the engine's default. */
  runtimeHandler: string;
}

/** The pause container that holds a pod's namespaces. Its network is added by CNI afterwards. */
export function sandboxOptions(plan: SandboxPlan, facts: NodeFacts): ContainerCreateOptions {
  const { config } = plan;
  const namespaces = namespacesOf(config);
  const hostNetwork = onHostNetwork(config);
  const context = config.linux?.securityContext;
  const parent = config.linux?.cgroupParent ?? '';
  return {
    name: plan.name,
    Image: plan.image,
    Labels: plan.labels,
    ...(hostNetwork ? {} : { Hostname: config.hostname }),
    ...(context?.runAsUser ? { User: userOf(context) } : {}),
    HostConfig: {
      NetworkMode: hostNetwork ? 'host' : 'none',
      IpcMode: namespaces.ipc === cri.NamespaceMode.NODE ? 'host' : 'shareable',
      PidMode: namespaces.pid === cri.NamespaceMode.NODE ? 'host' : '',
      ...(parent ? { CgroupParent: cgroupParent(parent, facts.cgroupDriver) } : {}),
      Sysctls: config.linux?.sysctls ?? {},
      CpuShares: 2,
      OomScoreAdj: attainableOomScoreAdj(pauseOomScoreAdj, facts.lowestOomScoreAdj),
      ReadonlyRootfs: true,
      SecurityOpt: securityOptions(
        { privileged: false, noNewPrivs: true, seccomp: undefined, apparmor: undefined, readProfile: () => '' },
        facts,
      ),
      LogConfig: { Type: 'none', Config: {} },
      ...runtimeOf(plan.runtimeHandler),
      RestartPolicy: { Name: 'no' },
    },
  };
}

function userOf(context: cri.LinuxSandboxSecurityContext): string {
  const group = context.runAsGroup ? `:${context.runAsGroup.value}` : '';
  return `${context.runAsUser?.value ?? 0n}${group}`;
}
