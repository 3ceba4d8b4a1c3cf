import type { Node } from '@typernetes/api';

/** What routing and address ownership need of a Node. */
export interface NodeView {
  name: string;
  internalIP: string;
  podCidr: string;
  ready: boolean;
  /** Empty when it does not tell. */
  zone: string;
  /** Wants no load balancer's traffic. */
  excluded: boolean;
}

const excludeLabel = 'node.kubernetes.io/exclude-from-external-load-balancers';

export function nodeView(node: Node): NodeView {
  const addresses = node.status?.addresses ?? [];
  const ready = node.status?.conditions?.find(({ type }) => type === 'Ready');
  return {
    name: node.metadata?.name ?? '',
    internalIP: addresses.find(({ type, address }) => type === 'InternalIP' && !address.includes(':'))?.address ?? '',
    podCidr: node.spec?.podCIDR ?? node.spec?.podCIDRs?.find((cidr) => !cidr.includes(':')) ?? '',
    zone: node.metadata?.labels?.['topology.kubernetes.io/zone'] ?? '',
    ready: ready?.status === 'True',
    excluded: node.metadata?.labels?.[excludeLabel] !== undefined,
  };
}

const toBeDeletedTaint = 'ToBeDeletedByClusterAutoscaler';

/** False for a node that is about to go: load balancers shall stop sending new connections (KEP 3836). */
export function isEligible(node: Node): boolean {
  const doomed = node.spec?.taints?.some(({ key }) => key === toBeDeletedTaint) ?? false;
  return !doomed && node.metadata?.deletionTimestamp === undefined;
}
