import type { NodeFacts } from '../model/node-facts';
import { table } from './ruleset';

/** Mark bit of packets whose source address must become the node's; upstream's. */
const masqueradeMark = '0x4000';

/** Maps and sets whose elements Services fill. */
export const collections = {
  serviceIps: 'service-ips',
  serviceNodePorts: 'service-nodeports',
  noEndpointServices: 'no-endpoint-services',
  noEndpointNodePorts: 'no-endpoint-nodeports',
  firewallIps: 'firewall-ips',
  clusterIps: 'cluster-ips',
  loadBalancerIps: 'load-balancer-ips',
  hairpinEndpoints: 'hairpin-endpoints',
  localEndpoints: 'local-endpoints',
  nodeIps: 'node-ips',
  ownPodCidrs: 'own-pod-cidrs',
} as const;

export const chains = {
  markForMasquerade: 'mark-for-masquerade',
  reject: 'reject-chain',
} as const;

const services = (f: string): string => `type ipv4_addr . inet_proto . inet_service : verdict; comment "${f}";`;
const nodePorts = (f: string): string => `type inet_proto . inet_service : verdict; comment "${f}";`;

function definitions(facts: NodeFacts): string[] {
  const nodePortAddresses = facts.nodePortAddresses.length > 0 ? ` elements = { ${facts.nodePortAddresses.join(', ')} };` : '';
  const cidrs = facts.clusterCidr ? ` elements = { ${facts.clusterCidr} };` : '';
  return [
    `add map ${table} service-ips { ${services('ClusterIP, ExternalIP and LoadBalancer IP traffic')} }`,
    `add map ${table} service-nodeports { ${nodePorts('NodePort traffic')} }`,
    `add map ${table} no-endpoint-services { ${services('services with no endpoints')} }`,
    `add map ${table} no-endpoint-nodeports { ${nodePorts('node ports with no endpoints')} }`,
    `add map ${table} firewall-ips { ${services('LoadBalancer source ranges')} }`,
    `add set ${table} cluster-ips { type ipv4_addr; comment "Active ClusterIPs"; }`,
    `add set ${table} load-balancer-ips { type ipv4_addr; comment "LoadBalancer IPs that a node may hold"; }`,
    `add set ${table} hairpin-endpoints { type ipv4_addr . ipv4_addr; comment "pods that reach themselves through a Service"; }`,
    `add set ${table} local-endpoints { type ipv4_addr; comment "endpoints on this node"; }`,
    `add set ${table} nodeport-ips { type ipv4_addr;${nodePortAddresses} }`,
    `add set ${table} pod-cidrs { type ipv4_addr; flags interval;${cidrs} }`,
    `add set ${table} own-pod-cidrs { type ipv4_addr; flags interval; comment "pods of this node"; }`,
    `add set ${table} node-ips { type ipv4_addr; }`,
  ];
}

function masquerading(facts: NodeFacts): string[] {
  const rules = [
    `mark and ${masqueradeMark} != 0 meta mark set meta mark xor ${masqueradeMark} masquerade fully-random`,
    // A pod that reaches itself through its Service would get an answer from its own address.
    'ip saddr . ip daddr @hairpin-endpoints masquerade fully-random',
  ];
  if (!facts.clusterCidr) return rules;
  // Pods of one bridge would answer each other directly, past the translation back.
  if (!facts.bridgeNetfilter) rules.push('ip saddr @pod-cidrs ip daddr @local-endpoints ct status dnat masquerade fully-random');
  rules.push(
    'ip saddr @pod-cidrs ip daddr != @pod-cidrs ip daddr != @node-ips ip daddr != 224.0.0.0/4 oifname != "lo" masquerade fully-random',
  );
  return rules;
}

/**
 * Chains with rules. Checks run in filter chains around the address translation: before it for the firewall, which must
 * see the load balancer's address; after it for what has no endpoint.
 */
function fixedChains(facts: NodeFacts): [name: string, rules: string[]][] {
  const service = 'ip daddr . meta l4proto . th dport vmap';
  const nodePort = 'meta l4proto . th dport vmap';
  return [
    [chains.markForMasquerade, [`meta mark set meta mark or ${masqueradeMark}`]],
    [chains.reject, ['reject']],
    ['firewall-check', [`${service} @firewall-ips`]],
    ['service-endpoints-check', [`${service} @no-endpoint-services`]],
    ['nodeport-endpoints-check', [`ip daddr @nodeport-ips ${nodePort} @no-endpoint-nodeports`]],
    [
      'cluster-ips-check',
      [`ip daddr @cluster-ips reject comment "Reject traffic to invalid ports of ClusterIPs"`],
    ],
    ['services', [`${service} @service-ips`, `ip daddr @nodeport-ips ${nodePort} @service-nodeports`]],
    ['masquerading', masquerading(facts)],
  ];
}

const baseChains: [name: string, hook: string, rules: string[]][] = [
  ['filter-prerouting', 'type filter hook prerouting priority -110', ['ct state new jump firewall-check']],
  [
    'filter-input',
    'type filter hook input priority -110',
    [
      'ct state new jump nodeport-endpoints-check',
      'ct state new jump service-endpoints-check',
      'ct state new ip daddr @load-balancer-ips meta l4proto { tcp, udp, sctp } reject',
    ],
  ],
  ['filter-forward', 'type filter hook forward priority -110', ['ct state new jump service-endpoints-check', 'ct state new jump cluster-ips-check']],
  ['filter-output', 'type filter hook output priority -110', ['ct state new jump firewall-check']],
  [
    'filter-output-post-dnat',
    'type filter hook output priority -90',
    ['ct state new jump service-endpoints-check', 'ct state new jump cluster-ips-check'],
  ],
  ['nat-prerouting', 'type nat hook prerouting priority -100', ['jump services']],
  ['nat-output', 'type nat hook output priority -100', ['jump services']],
  ['nat-postrouting', 'type nat hook postrouting priority 100', ['jump masquerading']],
];

/** Commands that make the table anew with its fixed part. In one transaction with the rest nobody sees it empty. */
export function fixedCommands(facts: NodeFacts): string[] {
  const regular = fixedChains(facts);
  return [
    `add table ${table}`,
    `delete table ${table}`,
    `add table ${table} { comment "rules for kube-proxy"; }`,
    ...definitions(facts),
    ...regular.map(([name]) => `add chain ${table} ${name}`),
    ...baseChains.map(([name, hook]) => `add chain ${table} ${name} { ${hook}; }`),
    ...[...regular, ...baseChains.map(([name, , rules]) => [name, rules] as const)].flatMap(([name, rules]) =>
      rules.map((rule) => `add rule ${table} ${name} ${rule}`),
    ),
  ];
}
