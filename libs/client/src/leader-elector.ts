import { setMaxListeners } from 'node:events';
import type { Lease } from '@typernetes/api';
import { resources } from '@typernetes/api';
import type { Logger, Registry } from '@typernetes/component';
import { Gauge } from '@typernetes/component';
import type { Clock, Random } from '@typernetes/machinery';
import { formatMicroTime, hasReason } from '@typernetes/machinery';
import type { ApiClient } from './api-client';

export interface LeaderElectionOptions {
  client: ApiClient;
  clock: Clock;
  random: Random;
  logger: Logger;
  /** Gets leader_election_master_status. */
  registry?: Registry;
  /** The Lease's name: `kube-scheduler`. */
  name: string;
  namespace: string;
  /** Who we are: host name and something unique. */
  identity: string;
  leaseDurationMs?: number;
  renewDeadlineMs?: number;
  retryPeriodMs?: number;
}

/** What was last seen in the Lease, and when by our own monotonic clock: other machines' clocks are not trusted. */
export interface Observation {
  lease: Lease;
  seenAtMs: number;
}

export type ElectionStep = { action: 'create' } | { action: 'renew' | 'acquire'; lease: Lease } | { action: 'wait' };

/**
 * Decides the next step of the election from what is known (KEP-589, coordination/v1 Lease). A lease belongs to its
 * holder until it has not changed for its whole duration, by our clock.
 */
export function electionStep(observation: Observation | undefined, identity: string, nowMs: number): ElectionStep {
  if (!observation) return { action: 'create' };
  const { lease, seenAtMs } = observation;
  const holder = lease.spec?.holderIdentity;
  if (holder === identity) return { action: 'renew', lease };
  const durationMs = (lease.spec?.leaseDurationSeconds ?? 0) * 1000;
  return !holder || nowMs >= seenAtMs + durationMs ? { action: 'acquire', lease } : { action: 'wait' };
}

/**
 * Runs `lead` while this process holds the Lease. Gives it up when it could not be renewed in time (the signal that
 * `lead` got aborts) and, so that the next one need not wait, when `signal` aborts.
 *
 * @throws Error when the leadership was lost: the process should end and start anew.
 */
export async function runLeaderElected(options: LeaderElectionOptions, lead: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
  const elector = new Elector(options);
  const { name } = options;
  const status = options.registry && new Gauge({ name: 'leader_election_master_status', help: 'Whether this process leads.', labelNames: ['name'], registers: [options.registry] });
  status?.set({ name }, 0);
  await elector.acquire(signal);
  if (signal.aborted) return;
  options.logger.info({ lease: options.name, identity: options.identity }, 'became the leader');
  status?.set({ name }, 1);
  const term = new AbortController();
  // Every controller of the process listens to it: no leak.
  setMaxListeners(0, term.signal);
  const endTerm = (): void => term.abort(signal.reason);
  signal.addEventListener('abort', endTerm, { once: true });
  const leading = lead(term.signal);
  const lost = elector.keep(term.signal).then(() => term.abort(new Error('lost the leadership')));
  try {
    await Promise.race([leading, lost]);
    await leading;
    if (!signal.aborted && term.signal.aborted) throw new Error('lost the leadership');
  } finally {
    term.abort();
    status?.set({ name }, 0);
    signal.removeEventListener('abort', endTerm);
    await elector.release();
  }
}

class Elector {
  private observation: Observation | undefined;
  private readonly leaseDurationMs: number;
  private readonly renewDeadlineMs: number;
  private readonly retryPeriodMs: number;

  constructor(private readonly options: LeaderElectionOptions) {
    this.leaseDurationMs = options.leaseDurationMs ?? 15_000;
    this.renewDeadlineMs = options.renewDeadlineMs ?? 10_000;
    this.retryPeriodMs = options.retryPeriodMs ?? 2_000;
  }

