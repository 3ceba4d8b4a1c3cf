import type { Lease, Node } from '@typernetes/api';
import { resources } from '@typernetes/api';
import type { ApiClient } from '@typernetes/client';
import type { Logger } from '@typernetes/component';
import type { Clock } from '@typernetes/machinery';
import { formatMicroTime, hasReason } from '@typernetes/machinery';
import { leaseDurationSeconds, leaseRenewMs } from '../limits';

const namespace = 'kube-node-lease';

export interface NodeLeaseDependencies {
  nodeName: string;
  node: () => Node | undefined;
  client: ApiClient;
  clock: Clock;
  logger: Logger;
}

/** The node's heartbeat: a Lease renewed every ten seconds (KEP-589). */
export class NodeLease {
  private lease: Lease | undefined;

  constructor(private readonly dependencies: NodeLeaseDependencies) {}

  async run(signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.dependencies;
    while (!signal.aborted) {
      let pauseMs = leaseRenewMs;
      try {
        await this.renew();
      } catch (error) {
        this.lease = undefined;
        // The namespace may not exist yet, or somebody else has written: soon again.
        pauseMs = hasReason(error, 'Conflict', 'NotFound') ? 200 : 1_000;
        logger.debug({ error }, 'Failed to update lease');
      }
      await clock.sleep(pauseMs, signal).catch(() => undefined);
    }
  }

  private async renew(): Promise<void> {
    const { client, nodeName, clock, node } = this.dependencies;
    const leases = client.resource(resources.leases);
    this.lease ??= await leases.get(nodeName, { namespace }).catch((error: unknown) => {
      if (hasReason(error, 'NotFound')) return undefined;
      throw error;
    });
    const uid = node()?.metadata?.uid;
    const spec = { holderIdentity: nodeName, leaseDurationSeconds, renewTime: formatMicroTime(clock.now()) };
    const ownerReferences = uid ? [{ apiVersion: 'v1', kind: 'Node', name: nodeName, uid }] : undefined;
    this.lease = this.lease
      ? await leases.update({ ...this.lease, metadata: { ...this.lease.metadata, ...(ownerReferences ? { ownerReferences } : {}) }, spec: { ...this.lease.spec, ...spec } })
      : await leases.create({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: nodeName, namespace, ownerReferences }, spec });
  }
}
