import type { IngressClass, NetworkPolicy } from '../generated/types';

export function defaultIngressClass({ spec }: IngressClass): void {
  if (spec?.parameters) spec.parameters.scope ??= 'Cluster';
}

export function defaultNetworkPolicy({ spec }: NetworkPolicy): void {
  if (!spec) return;
  for (const { ports } of [...(spec.ingress ?? []), ...(spec.egress ?? [])]) for (const port of ports ?? []) port.protocol ??= 'TCP';
  // A policy without rules isolates pods from what comes in; rules for what goes out say that it means that too.
  if (!spec.policyTypes?.length) spec.policyTypes = spec.egress?.length ? ['Ingress', 'Egress'] : ['Ingress'];
}
