import { fieldError, validateDns1123Subdomain, validateQualifiedName, type FieldError } from '@typernetes/machinery';
import type { Service, ServiceSpec } from '../generated/types';
import { checkIP, checkNonSpecialIP, checkOneOf, checkPort, checkRequired, checkRequiredOneOf, checkWith, sameValue, type Errors } from './checks';
import { checkLabels } from './labels';
import { checkClusterIPs, checkExternalAddresses } from './service-addresses';
import { checkServicePorts, isHeadless } from './service-ports';

const affinitySecondsMax = 86_400;

const isLoadBalancer = ({ type }: ServiceSpec): boolean => type === 'LoadBalancer';

function checkSessionAffinity(out: Errors, { sessionAffinity, sessionAffinityConfig }: ServiceSpec): void {
  checkRequiredOneOf(out, 'spec.sessionAffinity', sessionAffinity, ['ClientIP', 'None']);
  const field = 'spec.sessionAffinityConfig';
  if (sessionAffinity === 'None') {
    if (sessionAffinityConfig) out.push(fieldError.forbidden(field, 'must not be set when session affinity is None'));
    return;
  }
  if (sessionAffinity !== 'ClientIP') return;
  const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds;
  if (!sessionAffinityConfig) out.push(fieldError.required(field, 'when session affinity type is ClientIP'));
  else if (!sessionAffinityConfig.clientIP) out.push(fieldError.required(`${field}.clientIP`, 'when session affinity type is ClientIP'));
  else if (seconds === undefined) out.push(fieldError.required(`${field}.clientIP.timeoutSeconds`, 'when session affinity type is ClientIP'));
  else if (seconds <= 0 || seconds > affinitySecondsMax) {
    out.push(fieldError.invalid(`${field}.clientIP.timeoutSeconds`, seconds, `must be greater than 0 and less than ${affinitySecondsMax}`));
  }
}

