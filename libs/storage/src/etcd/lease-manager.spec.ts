import type { LeaseClient } from 'etcd3';
import { SimulatedClock } from '@typernetes/machinery';
import { LeaseManager } from './lease-manager';
import { leaseObjectsMax } from './limits';

describe('leases of objects with a lifetime', () => {
  let granted: number[];
  let clock: SimulatedClock;
  let leases: LeaseManager;
  let failure: Error | undefined;

  beforeEach(() => {
    granted = [];
    failure = undefined;
    clock = new SimulatedClock();
    const leaseGrant = ({ TTL }: { TTL: number }): Promise<{ ID: string }> => {
      if (failure) return Promise.reject(failure);
      return Promise.resolve({ ID: `lease-${granted.push(TTL)}` });
    };
    leases = new LeaseManager({ leaseGrant } as unknown as LeaseClient, clock);
  });

  it('are shared for a minute, and last that minute longer', async () => {
    expect(await leases.leaseFor(3_600)).toBe('lease-1');
    await clock.advance(59_000);
    expect(await leases.leaseFor(3_600)).toBe('lease-1');
    await clock.advance(2_000);
    expect(await leases.leaseFor(3_600)).toBe('lease-2');
    expect(granted).toEqual([3_660, 3_660]);
  });

  it('are one for each lifetime', async () => {
    expect([await leases.leaseFor(60), await leases.leaseFor(3_600), await leases.leaseFor(60)]).toEqual(['lease-1', 'lease-2', 'lease-1']);
  });

  it('take no more objects than go well at once', async () => {
    const ids = new Set<string>();
    for (let i = 0; i < leaseObjectsMax; i++) ids.add(await leases.leaseFor(60));
    expect([...ids]).toEqual(['lease-1']);
    expect(await leases.leaseFor(60)).toBe('lease-2');
  });

  it('are asked for anew after a failure', async () => {
    failure = new Error('14 UNAVAILABLE: no connection');
    await expect(leases.leaseFor(60)).rejects.toMatchObject({ reason: 'ServiceUnavailable' });
    failure = undefined;
    expect(await leases.leaseFor(60)).toBe('lease-1');
  });
});
