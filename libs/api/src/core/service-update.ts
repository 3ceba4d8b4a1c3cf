/**
 * What an update of a Service keeps and clears by itself. Clients write a Service as they think of it, without the
 * addresses and ports that were allocated for it, and change its type without clearing what the old type needed. So:
 * values the API allocated are carried over where the client left them empty, and values that the new type cannot have
 * are dropped unless the client set them anew (then validation speaks).
 */
import { isDeepStrictEqual } from 'node:util';
import type { Service, ServiceSpec } from '../generated/types';

const needsClusterIP = (spec: ServiceSpec): boolean => spec.type !== 'ExternalName';
const isLoadBalancer = (spec: ServiceSpec): boolean => spec.type === 'LoadBalancer';

const needsNodePort = (spec: ServiceSpec): boolean =>
  spec.type === 'NodePort' || (isLoadBalancer(spec) && spec.allocateLoadBalancerNodePorts !== false);

const needsHealthCheckNodePort = (spec: ServiceSpec): boolean => isLoadBalancer(spec) && spec.externalTrafficPolicy === 'Local';

const needsExternalTrafficPolicy = (spec: ServiceSpec): boolean =>
  isLoadBalancer(spec) || spec.type === 'NodePort' || (needsClusterIP(spec) && (spec.externalIPs ?? []).length > 0);

/** Carries cluster addresses and node ports over where the client left them out. */
export function keepAllocatedValues(next: Service, previous: Service): void {
  const [after, before] = [next.spec, previous.spec];
  if (!after || !before) return;
  if (needsClusterIP(before) && needsClusterIP(after)) {
    after.clusterIP ||= before.clusterIP;
    if (!after.clusterIPs?.length && after.clusterIP === before.clusterIP && before.clusterIPs) {
      after.clusterIPs = [...before.clusterIPs];
    }
  }
  if (needsNodePort(before) && needsNodePort(after)) keepNodePorts(after, before);
  if (needsHealthCheckNodePort(before) && needsHealthCheckNodePort(after)) after.healthCheckNodePort ||= before.healthCheckNodePort;
}

function keepNodePorts(after: ServiceSpec, before: ServiceSpec): void {
  const taken = new Set(after.ports?.map(({ nodePort }) => nodePort));
  for (const port of after.ports ?? []) {
    if (port.nodePort) continue;
    const known = before.ports?.find((old) => old.port === port.port && (old.protocol ?? 'TCP') === (port.protocol ?? 'TCP'));
    if (!known?.nodePort || taken.has(known.nodePort)) continue;
    port.nodePort = known.nodePort;
    taken.add(known.nodePort);
  }
}

/** `clusterIP` is the first of `clusterIPs`; a client that knows only one of the two means both. */
export function normalizeClusterIPs(next: Service, previous?: Service): void {
  const after = next.spec;
  if (!after) return;
  const before = previous?.spec;
  if (!before) {
    if (after.clusterIP && !after.clusterIPs?.length) after.clusterIPs = [after.clusterIP];
    return;
  }
  const sameFirst = (after.clusterIP ?? '') === (before.clusterIP ?? '');
  const sameAll = isDeepStrictEqual(after.clusterIPs ?? [], before.clusterIPs ?? []);
  if (sameFirst || !sameAll) return;
  if (after.clusterIP) after.clusterIPs = [after.clusterIP];
  else delete after.clusterIPs;
}

/** Clears what the new type cannot have, if the client merely left it as it was. */
export function dropTypeDependentFields(next: Service, previous: Service): void {
  const [after, before] = [next.spec, previous.spec];
  if (!after || !before) return;
  const clear = (...fields: (keyof ServiceSpec)[]): void => {
    if (fields.every((field) => isDeepStrictEqual(after[field], before[field]))) for (const field of fields) delete after[field];
  };
  const loses = (needs: (spec: ServiceSpec) => boolean): boolean => needs(before) && !needs(after);
  if (loses(needsClusterIP)) {
    clear('clusterIP', 'clusterIPs');
    clear('ipFamilies');
    clear('ipFamilyPolicy');
  }
  if (loses(needsNodePort)) dropNodePorts(after, before);
  if (loses(needsHealthCheckNodePort)) clear('healthCheckNodePort');
  if (loses(isLoadBalancer)) {
    clear('allocateLoadBalancerNodePorts');
    clear('loadBalancerClass');
  }
  if (loses(needsExternalTrafficPolicy)) clear('externalTrafficPolicy');
}

function dropNodePorts(after: ServiceSpec, before: ServiceSpec): void {
  const nodePorts = (spec: ServiceSpec): number[] => (spec.ports ?? []).map(({ nodePort }) => nodePort ?? 0);
  const known = new Set(nodePorts(before));
  if (nodePorts(after).every((nodePort) => nodePort === 0 || known.has(nodePort))) {
    for (const port of after.ports ?? []) delete port.nodePort;
  }
}
