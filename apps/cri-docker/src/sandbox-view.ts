import { cri } from '@typernetes/proto';
import { addressesOf } from './cni/pod-network';
import type { SandboxRecord } from './record';
import type { Runtime } from './runtime';
import { namespacesOf, onHostNetwork } from './sandbox-options';

const { SANDBOX_READY, SANDBOX_NOTREADY } = cri.PodSandboxState;

/** The list's short form. */
export function sandboxItem(record: SandboxRecord, running: boolean): cri.PodSandbox {
  return {
    id: record.id,
    metadata: record.config.metadata,
    state: running ? SANDBOX_READY : SANDBOX_NOTREADY,
    createdAt: record.createdAt,
    labels: record.config.labels,
    annotations: record.config.annotations,
    runtimeHandler: record.runtimeHandler,
  };
}

/** A sandbox is ready when its pause process runs and, unless on the host's network, CNI has given it an address. */
export async function sandboxStatusOf(runtime: Runtime, record: SandboxRecord, running: boolean): Promise<cri.PodSandboxStatus> {
  const { config } = record;
  const hostNetwork = onHostNetwork(config);
  const attachment = hostNetwork || !config.metadata ? undefined : await runtime.files.attachment(config.metadata);
  const [ip = '', ...additional] = addressesOf(attachment);
  const { network, pid, ipc } = namespacesOf(config);
  return cri.PodSandboxStatus.create({
    ...sandboxItem(record, running && (hostNetwork || ip !== '')),
    network: { ip, additionalIps: additional.map((address) => ({ ip: address })) },
    linux: { namespaces: { options: { network, pid, ipc } } },
  });
}

export function matchesLabels(labels: Record<string, string>, selector: Record<string, string>): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}
