/** Labels that a kubelet may set on its own node (kubelet's well-known labels). */
const allowed: ReadonlySet<string> = new Set([
  'kubernetes.io/hostname',
  'kubernetes.io/os',
  'kubernetes.io/arch',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/arch',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
  'node.kubernetes.io/instance-type',
  'beta.kubernetes.io/instance-type',
]);

const domainOf = (label: string): string => (label.includes('/') ? label.slice(0, label.indexOf('/')) : '');
const isBelow = (domain: string, parent: string): boolean => domain === parent || domain.endsWith(`.${parent}`);

/** Whether a node may set this label on itself (API documentation "NodeRestriction", KEP-279). */
export function isNodeSettable(label: string): boolean {
  const domain = domainOf(label);
  if (isBelow(domain, 'node-restriction.kubernetes.io')) return false;
  if (!isBelow(domain, 'kubernetes.io') && !isBelow(domain, 'k8s.io')) return true;
  return allowed.has(label) || isBelow(domain, 'kubelet.kubernetes.io') || isBelow(domain, 'node.kubernetes.io');
}

/** Labels that differ and are not the node's to set, sorted. */
export function restrictedLabelChanges(before: Readonly<Record<string, string>> = {}, next: Readonly<Record<string, string>> = {}): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(next)]);
  return [...names].filter((label) => before[label] !== next[label] && !isNodeSettable(label)).sort();
}
