import type { LeaseClient } from 'etcd3';
import type { Clock } from '@typernetes/machinery';
import { toStorageError } from './etcd-errors';
import { leaseObjectsMax, leaseReuseSeconds } from './limits';

interface Lease {
  readonly id: Promise<string>;
  readonly endsAtMs: number;
  objects: number;
}

/**
 * Leases for objects with a lifetime (events). One lease serves all writes of a minute with the same lifetime; it lives
 * that minute longer, so that nothing goes early.
 */
export class LeaseManager {
  private readonly current = new Map<number, Lease>();

  constructor(
    private readonly client: LeaseClient,
    private readonly clock: Clock,
  ) {}

  /** A lease that lasts at least `ttlSeconds` from now. */
  async leaseFor(ttlSeconds: number): Promise<string> {
    const nowMs = this.clock.monotonic();
    let lease = this.current.get(ttlSeconds);
    if (!lease || lease.endsAtMs < nowMs + ttlSeconds * 1000 || lease.objects >= leaseObjectsMax) {
      const TTL = ttlSeconds + leaseReuseSeconds;
      lease = { id: this.client.leaseGrant({ TTL }).then(({ ID }) => ID), endsAtMs: nowMs + TTL * 1000, objects: 0 };
      this.current.set(ttlSeconds, lease);
    }
    lease.objects++;
    try {
      return await lease.id;
    } catch (error) {
      this.current.delete(ttlSeconds);
      throw toStorageError(error);
    }
  }
}
