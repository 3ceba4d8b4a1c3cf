import { LRUCache } from 'lru-cache';
import { answerCacheEntriesMax, udpPayloadBytesDefault, udpPayloadBytesMax } from '../constants';
import type { Forwarder } from '../forward/forwarder';
import type { ClusterZone } from '../zone/cluster-zone';
import type { DnsRecord, Lookup } from '../zone/records';
import { isReverseName } from '../zone/reverse-name';
import type { Query, Rcode, Reply } from './message';
import { encodeReply, parseQuery, readdressReply } from './message';

export type Transport = 'udp' | 'tcp';

export interface ResolverOptions {
  zone: ClusterZone;
  /** Asked for names outside of the zone; without one they are refused. */
  forwarder?: Forwarder;
  onReply?(reply: { rcode: Rcode | 'cached'; type: string; transport: Transport }): void;
}

/**
 * From query bytes to reply bytes. Names of the zone are answered with authority, from a cache of encoded replies that
 * lives as long as the zone stands still; all others go to the forwarder.
 */
export class Resolver {
  private readonly cache = new LRUCache<string, Buffer[]>({ max: answerCacheEntriesMax });
  private cachedVersion = -1;
  private turn = 0;

  constructor(private readonly options: ResolverOptions) {}

  /** Undefined when nothing must be sent (no query at all). */
  async resolve(message: Buffer, transport: Transport): Promise<Buffer | undefined> {
    const parsed = parseQuery(message);
    if (!parsed.ok) return parsed.reply;
    const { query } = parsed;
    const bytesMax = transport === 'tcp' ? 65_535 : clampPayload(query.ednsPayloadBytes);
    const key = `${query.question.type} ${query.question.class ?? 'IN'} ${bytesMax} ${query.ednsPayloadBytes !== undefined} ${query.question.name}`;
    const cached = this.fromCache(key);
    if (cached) {
      this.options.onReply?.({ rcode: 'cached', type: query.question.type, transport });
      return readdressReply(cached, query);
    }
    const version = this.options.zone.version;
    const { reply, cacheable } = await this.answer(query);
    this.options.onReply?.({ rcode: reply.rcode, type: query.question.type, transport });
    const encode = (turned: Reply): Buffer => encodeReply(query, turned, bytesMax, this.options.forwarder !== undefined);
    if (!cacheable) return encode(reply);
    const variants = rotations(reply).map(encode);
    if (version === this.cachedVersion) this.cache.set(key, variants);
    return variants[this.turn++ % variants.length];
  }

  private fromCache(key: string): Buffer | undefined {
    if (this.cachedVersion !== this.options.zone.version) {
      this.cache.clear();
      this.cachedVersion = this.options.zone.version;
    }
    const variants = this.cache.get(key);
    return variants?.[this.turn++ % variants.length];
  }

  private async answer(query: Query): Promise<{ reply: Reply; cacheable: boolean }> {
    if ((query.question.class ?? 'IN') !== 'IN') return { reply: empty('REFUSED', false), cacheable: false };
    const name = query.question.name.toLowerCase();
    const found = this.options.zone.lookup(name, query.question.type);
    switch (found.outcome) {
      case 'notHere':
        return { reply: await this.answerElsewhere(name, query.question.type), cacheable: false };
      case 'alias':
        return { reply: await this.answerAlias(found, query.question.type), cacheable: false };
      case 'answer':
        return { reply: { ...empty('NOERROR', true), answers: found.records, additionals: found.additional }, cacheable: true };
      case 'noData':
        return { reply: { ...empty('NOERROR', true), authorities: [this.options.zone.soa()] }, cacheable: true };
      case 'nxDomain':
        return { reply: { ...empty('NXDOMAIN', true), authorities: [this.options.zone.soa()] }, cacheable: true };
    }
  }

  private async answerElsewhere(name: string, type: string): Promise<Reply> {
    const { forwarder } = this.options;
    if (forwarder) return forwarder.forward(name, type);
    // Without an upstream nobody else knows an address of ours either.
    return isReverseName(name) ? empty('NXDOMAIN', false) : empty('REFUSED', false);
  }

  private async answerAlias(alias: Extract<Lookup, { outcome: 'alias' }>, type: string): Promise<Reply> {
    const { forwarder } = this.options;
    if (!forwarder) return { ...empty('NOERROR', true), answers: alias.records };
    const target = await forwarder.forward(alias.target, type);
    const answers: DnsRecord[] = [...alias.records, ...target.answers];
    return { ...target, answers, authoritative: true, rcode: target.rcode === 'NXDOMAIN' ? 'NOERROR' : target.rcode };
  }
}

export function empty(rcode: Rcode, authoritative: boolean): Reply {
  return { rcode, authoritative, answers: [], authorities: [], additionals: [] };
}

function clampPayload(ednsPayloadBytes: number | undefined): number {
  if (ednsPayloadBytes === undefined) return udpPayloadBytesDefault;
  return Math.min(Math.max(ednsPayloadBytes, udpPayloadBytesDefault), udpPayloadBytesMax);
}

/** Turns of address lists kept per question: enough to spread clients that take the first address. */
const rotationsMax = 8;

/** The same reply with its addresses turned, one for each place that an address can take. */
function rotations(reply: Reply): Reply[] {
  const { answers } = reply;
  if (answers.length < 2 || !answers.every(({ type }) => type === 'A' || type === 'AAAA')) return [reply];
  const count = Math.min(answers.length, rotationsMax);
  return Array.from({ length: count }, (_, turn) => ({ ...reply, answers: [...answers.slice(turn), ...answers.slice(0, turn)] }));
}
