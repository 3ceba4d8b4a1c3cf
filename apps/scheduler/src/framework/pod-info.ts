import type { Pod } from '@typernetes/api';
import { podRequests, quantityToNumber } from '@typernetes/machinery';
import type { AffinityTerms } from './affinity-term';
import { affinityTermsOf } from './affinity-term';
import { claimKeysOf } from './pod-claims';
import type { Amounts } from './resources';

/** A port that a pod takes on its node's own address. */
export interface HostPort {
  protocol: string;
  hostIP: string;
  hostPort: number;
}

/** A pod with what the plugins ask of it again and again, worked out once per version. */
export interface PodInfo {
  readonly pod: Pod;
  readonly uid: string;
  /** `namespace/name` */
  readonly key: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly priority: number;
  /** Effective requests (KEP-753, pod-level resources included). */
  readonly requests: Amounts;
  /** Requests with a floor for pods that ask for nothing, so that these too count when nodes are compared. */
  readonly nonZeroRequests: { readonly cpu: number; readonly memory: number };
  readonly hostPorts: readonly HostPort[];
  readonly affinity: AffinityTerms;
  /** Keys of the claims that it uses. */
  readonly claims: readonly string[];
  /** On its way out: it still takes room, but does not count when pods are spread. */
  readonly terminating: boolean;
}

/** What a container that asks for nothing is assumed to need when nodes are compared: 0.1 core and 200 MB. */
const assumedMilliCpu = 100;
const assumedMemoryBytes = 200 * 1024 * 1024;

export function podInfoOf(pod: Pod): PodInfo {
  const { metadata = {}, spec } = pod;
  const requests: Record<string, number> = {};
  for (const [name, quantity] of Object.entries(podRequests(pod))) {
    requests[name] = quantityToNumber(quantity, name === 'cpu' ? 'milli' : 'one');
  }
  return {
    pod,
    uid: metadata.uid ?? '',
    key: `${metadata.namespace}/${metadata.name}`,
    namespace: metadata.namespace ?? '',
    labels: metadata.labels ?? {},
    priority: spec?.priority ?? 0,
    requests,
    nonZeroRequests: nonZeroRequestsOf(pod, requests),
    hostPorts: hostPortsOf(pod),
    affinity: affinityTermsOf(pod),
    claims: claimKeysOf(pod),
    terminating: metadata.deletionTimestamp !== undefined,
  };
}

function nonZeroRequestsOf(pod: Pod, requests: Amounts): { cpu: number; memory: number } {
  const containers = pod.spec?.containers ?? [];
  const without = (name: string): number =>
    containers.filter(({ resources }) => resources?.requests?.[name] === undefined).length;
  return {
    cpu: (requests['cpu'] ?? 0) + without('cpu') * assumedMilliCpu,
    memory: (requests['memory'] ?? 0) + without('memory') * assumedMemoryBytes,
  };
}

function hostPortsOf(pod: Pod): HostPort[] {
  const ports: HostPort[] = [];
  const { containers = [], initContainers = [] } = pod.spec ?? {};
  const sidecars = initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always');
  for (const { ports: declared } of [...containers, ...sidecars]) {
    for (const { hostPort, hostIP, protocol } of declared ?? []) {
      if (hostPort) ports.push({ hostPort, hostIP: hostIP || '0.0.0.0', protocol: protocol ?? 'TCP' });
    }
  }
  return ports;
}
