import { LRUCache } from 'lru-cache';
import type { Clock } from '@typernetes/machinery';
import { forwardCacheEntriesMax, forwardTtlSecondsMax, forwardsInFlightMax } from '../constants';
import type { Reply } from '../server/message';

/** Asks other name servers. Never throws: an unreachable world is a SERVFAIL reply. */
export interface Forwarder {
  forward(name: string, type: string): Promise<Reply>;
}

/** One way to one upstream server. Rejects when it does not answer in time. */
export type Exchange = (name: string, type: string) => Promise<Reply>;

const servfail: Reply = { rcode: 'SERVFAIL', authoritative: false, answers: [], authorities: [], additionals: [] };

/**
 * Tries the upstream servers in order, keeps answers for their time to live (bounded), and asks once for a question
 * that many clients wait for.
 */
export class CachingForwarder implements Forwarder {
  private readonly cache: LRUCache<string, Reply>;
  private readonly pending = new Map<string, Promise<Reply>>();

  constructor(
    private readonly upstreams: readonly Exchange[],
    clock: Pick<Clock, 'monotonic'>,
  ) {
    this.cache = new LRUCache({ max: forwardCacheEntriesMax, ttlResolution: 0, perf: { now: () => clock.monotonic() } });
  }

  async forward(name: string, type: string): Promise<Reply> {
    const key = `${type} ${name}`;
    const cached = this.cache.get(key);
    if (cached) return cached;
    const asked = this.pending.get(key);
    if (asked) return asked;
    if (this.pending.size >= forwardsInFlightMax) return servfail;
    const asking = this.ask(name, type).finally(() => this.pending.delete(key));
    this.pending.set(key, asking);
    const reply = await asking;
    const ttlMs = cacheTtlSeconds(reply) * 1000;
    if (ttlMs > 0) this.cache.set(key, reply, { ttl: ttlMs });
    return reply;
  }

  private async ask(name: string, type: string): Promise<Reply> {
    for (const exchange of this.upstreams) {
      try {
        const reply = await exchange(name, type);
        if (reply.rcode !== 'SERVFAIL' && reply.rcode !== 'REFUSED') return reply;
      } catch {
        // Silent or broken: the next server may do better, and SERVFAIL below tells the client when none does.
        continue;
      }
    }
    return servfail;
  }
}

/** How long a reply may be kept: the smallest TTL in it, for negative answers that of the SOA (RFC 2308 section 5). */
export function cacheTtlSeconds(reply: Reply): number {
  if (reply.rcode !== 'NOERROR' && reply.rcode !== 'NXDOMAIN') return 0;
  const records = reply.answers.length ? reply.answers : reply.authorities.filter(({ type }) => type === 'SOA');
  if (!records.length) return 0;
  return Math.min(forwardTtlSecondsMax, ...records.map(({ ttl }) => ttl));
}
