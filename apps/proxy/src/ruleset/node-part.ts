import type { NodeView } from '../model/nodes';
import { collections } from './fixed';
import type { RulesetPart } from './ruleset';

type Element = RulesetPart['elements'][number];

/** Nodes' own addresses: pods talk to them with their own address, as to each other. And which pods are this node's. */
export function nodesPart(nodes: readonly NodeView[], own: NodeView | undefined): RulesetPart {
  const ips = nodes.flatMap(({ internalIP }) => (internalIP ? [internalIP] : []));
  const ownPods: Element[] = own?.podCidr ? [[collections.ownPodCidrs, own.podCidr, '']] : [];
  return { chains: [], sets: [], elements: [...ips.map((ip): Element => [collections.nodeIps, ip, '']), ...ownPods] };
}
