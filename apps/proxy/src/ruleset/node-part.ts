import type { NodeView } from '../model/nodes';
import type { RulesetPart } from './ruleset';

/** Nodes' own addresses: pods talk to them with their own address, as to each other. */
export function nodeIpsPart(nodes: readonly NodeView[]): RulesetPart {
  const ips = nodes.flatMap(({ internalIP }) => (internalIP ? [internalIP] : []));
  return { chains: [], sets: [], elements: ips.map((ip) => ['node-ips', ip, ''] as const) };
}
