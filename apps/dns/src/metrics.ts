import { Counter } from '@typernetes/component';
import type { Registry } from '@typernetes/component';

/** CoreDNS's names where it has them, so that its dashboards work. */
export class DnsMetrics {
  private readonly requests: Counter<'proto' | 'type'>;
  private readonly responses: Counter<'rcode'>;
  private readonly cacheHits: Counter;

  constructor(registry: Registry) {
    const registers = [registry];
    this.requests = new Counter({ name: 'coredns_dns_requests_total', help: 'Questions by transport and type.', labelNames: ['proto', 'type'], registers });
    this.responses = new Counter({ name: 'coredns_dns_responses_total', help: 'Answers that were worked out, by code.', labelNames: ['rcode'], registers });
    this.cacheHits = new Counter({ name: 'coredns_cache_hits_total', help: 'Answers from the cache of encoded replies.', registers });
  }

  readonly reply = ({ rcode, type, transport }: { rcode: string; type: string; transport: string }): void => {
    // Clients choose the type: only known ones may become a label.
    this.requests.inc({ proto: transport, type: commonTypes.has(type) ? type : 'other' });
    if (rcode === 'cached') this.cacheHits.inc();
    else this.responses.inc({ rcode });
  };
}

const commonTypes = new Set(['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'SOA', 'SRV', 'TXT']);
