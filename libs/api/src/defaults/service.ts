import type { Service, ServiceSpec } from '../generated/types';

const clientAffinitySeconds = 10_800;

export function defaultService(service: Service): void {
  const { spec } = service;
  if (spec) defaultServiceSpec(spec);
  if (spec?.type !== 'LoadBalancer') return;
  for (const ingress of service.status?.loadBalancer?.ingress ?? []) if (ingress.ip) ingress.ipMode ??= 'VIP';
}

function defaultServiceSpec(spec: ServiceSpec): void {
  spec.sessionAffinity ||= 'None';
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
  if (spec.sessionAffinity === 'ClientIP') {
    const config = (spec.sessionAffinityConfig ??= {});
    const clientIP = (config.clientIP ??= {});
    clientIP.timeoutSeconds ??= clientAffinitySeconds;
  }
  spec.type ||= 'ClusterIP';
  for (const port of spec.ports ?? []) {
    port.protocol ||= 'TCP';
    port.targetPort ||= port.port;
  }
  const isLoadBalancer = spec.type === 'LoadBalancer';
  if (isLoadBalancer || spec.type === 'NodePort') spec.externalTrafficPolicy ||= 'Cluster';
  if (spec.type !== 'ExternalName') spec.internalTrafficPolicy ??= 'Cluster';
  if (isLoadBalancer) spec.allocateLoadBalancerNodePorts ??= true;
}
