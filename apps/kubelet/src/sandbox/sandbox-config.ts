import path from 'node:path';
import type { Pod } from '@typernetes/api';
import { qosClass } from '@typernetes/machinery';
import { cri } from '@typernetes/proto';
import { annotations, labels } from '../runtime/labels';
import { allContainersOf, nameOf, namespaceOf, uidOf } from '../pod/pod-kind';
import { dottedSysctl } from '../pod/admission/sysctls';
import { podHostname } from './hostname';
import type { ClusterDns, Resolver } from './resolver';
import { resolverOf } from './resolver';

export interface SandboxFacts {
  podLogsDir: string;
  nodeResolver: Resolver;
  cluster: ClusterDns;
}

export const podLogDirectory = (dir: string, pod: Pod): string => path.join(dir, `${namespaceOf(pod)}_${nameOf(pod)}_${uidOf(pod)}`);

export const podLabels = (pod: Pod): Record<string, string> => ({
  [labels.podName]: nameOf(pod),
  [labels.podNamespace]: namespaceOf(pod),
  [labels.podUid]: uidOf(pod),
});

/** Namespaces that the pod shares with the node or among its containers. */
export function namespaceOptions(pod: Pod): cri.NamespaceOption {
  const { NODE, POD, CONTAINER } = cri.NamespaceMode;
  const { hostNetwork, hostPID, hostIPC, shareProcessNamespace } = pod.spec ?? {};
  return cri.NamespaceOption.create({
    network: hostNetwork ? NODE : POD,
    pid: hostPID ? NODE : shareProcessNamespace ? POD : CONTAINER,
    ipc: hostIPC ? NODE : POD,
  });
}

export function cgroupParentOf(pod: Pod): string {
  const quality = qosClass(pod);
  const uid = `pod${uidOf(pod)}`;
  return quality === 'Guaranteed' ? `/kubepods/${uid}` : `/kubepods/${quality.toLowerCase()}/${uid}`;
}

export function sandboxConfig(pod: Pod, attempt: number, facts: SandboxFacts): cri.PodSandboxConfig {
  const context = pod.spec?.securityContext;
  const { hostname } = podHostname(pod, facts.cluster.domain);
  const ports = allContainersOf(pod).flatMap((container) => container.ports ?? []);
  return cri.PodSandboxConfig.fromPartial({
    metadata: { name: nameOf(pod), namespace: namespaceOf(pod), uid: uidOf(pod), attempt },
    hostname: pod.spec?.hostNetwork ? '' : hostname,
    logDirectory: podLogDirectory(facts.podLogsDir, pod),
    dnsConfig: resolverOf(pod, facts.nodeResolver, facts.cluster),
    portMappings: ports
      .filter(({ hostPort }) => hostPort && !pod.spec?.hostNetwork)
      .map(({ protocol = 'TCP', containerPort, hostPort, hostIP }) => ({ protocol: cri.protocolFromJSON(protocol), containerPort, hostPort, hostIp: hostIP })),
    labels: { ...pod.metadata?.labels, ...podLabels(pod) },
    annotations: {
      ...pod.metadata?.annotations,
      [annotations.podTerminationGracePeriod]: String(pod.spec?.terminationGracePeriodSeconds ?? 30),
    },
    linux: {
      cgroupParent: cgroupParentOf(pod),
      sysctls: Object.fromEntries((context?.sysctls ?? []).map(({ name, value }) => [dottedSysctl(name), value])),
      securityContext: {
        namespaceOptions: namespaceOptions(pod),
        runAsUser: context?.runAsUser === undefined ? undefined : { value: BigInt(context.runAsUser) },
        runAsGroup: context?.runAsUser === undefined || context.runAsGroup === undefined ? undefined : { value: BigInt(context.runAsGroup) },
        supplementalGroups: [...(context?.supplementalGroups ?? []), ...(context?.fsGroup === undefined ? [] : [context.fsGroup])].map(BigInt),
        privileged: allContainersOf(pod).some((container) => container.securityContext?.privileged),
        seccomp: { profileType: cri.SecurityProfile_ProfileType.RuntimeDefault },
      },
    },
  });
}
