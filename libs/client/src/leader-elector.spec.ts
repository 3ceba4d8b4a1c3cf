import type { Lease } from '@typernetes/api';
import { silentLogger } from '@typernetes/component';
import type { KubernetesObject } from '@typernetes/machinery';
import { SimulatedClock, apiErrors, seededRandom } from '@typernetes/machinery';
import type { ApiClient, ResourceClient } from './api-client';
import type { LeaderElectionOptions } from './leader-elector';
import { electionStep, runLeaderElected } from './leader-elector';

const lease = (holderIdentity?: string): Lease => ({ spec: { holderIdentity, leaseDurationSeconds: 15 } });

test.each([
  ['no lease yet', undefined, 0, 'create'],
  ['ours', { lease: lease('me'), seenAtMs: 0 }, 99_000, 'renew'],
  ["another one's, alive", { lease: lease('other'), seenAtMs: 0 }, 14_999, 'wait'],
  ["another one's, not renewed for its whole duration", { lease: lease('other'), seenAtMs: 0 }, 15_000, 'acquire'],
  ['released', { lease: lease(''), seenAtMs: 0 }, 0, 'acquire'],
])('election: %s', (_name, observation, nowMs, expected) => {
  expect(electionStep(observation, 'me', nowMs).action).toBe(expected);
});

/** One Lease in memory; `hang` makes every call wait for ever. */
function leaseServer(): { client: ApiClient; state: { lease?: Lease; hang: boolean } } {
  const state: { lease?: Lease; hang: boolean } = { hang: false };
  let revision = 0;
  const answer = async (make: () => Lease): Promise<Lease> => (state.hang ? new Promise(() => {}) : make());
  const store = (lease: Lease): Lease => (state.lease = { ...lease, metadata: { ...lease.metadata, resourceVersion: String(++revision) } });
  const leases: Pick<ResourceClient<Lease>, 'get' | 'create' | 'update'> = {
    get: () =>
      answer(() => {
        if (!state.lease) throw apiErrors.notFound({ group: 'coordination.k8s.io', resource: 'leases', name: 'l' });
        return state.lease;
      }),
    create: (lease) => answer(() => store(lease)),
    update: (lease) =>
      answer(() => {
        if (lease.metadata?.resourceVersion !== state.lease?.metadata?.resourceVersion) throw apiErrors.staleUpdate({ group: 'coordination.k8s.io', resource: 'leases', name: 'l' });
        return store(lease);
      }),
  };
  return { client: { resource: <T extends KubernetesObject>() => leases as unknown as ResourceClient<T>, close: () => {} }, state };
}

describe('runLeaderElected', () => {
  const optionsOf = (client: ApiClient, clock: SimulatedClock, identity: string): LeaderElectionOptions => ({ client, clock, random: seededRandom(1), logger: silentLogger, name: 'l', namespace: 'n', identity });
  const leadUntilAborted = (log: string[], who: string) => (signal: AbortSignal): Promise<void> => {
    log.push(`${who} leads`);
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
  };

  test('one leads; the other takes over soon after it has resigned', async () => {
    const clock = new SimulatedClock();
    const { client } = leaseServer();
    const log: string[] = [];
    const first = new AbortController();
    const second = new AbortController();
    const a = runLeaderElected(optionsOf(client, clock, 'a'), leadUntilAborted(log, 'a'), first.signal);
    await clock.advance(1);
    const b = runLeaderElected(optionsOf(client, clock, 'b'), leadUntilAborted(log, 'b'), second.signal);
    await clock.advance(60_000);
    expect(log).toEqual(['a leads']);
    first.abort();
    await a;
    await clock.advance(2_500);
    expect(log).toEqual(['a leads', 'b leads']);
    second.abort();
    await b;
  });

  test('it steps down before the lease runs out when the API does not answer', async () => {
    const clock = new SimulatedClock();
    const { client, state } = leaseServer();
    const log: string[] = [];
    let lostAtMs: number | undefined;
    const end = new AbortController();
    const lead = (signal: AbortSignal): Promise<void> =>
      new Promise((resolve) =>
        signal.addEventListener('abort', () => {
          lostAtMs = clock.monotonic();
          resolve();
        }),
      );
    runLeaderElected(optionsOf(client, clock, 'a'), lead, end.signal).catch((error: Error) => log.push(error.message));
    await clock.advance(100);
    const hungAtMs = clock.monotonic();
    state.hang = true;
    await clock.advance(15_000);
    expect((lostAtMs ?? Infinity) - hungAtMs).toBeLessThanOrEqual(10_000);
  });
});
