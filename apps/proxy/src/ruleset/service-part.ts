import type { Endpoint } from '../model/endpoints';
import type { NodeFacts } from '../model/node-facts';
import type { ServicePort } from '../model/service-port';
import { chains, collections } from './fixed';
import { chainName, endpointName } from './names';
import type { RulesetPart } from './ruleset';

type Element = RulesetPart['elements'][number];
type ChainPart = RulesetPart['chains'][number];

const markForMasquerade = `jump ${chains.markForMasquerade}`;
const rejectVerdict = `goto ${chains.reject}`;

/**
 * Even spread over endpoints. A chain per endpoint would let the kernel's cost of loading grow with the square of their
 * number, so only session affinity, which must remember each client by endpoint, has them.
 */
function dispatchRules(port: ServicePort, endpoints: readonly Endpoint[]): string[] {
  if (port.affinitySeconds > 0) return affinityRules(port, endpoints);
  const targets = endpoints.map(({ ip, port: targetPort }, index) => `${index} : ${ip} . ${targetPort}`);
  return [`meta l4proto ${port.protocol} dnat ip to numgen random mod ${endpoints.length} map { ${targets.join(', ')} }`];
}

/** A client that has been here within the affinity time goes where it was. */
function affinityRules(port: ServicePort, endpoints: readonly Endpoint[]): string[] {
  const verdicts = endpoints.map((endpoint, index) => `${index} : goto ${endpointName('endpoint', port, endpoint)}`);
  return [
    ...endpoints.map((endpoint) => `ip saddr @${endpointName('affinity', port, endpoint)} goto ${endpointName('endpoint', port, endpoint)}`),
    `numgen random mod ${endpoints.length} vmap { ${verdicts.join(', ')} }`,
  ];
}

function endpointChain(port: ServicePort, endpoint: Endpoint): ChainPart {
  return [
    endpointName('endpoint', port, endpoint),
    [
      `update @${endpointName('affinity', port, endpoint)} { ip saddr }`,
      `meta l4proto ${port.protocol} dnat to ${endpoint.ip}:${endpoint.port}`,
    ],
  ];
}

/** Pods that must be answered through the node: by their own address, or all of one bridge (see fixed.ts). */
function localEndpointElements(endpoints: readonly Endpoint[]): Element[] {
  const ips = endpoints.filter(({ local }) => local).map(({ ip }) => ip);
  return ips.flatMap((ip): Element[] => [
    [collections.hairpinEndpoints, `${ip} . ${ip}`, ''],
    [collections.localEndpoints, ip, ''],
  ]);
}

function affinitySet(port: ServicePort, endpoint: Endpoint): RulesetPart['sets'][number] {
  return [
    endpointName('affinity', port, endpoint),
    `{ type ipv4_addr; flags dynamic,timeout; timeout ${port.affinitySeconds}s; }`,
  ];
}

/**
 * Traffic from outside. Policy Local keeps the client's address; what this node and its pods send is never restricted to
 * it. Pods of other nodes are outside here: an endpoint on their own node would answer them past our translation.
 */
function externalRules(port: ServicePort): string[] {
  const toCluster = port.endpoints.length > 0 ? `goto ${chainName('service', port)}` : 'drop';
  if (!port.externalLocal) return [markForMasquerade, toCluster];
  const local = port.localEndpoints.length > 0 ? [`goto ${chainName('local', port)}`] : [];
  return [
    `ip saddr @${collections.ownPodCidrs} ${toCluster}`,
    `fib saddr type local ${markForMasquerade}`,
    `fib saddr type local ${toCluster}`,
    ...local,
  ];
}

function clusterRules(port: ServicePort, facts: NodeFacts): string[] {
  const offCluster = facts.clusterCidr
    ? [`ip daddr ${port.clusterIP} ${port.protocol} dport ${port.port} ip saddr != @pod-cidrs ${markForMasquerade}`]
    : [];
  return [...offCluster, ...dispatchRules(port, port.endpoints)];
}

const publicIps = (port: ServicePort): string[] => [...port.externalIPs, ...port.loadBalancerIPs];
const isExternal = (port: ServicePort): boolean => port.nodePort > 0 || publicIps(port).length > 0;

const key = (ip: string, port: ServicePort): string => `${ip} . ${port.protocol} . ${port.port}`;