  /** Resolves when we hold the Lease, or when the signal aborts. */
  async acquire(signal: AbortSignal): Promise<void> {
    const { clock, random, logger } = this.options;
    while (!signal.aborted) {
      let pauseMs = this.retryPeriodMs;
      try {
        if (await this.tryHold()) return;
      } catch (error) {
        logger.debug({ error, lease: this.options.name }, 'could not take the lease');
        // Nobody has said that the Lease is taken: ask again soon, so that a starting cluster is not kept waiting.
        pauseMs = this.retryPeriodMs / 4;
      }
      await clock.sleep(pauseMs * (1 + 0.2 * random.next()), signal).catch(() => undefined);
    }
  }

  /** Resolves when the Lease is lost, or when the signal aborts. */
  async keep(signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.options;
    let renewedAtMs = clock.monotonic();
    while (!signal.aborted) {
      await clock.sleep(this.retryPeriodMs, signal).catch(() => undefined);
      if (signal.aborted) return;
      try {
        if (!(await this.tryHoldUntil(renewedAtMs + this.renewDeadlineMs))) return;
        renewedAtMs = clock.monotonic();
      } catch (error) {
        logger.debug({ error, lease: this.options.name }, 'could not renew the lease');
        if (clock.monotonic() - renewedAtMs >= this.renewDeadlineMs) return;
      }
    }
  }

  /**
   * An API that does not answer must not keep us in office: at the deadline others may soon hold the Lease.
   *
   * @throws Error at the deadline (by the monotonic clock)
   */
  private async tryHoldUntil(deadlineMs: number): Promise<boolean> {
    const { clock } = this.options;
    const done = new AbortController();
    const late = clock.sleep(Math.max(0, deadlineMs - clock.monotonic()), done.signal).then(() => {
      throw new Error('the lease could not be renewed in time');
    });
    const held = this.tryHold();
    // Whichever loses the race must not count as unhandled.
    held.catch(() => undefined);
    late.catch(() => undefined);
    try {
      return await Promise.race([held, late]);
    } finally {
      done.abort();
    }
  }

  async release(): Promise<void> {
    const { client, identity, logger } = this.options;
    const lease = this.observation?.lease;
    if (lease?.spec?.holderIdentity !== identity) return;
    const spec = { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: this.now() };
    await client
      .resource(resources.leases)
      .update({ ...lease, spec })
      .catch((error: unknown) => logger.debug({ error, lease: this.options.name }, 'could not release the lease'));
  }

  private async tryHold(): Promise<boolean> {
    const { client, clock, name, namespace, identity } = this.options;
    const leases = client.resource(resources.leases);
    await this.observe();
    const step = electionStep(this.observation, identity, clock.monotonic());
    try {
      switch (step.action) {
        case 'wait':
          return false;
        case 'create':
          this.saw(await leases.create({ metadata: { name, namespace }, spec: { ...this.renewed(), acquireTime: this.now(), leaseTransitions: 0 } }));
          return true;
        case 'renew':
          this.saw(await leases.update({ ...step.lease, spec: { ...step.lease.spec, ...this.renewed() } }));
          return true;
        case 'acquire': {
          const leaseTransitions = (step.lease.spec?.leaseTransitions ?? 0) + 1;
          this.saw(await leases.update({ ...step.lease, spec: { ...step.lease.spec, ...this.renewed(), acquireTime: this.now(), leaseTransitions } }));
          return true;
        }
      }
    } catch (error) {
      // Somebody else was faster.
      if (hasReason(error, 'Conflict', 'AlreadyExists')) return false;
      throw error;
    }
  }

  private async observe(): Promise<void> {
    const { client, name, namespace } = this.options;
    try {
      this.saw(await client.resource(resources.leases).get(name, { namespace }));
    } catch (error) {
      if (!hasReason(error, 'NotFound')) throw error;
      this.observation = undefined;
    }
  }

  private saw(lease: Lease): void {
    if (this.observation?.lease.metadata?.resourceVersion === lease.metadata?.resourceVersion) return;
    this.observation = { lease, seenAtMs: this.options.clock.monotonic() };
  }

  private renewed(): NonNullable<Lease['spec']> {
    return { holderIdentity: this.options.identity, leaseDurationSeconds: Math.round(this.leaseDurationMs / 1000), renewTime: this.now() };
  }

  private now(): string {
    return formatMicroTime(this.options.clock.now());
  }
}
