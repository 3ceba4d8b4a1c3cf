import { cri } from '@typernetes/proto';
import type { PodAttachment, PortMapping } from './cni/pod-network';
import { addressesOf } from './cni/pod-network';
import type { Runtime } from './runtime';

const protocols = { [cri.Protocol.TCP]: 'tcp', [cri.Protocol.UDP]: 'udp', [cri.Protocol.SCTP]: 'sctp' } as const;

/** Only ports that want to be on the host; zero means not. */
export function portMappings(mappings: readonly cri.PortMapping[]): PortMapping[] {
  return mappings
    .filter((mapping) => mapping.hostPort > 0)
    .map((mapping) => ({
      hostPort: mapping.hostPort,
      containerPort: mapping.containerPort,
      protocol: protocols[mapping.protocol as keyof typeof protocols] ?? 'tcp',
      ...(mapping.hostIp ? { hostIP: mapping.hostIp } : {}),
    }));
}

/** `pid` 0: the namespace has gone. */
export function attachmentOf(id: string, config: cri.PodSandboxConfig, pid: number): PodAttachment {
  return {
    containerId: id,
    netns: pid > 0 ? `/proc/${pid}/ns/net` : '',
    args: {
      IgnoreUnknown: '1',
      K8S_POD_NAMESPACE: config.metadata?.namespace ?? '',
      K8S_POD_NAME: config.metadata?.name ?? '',
      K8S_POD_INFRA_CONTAINER_ID: id,
      K8S_POD_UID: config.metadata?.uid ?? '',
    },
    portMappings: portMappings(config.portMappings),
  };
}

/** Gives the running sandbox its network and writes down what came of it. */
export async function attachSandbox(runtime: Runtime, id: string, config: cri.PodSandboxConfig, pid: number): Promise<void> {
  const metadata = config.metadata ?? cri.PodSandboxMetadata.create();
  const attachment = await runtime.network.attach(attachmentOf(id, config, pid));
  await runtime.files.attached(config, metadata, attachment, addressesOf(attachment));
}

/** Frees the sandbox's address and host ports. Idempotent. */
export async function detachSandbox(runtime: Runtime, id: string, config: cri.PodSandboxConfig, pid: number): Promise<void> {
  const metadata = config.metadata ?? cri.PodSandboxMetadata.create();
  const attachment = await runtime.files.attachment(metadata);
  await runtime.network.detach(attachmentOf(id, config, pid), attachment);
  await runtime.files.detached(metadata);
}
