import { resources, type ServiceCIDR } from '@typernetes/api';
import { findCondition, formatTime, type Clock } from '@typernetes/machinery';
import type { ApiserverInternals } from '../pipeline/internals';
import { defaultServiceCidrName as name } from '../service/service-ranges';
import { ensure } from './ensure';

const manager = { fieldManager: 'kubernetes-service-cidr-controller' };

/** The next step for the stored object (upstream's default ServiceCIDR controller). */
export type DefaultCidrStep = 'nothing' | 'set ready' | 'tell that the flag differs';

export function defaultCidrStep({ metadata, spec, status }: ServiceCIDR, flagRange: string): DefaultCidrStep {
  if (metadata?.deletionTimestamp) return 'nothing';
  if (spec?.cidrs?.join() !== flagRange) return 'tell that the flag differs';
  const ready = findCondition(status?.conditions, 'Ready');
  return !ready || ready.status === 'Unknown' ? 'set ready' : 'nothing';
}

/**
 * Keeps the ServiceCIDR of `--service-cluster-ip-range`: makes it when there is none and says that it is ready. One with
 * other ranges stays as it is, since Services have its addresses; `onDifference` is told.
 */
export async function ensureDefaultServiceCidr(internals: ApiserverInternals, { range, clock, onDifference }: { range: string; clock: Clock; onDifference: (stored: readonly string[]) => void }): Promise<void> {
  await ensure(internals, resources.serviceCIDRs, { metadata: { name }, spec: { cidrs: [range] } });
  const api = internals.client.resource(resources.serviceCIDRs);
  const stored = internals.objects.get(resources.serviceCIDRs, name) ?? (await api.get(name));
  switch (defaultCidrStep(stored, range)) {
    case 'nothing':
      return;
    case 'tell that the flag differs':
      onDifference(stored.spec?.cidrs ?? []);
      return;
    case 'set ready': {
      const condition = { type: 'Ready', status: 'True', reason: '', message: 'Kubernetes default Service CIDR is ready', lastTransitionTime: formatTime(clock.now()) };
      await api.patch(name, { status: { conditions: [condition] } }, { subresource: 'status', type: 'application/strategic-merge-patch+json', ...manager });
    }
  }
}
