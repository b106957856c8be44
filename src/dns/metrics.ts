import { Counter, Gauge, type Registry } from 'prom-client';
import { Latency } from './latency.ts';
import type { QueryObserver } from './name-server.ts';
import { RCODE, type Rcode } from './records.ts';
import type { ZoneKind } from './served-zone.ts';
import { TYPE, typeName } from './wire/types.ts';
import type { Transport } from './wire/write-response.ts';

/** Types worth a label of their own; a client may ask for any of 65,536. */
const LABELLED_TYPES: ReadonlySet<number> = new Set([TYPE.A, TYPE.NS, TYPE.CNAME, TYPE.SOA, TYPE.TXT, TYPE.AAAA, TYPE.SRV, TYPE.ANY]);
const RCODE_NAMES = new Map<Rcode, string>(Object.entries(RCODE).map(([name, code]) => [code, name.toUpperCase()]));

const ZONES: readonly (ZoneKind | undefined)[] = ['clusterset.local', 'cluster.local', 'gateways', undefined];

/** Queries of one kind. */
interface Count {
  readonly zone: string;
  readonly labels: { readonly transport: Transport; readonly type: string; readonly rcode: string };
  count: number;
}

/**
 * Counts queries in plain numbers, which become samples when somebody scrapes. No label holds a
 * name or an address that a client sent.
 */
class QueryCounts implements QueryObserver {
  /** By zone, type, rcode and transport, packed into one number. */
  readonly #counts = new Map<number, Count>();
  readonly #dropped = { udp: 0, tcp: 0 };
  readonly #latency = new Latency('mcs_dns_query_seconds', 'Time to an answer, without the network');

  answered(transport: Transport, type: number, rcode: Rcode, seconds: number, zone?: ZoneKind): void {
    const labelled = LABELLED_TYPES.has(type) ? type : 0;
    const key = (ZONES.indexOf(zone) << 14) | (labelled << 6) | (rcode << 1) | (transport === 'udp' ? 0 : 1);
    const found = this.#counts.get(key);
    if (found === undefined) this.#counts.set(key, { zone: zone ?? 'none', labels: { transport, type: labelled === 0 ? 'other' : typeName(type), rcode: RCODE_NAMES.get(rcode) ?? 'other' }, count: 1 });
    else found.count += 1;
    this.#latency.observe(seconds);
  }

  dropped(transport: Transport): void {
    this.#dropped[transport] += 1;
  }

  register(registry: Registry): void {
    const counts = this.#counts;
    const dropped = this.#dropped;
    new Counter({
      name: 'mcs_dns_queries_total',
      help: 'Questions answered',
      labelNames: ['transport', 'type', 'rcode'],
      registers: [registry],
      collect() {
        this.reset();
        for (const { labels, count } of counts.values()) this.inc(labels, count);
      },
    });
    new Counter({
      name: 'mcs_dns_zone_queries_total',
      help: 'Questions answered, by the kind of zone that the name lies in',
      labelNames: ['zone', 'rcode'],
      registers: [registry],
      collect() {
        this.reset();
        for (const { zone, labels, count } of counts.values()) this.inc({ zone, rcode: labels.rcode }, count);
      },
    });
    new Counter({
      name: 'mcs_dns_dropped_total',
      help: 'Packets that deserve no answer: too short, or responses',
      labelNames: ['transport'],
      registers: [registry],
      collect() {
        this.reset();
        for (const [transport, count] of Object.entries(dropped)) this.inc({ transport }, count);
      },
    });
    this.#latency.register(registry);
  }
}

/** Figures of the name server; names and labels stand in this folder's README. */
export function createDnsMetrics(registry: Registry, countServices: () => number): QueryObserver {
  const counts = new QueryCounts();
  counts.register(registry);
  new Gauge({
    name: 'mcs_dns_services',
    help: 'Services that can be resolved',
    registers: [registry],
    collect() {
      this.set(countServices());
    },
  });
  return counts;
}
