import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { RCODE } from './records.ts';
import type { QueryObserver } from './name-server.ts';

/** Types worth a label of their own; a client may ask for any of 65,536. */
const KNOWN_TYPES = new Set(['A', 'AAAA', 'SRV', 'TXT', 'SOA', 'NS', 'ANY', 'cached']);
const RCODE_NAMES = new Map<number, string>(Object.entries(RCODE).map(([name, code]) => [code, name]));

/** Figures of the name server. No label holds a name or an address that a client sent. */
export function createDnsMetrics(registry: Registry, countServices: () => number): QueryObserver {
  const queries = new Counter({ name: 'mcs_dns_queries_total', help: 'Questions answered', labelNames: ['transport', 'type', 'rcode'], registers: [registry] });
  const seconds = new Histogram({ name: 'mcs_dns_query_seconds', help: 'Time to an answer, without the network', buckets: [0.00005, 0.0002, 0.001, 0.005, 0.025], registers: [registry] });
  new Gauge({
    name: 'mcs_dns_services',
    help: 'Services that can be resolved',
    registers: [registry],
    collect() {
      this.set(countServices());
    },
  });
  return {
    answered: (query) => {
      queries.inc({ transport: query.transport, type: KNOWN_TYPES.has(query.type) ? query.type : 'other', rcode: RCODE_NAMES.get(query.rcode) ?? 'other' });
      seconds.observe(query.seconds);
    },
  };
}