function checkType(out: Errors, spec: ServiceSpec): void {
  checkRequiredOneOf(out, 'spec.type', spec.type, ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']);
  if ((spec.type === 'LoadBalancer' || spec.type === 'NodePort') && isHeadless(spec)) {
    out.push(fieldError.invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${spec.type} services`));
  }
  if (spec.type !== 'ExternalName') return;
  const name = spec.externalName ?? '';
  if (checkRequired(out, 'spec.externalName', name)) {
    checkWith(out, 'spec.externalName', name, (value) => validateDns1123Subdomain(value.toLowerCase().replace(/\.$/, '')));
  }
}

function checkLoadBalancer(out: Errors, spec: ServiceSpec): void {
  const { allocateLoadBalancerNodePorts, loadBalancerClass } = spec;
  if (isLoadBalancer(spec)) {
    if (allocateLoadBalancerNodePorts === undefined) out.push(fieldError.required('spec.allocateLoadBalancerNodePorts'));
    if (loadBalancerClass !== undefined) checkWith(out, 'spec.loadBalancerClass', loadBalancerClass, validateQualifiedName);
    return;
  }
  if (allocateLoadBalancerNodePorts !== undefined) {
    out.push(fieldError.forbidden('spec.allocateLoadBalancerNodePorts', "may only be used when `type` is 'LoadBalancer'"));
  }
  if (loadBalancerClass !== undefined) out.push(fieldError.forbidden('spec.loadBalancerClass', "may only be used when `type` is 'LoadBalancer'"));
}

/** Whether traffic comes from outside of the cluster. */
const isExternallyAccessible = (spec: ServiceSpec): boolean =>
  isLoadBalancer(spec) || spec.type === 'NodePort' || (spec.type === 'ClusterIP' && (spec.externalIPs ?? []).length > 0);

function checkTraffic(out: Errors, spec: ServiceSpec): void {
  const { externalTrafficPolicy: external, internalTrafficPolicy: internal, healthCheckNodePort, type } = spec;
  if (!isExternallyAccessible(spec)) {
    if (external) out.push(fieldError.invalid('spec.externalTrafficPolicy', external, 'may only be set for externally-accessible services'));
  } else if (external || type !== 'ClusterIP') {
    checkRequiredOneOf(out, 'spec.externalTrafficPolicy', external, ['Cluster', 'Local']);
  }
  if (healthCheckNodePort) {
    if (!isLoadBalancer(spec) || external !== 'Local') {
      out.push(
        fieldError.invalid('spec.healthCheckNodePort', healthCheckNodePort, "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"),
      );
    } else {
      checkPort(out, 'spec.healthCheckNodePort', healthCheckNodePort);
    }
  }
  if (type !== 'ExternalName') checkRequiredOneOf(out, 'spec.internalTrafficPolicy', internal, ['Cluster', 'Local']);
  checkOneOf(out, 'spec.trafficDistribution', spec.trafficDistribution, ['PreferClose', 'PreferSameNode', 'PreferSameZone']);
}

export function validateServiceCreate({ spec = {} }: Service): FieldError[] {
  const out: Errors = [];
  checkServicePorts(out, spec);
  checkType(out, spec);
  checkLabels(out, 'spec.selector', spec.selector);
  checkSessionAffinity(out, spec);
  checkClusterIPs(out, spec);
  checkExternalAddresses(out, spec);
  checkLoadBalancer(out, spec);
  checkTraffic(out, spec);
  return out;
}

const onceSet = 'may not change once set';

/** An address is for life; only a second one may come and go. */
function checkAddressUpdate(out: Errors, next: ServiceSpec, previous: ServiceSpec): void {
  if (previous.type === 'ExternalName' || next.type === 'ExternalName') return;
  const [after, before] = [next.clusterIPs ?? [], previous.clusterIPs ?? []];
  if (before[0] && after[0] === undefined) out.push(fieldError.invalid('spec.clusterIPs[0]', after, 'primary clusterIP can not be unset'));
  else if (before[0] && after[0] !== before[0]) out.push(fieldError.invalid('spec.clusterIPs[0]', after, onceSet));
  if (before[1] && after[1] && after[1] !== before[1]) out.push(fieldError.invalid('spec.clusterIPs[1]', after, onceSet));
  const [families, familiesBefore] = [next.ipFamilies ?? [], previous.ipFamilies ?? []];
  if (familiesBefore[0] && families[0] !== familiesBefore[0]) out.push(fieldError.invalid('spec.ipFamilies[0]', families, onceSet));
  if (familiesBefore[1] && families[1] && families[1] !== familiesBefore[1]) out.push(fieldError.invalid('spec.ipFamilies[1]', families, onceSet));
}

export function validateServiceUpdate(next: Service, previous: Service): FieldError[] {
  const out: Errors = [];
  const [after, before] = [next.spec ?? {}, previous.spec ?? {}];
  checkAddressUpdate(out, after, before);
  if (isLoadBalancer(before) && isLoadBalancer(after) && after.loadBalancerClass !== before.loadBalancerClass) {
    out.push(fieldError.invalid('spec.loadBalancerClass', after.loadBalancerClass, onceSet));
  }
  const { healthCheckNodePort: port } = before;
  const keepsPort = isLoadBalancer(before) && isLoadBalancer(after) && after.externalTrafficPolicy === 'Local';
  if (port && keepsPort && !sameValue(after.healthCheckNodePort, port)) {
    out.push(fieldError.forbidden('spec.healthCheckNodePort', 'field is immutable'));
  }
  return [...out, ...validateServiceCreate(next)];
}

export function validateServiceStatusUpdate({ spec, status }: Service, _previous: Service): FieldError[] {
  const out: Errors = [];
  const ingress = status?.loadBalancer?.ingress ?? [];
  if (ingress.length > 0 && spec?.type !== 'LoadBalancer') {
    out.push(fieldError.forbidden('status.loadBalancer.ingress', "may only be used when `spec.type` is 'LoadBalancer'"));
  }
  ingress.forEach(({ ip, hostname, ipMode }, i) => {
    const field = `status.loadBalancer.ingress[${i}]`;
    if (ip && checkIP(out, `${field}.ip`, ip)) {
      checkNonSpecialIP(out, `${field}.ip`, ip);
      checkRequiredOneOf(out, `${field}.ipMode`, ipMode, ['Proxy', 'VIP']);
    } else if (!ip && ipMode !== undefined) {
      out.push(fieldError.forbidden(`${field}.ipMode`, 'may not be specified when `ip` is not set'));
    }
    if (!hostname) return;
    checkWith(out, `${field}.hostname`, hostname, validateDns1123Subdomain);
    if (/^[0-9.]+$/.test(hostname)) out.push(fieldError.invalid(`${field}.hostname`, hostname, 'must be a DNS name, not an IP address'));
  });
  return out;
}
