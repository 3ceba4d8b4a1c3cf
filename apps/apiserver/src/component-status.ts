import { resources, type ComponentStatus, type Lease } from '@typernetes/api';
import { parseTime, type Clock, type KubernetesObject } from '@typernetes/machinery';
import type { ComputedKind } from './pipeline/computed-kind';
import type { ObjectReader } from './pipeline/object-reader';

/** Components that hold a lease of this name in kube-system while they work. */
const leaseHolders = ['controller-manager', 'scheduler'] as const;

function statusOf(name: string, problem: string | undefined, message: string): KubernetesObject & ComponentStatus {
  const healthy = problem === undefined ? { type: 'Healthy', status: 'True', message } : { type: 'Healthy', status: 'False', message: problem };
  return { apiVersion: 'v1', kind: 'ComponentStatus', metadata: { name }, conditions: [healthy] };
}

/** What is wrong with a component by the lease that it should renew. */
function leaseProblem({ spec }: Lease, nowMs: number): string | undefined {
  const { renewTime, leaseDurationSeconds = 0, holderIdentity } = spec ?? {};
  if (!holderIdentity || !renewTime) return 'nobody holds the lease';
  const lateMs = nowMs - (parseTime(renewTime) ?? 0) - leaseDurationSeconds * 1_000;
  return lateMs > 0 ? `the lease of ${holderIdentity} was not renewed since ${renewTime}` : undefined;
}

/** Core ComponentStatuses: etcd by asking it, the others by their leases; of components without one nothing is known. */
export function componentStatuses({ objects, askStore, clock }: { objects: ObjectReader; askStore: () => Promise<unknown>; clock: Clock }): ComputedKind {
  const store = async (): Promise<KubernetesObject> => {
    try {
      await askStore();
      return statusOf('etcd-0', undefined, 'ok');
    } catch (error) {
      return statusOf('etcd-0', error instanceof Error ? error.message : String(error), '');
    }
  };
  return {
    list: async () => {
      const held = leaseHolders.flatMap((name) => {
        const lease = objects.get(resources.leases, `kube-${name}`, 'kube-system');
        return lease ? [statusOf(name, leaseProblem(lease, clock.now()), 'ok')] : [];
      });
      return [...held, await store()];
    },
  };
}