/** Verdict for a map, and which map: where there are endpoints to go to, or where the lack of them is answered. */
function elementFor(where: 'ips' | 'nodePorts', elementKey: string, verdict: string | undefined, whenNone: string): Element {
  const [serving, none] =
    where === 'ips'
      ? [collections.serviceIps, collections.noEndpointServices]
      : [collections.serviceNodePorts, collections.noEndpointNodePorts];
  return verdict === undefined ? [none, elementKey, whenNone] : [serving, elementKey, verdict];
}

function elements(port: ServicePort): Element[] {
  const any = port.endpoints.length > 0;
  const internalUsable = port.internalLocal ? port.localEndpoints.length > 0 : any;
  const internal = internalUsable ? `goto ${chainName(port.internalLocal ? 'local' : 'service', port)}` : undefined;
  // Without any endpoint the caller is told; without a local one the packet is dropped, as policy Local demands.
  const whenNone = any ? 'drop' : rejectVerdict;
  const external = any ? `goto ${chainName('external', port)}` : undefined;
  const ofPublic = publicIps(port).map((ip) => elementFor('ips', key(ip, port), external, rejectVerdict));
  const ofNode = port.nodePort > 0 ? [elementFor('nodePorts', `${port.protocol} . ${port.nodePort}`, external, rejectVerdict)] : [];
  const noLocal = port.externalLocal && any && port.localEndpoints.length === 0 ? dropsWithoutLocal(port) : [];
  return [
    [collections.clusterIps, port.clusterIP, ''],
    elementFor('ips', key(port.clusterIP, port), internal, whenNone),
    ...ofPublic,
    ...ofNode,
    ...noLocal,
    ...port.loadBalancerIPs.map((ip): Element => [collections.loadBalancerIps, ip, '']),
    ...firewallElements(port),
  ];
}

/** Off-cluster packets that found no local endpoint come to the filter untranslated. */
function dropsWithoutLocal(port: ServicePort): Element[] {
  return [
    ...publicIps(port).map((ip): Element => [collections.noEndpointServices, key(ip, port), 'drop']),
    ...(port.nodePort > 0 ? [[collections.noEndpointNodePorts, `${port.protocol} . ${port.nodePort}`, 'drop'] as const] : []),
  ];
}

function firewallElements(port: ServicePort): Element[] {
  if (port.loadBalancerSourceRanges.length === 0) return [];
  return port.loadBalancerIPs.map((ip) => [collections.firewallIps, key(ip, port), `goto ${chainName('firewall', port)}`]);
}

function firewallChain(port: ServicePort): ChainPart[] {
  if (port.loadBalancerSourceRanges.length === 0 || port.loadBalancerIPs.length === 0) return [];
  const ranges = port.loadBalancerSourceRanges.join(', ');
  return [[chainName('firewall', port), [`ip saddr != { ${ranges} } drop`]]];
}

/** The chains, sets and map elements of one Service port. Pure. */
export function servicePart(port: ServicePort, facts: NodeFacts): RulesetPart {
  const used = [...new Map([...port.endpoints, ...port.localEndpoints].map((one) => [`${one.ip}:${one.port}`, one])).values()];
  const usesLocal = port.localEndpoints.length > 0 && (port.internalLocal || port.externalLocal);
  return {
    chains: [
      ...(port.affinitySeconds > 0 ? used.map((endpoint) => endpointChain(port, endpoint)) : []),
      ...(port.endpoints.length > 0 ? [[chainName('service', port), clusterRules(port, facts)] as const] : []),
      ...(usesLocal ? [[chainName('local', port), localRules(port, facts)] as const] : []),
      ...(isExternal(port) && port.endpoints.length > 0 ? [[chainName('external', port), externalRules(port)] as const] : []),
      ...firewallChain(port),
    ],
    sets: port.affinitySeconds > 0 ? used.map((endpoint) => affinitySet(port, endpoint)) : [],
    elements: [...elements(port), ...localEndpointElements(used)],
  };
}

/** Internal traffic from off the cluster is masqueraded under policy Local, too: the pod could not answer otherwise. */
function localRules(port: ServicePort, facts: NodeFacts): string[] {
  const offCluster =
    facts.clusterCidr && port.internalLocal
      ? [`ip daddr ${port.clusterIP} ${port.protocol} dport ${port.port} ip saddr != @pod-cidrs ${markForMasquerade}`]
      : [];
  return [...offCluster, ...dispatchRules(port, port.localEndpoints)];
}
