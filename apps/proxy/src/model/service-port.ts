import type { EndpointSlice, Service } from '@typernetes/api';
import type { Endpoint, Place, Protocol } from './endpoints';
import { endpointsByPort, nearest, portKey, protocolOf, usable } from './endpoints';

/** One port of one Service, with all that the rules need and nothing else. */
export interface ServicePort {
  namespace: string;
  service: string;
  portName: string;
  protocol: Protocol;
  port: number;
  clusterIP: string;
  externalIPs: readonly string[];
  /** Ingress addresses that are ours to answer (ipMode VIP). */
  loadBalancerIPs: readonly string[];
  /** Empty: everybody. */
  loadBalancerSourceRanges: readonly string[];
  /** 0: none. */
  nodePort: number;
  externalLocal: boolean;
  internalLocal: boolean;
  /** 0: no session affinity. */
  affinitySeconds: number;
  /** For policy Cluster: the nearest, where hints say which. */
  endpoints: readonly Endpoint[];
  /** For policy Local: the usable ones on this node. */
  localEndpoints: readonly Endpoint[];
}

const defaultAffinitySeconds = 10_800;
const isIPv4 = (address: string): boolean => /^\d+\.\d+\.\d+\.\d+$/.test(address);

/** Services that another proxy handles, headless ones and names for something outside are not ours. */
export function isProxied(service: Service): boolean {
  const clusterIP = service.spec?.clusterIP ?? '';
  const labels = service.metadata?.labels ?? {};
  return (
    isIPv4(clusterIP) &&
    service.spec?.type !== 'ExternalName' &&
    labels['service.kubernetes.io/service-proxy-name'] === undefined &&
    labels['service.kubernetes.io/headless'] === undefined
  );
}

/** Addresses given by the load balancer controller. With ipMode Proxy the balancer is another machine. */
export function loadBalancerIPs(service: Service): string[] {
  if (service.spec?.type !== 'LoadBalancer') return [];
  const ingress = service.status?.loadBalancer?.ingress ?? [];
  return ingress.filter(({ ip, ipMode }) => ip && isIPv4(ip) && ipMode !== 'Proxy').map(({ ip }) => ip ?? '');
}

/** Pure; `slices` are the Service's, `place` is this node's. */
export function servicePorts(service: Service, slices: readonly EndpointSlice[], place: Place): ServicePort[] {
  if (!isProxied(service)) return [];
  const spec = service.spec ?? {};
  const byPort = endpointsByPort(slices, place.nodeName);
  const external = spec.type === 'NodePort' || spec.type === 'LoadBalancer' || (spec.externalIPs ?? []).length > 0;
  const affinity = spec.sessionAffinity === 'ClientIP';
  const shared = {
    namespace: service.metadata?.namespace ?? '',
    service: service.metadata?.name ?? '',
    clusterIP: spec.clusterIP ?? '',
    externalIPs: (spec.externalIPs ?? []).filter(isIPv4),
    loadBalancerIPs: loadBalancerIPs(service),
    loadBalancerSourceRanges: (spec.loadBalancerSourceRanges ?? []).map((range) => range.trim()).filter((range) => !range.includes(':')),
    externalLocal: external && spec.externalTrafficPolicy === 'Local',
    internalLocal: spec.internalTrafficPolicy === 'Local',
    affinitySeconds: affinity ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? defaultAffinitySeconds) : 0,
  };
  return (spec.ports ?? []).map((port) => {
    const protocol = protocolOf(port.protocol);
    const endpoints = byPort.get(portKey(port.name, protocol)) ?? [];
    return {
      ...shared,
      portName: port.name ?? '',
      protocol,
      port: port.port,
      nodePort: port.nodePort ?? 0,
      endpoints: nearest(usable(endpoints), place),
      localEndpoints: usable(endpoints.filter((endpoint) => endpoint.local)),
    };
  });
}
