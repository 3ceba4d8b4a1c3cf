import type { Node, Pod, Service, ServicePort } from '@typernetes/api';
import { isPodReady, isPodTerminal } from '@typernetes/machinery';

/** One pod behind a Service, as Endpoints and EndpointSlices both show it. */
export interface Backend {
  pod: Pod;
  address: string;
  nodeName?: string;
  zone?: string;
  /** The pod's own hostname, where it has one below this (headless) Service. */
  hostname?: string;
  ready: boolean;
  serving: boolean;
  terminating: boolean;
}

export interface ResolvedPort {
  name: string;
  port?: number;
  protocol: string;
  appProtocol?: string;
}

/** Ports by their numbers in one pod; pods that differ in named ports end up in different groups. */
export interface BackendGroup {
  ports: ResolvedPort[];
  backends: Backend[];
}

/** The pods that a Service sends traffic to, in groups of equal ports, in a stable order. */
export function groupBackends(service: Service, pods: readonly Pod[], node: (name: string) => Node | undefined): BackendGroup[] {
  const groups = new Map<string, BackendGroup>();
  for (const pod of pods) {
    const backend = backendOf(service, pod, node);
    if (!backend) continue;
    const ports = resolvePorts(service, pod);
    const key = JSON.stringify(ports);
    const group = groups.get(key);
    if (group) group.backends.push(backend);
    else groups.set(key, { ports, backends: [backend] });
  }
  const sorted = [...groups.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
  for (const group of sorted) group.backends.sort((a, b) => (a.address < b.address ? -1 : 1));
  return sorted;
}

function backendOf(service: Service, pod: Pod, node: (name: string) => Node | undefined): Backend | undefined {
  const address = addressOf(service, pod);
  if (!address || isPodTerminal(pod)) return undefined;
  const terminating = pod.metadata?.deletionTimestamp !== undefined;
  const serving = isPodReady(pod);
  const { hostname, subdomain, nodeName } = pod.spec ?? {};
  return {
    pod,
    address,
    nodeName,
    zone: nodeName ? node(nodeName)?.metadata?.labels?.['topology.kubernetes.io/zone'] : undefined,
    hostname: hostname && subdomain === service.metadata?.name ? hostname : undefined,
    // Whoever publishes addresses that are not ready wants them treated as ready (discovery/v1 EndpointConditions).
    ready: service.spec?.publishNotReadyAddresses === true || (serving && !terminating),
    serving,
    terminating,
  };
}

/** The pod's address of the Service's first family. */
function addressOf(service: Service, { status }: Pod): string | undefined {
  const addresses = status?.podIPs?.map(({ ip }) => ip) ?? (status?.podIP ? [status.podIP] : []);
  const isV6 = service.spec?.ipFamilies?.[0] === 'IPv6';
  return addresses.find((address) => address.includes(':') === isV6);
}

/** A port whose name the pod does not know is left out. */
function resolvePorts(service: Service, pod: Pod): ResolvedPort[] {
  return (service.spec?.ports ?? []).flatMap((port) => {
    const number = targetPort(port, pod);
    if (number === undefined) return [];
    return [{ name: port.name ?? '', port: number, protocol: port.protocol ?? 'TCP', ...(port.appProtocol ? { appProtocol: port.appProtocol } : {}) }];
  });
}

function targetPort({ targetPort: target, port, protocol = 'TCP' }: ServicePort, pod: Pod): number | undefined {
  if (target === undefined || target === '') return port;
  if (typeof target === 'number') return target || port;
  const sidecars = (pod.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  for (const container of [...(pod.spec?.containers ?? []), ...sidecars]) {
    const named = container.ports?.find((each) => each.name === target && (each.protocol ?? 'TCP') === protocol);
    if (named) return named.containerPort;
  }
  return undefined;
}
