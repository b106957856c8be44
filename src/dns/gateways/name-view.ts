import type { RecordAddress, SliceRecord } from './read-slice.ts';

/** What is answered about one name. */
export interface NameView {
  /** s; undefined: that of the zone. */
  readonly ttl: number | undefined;
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
  /** Where a CNAME leads; only of names without addresses. */
  readonly target: string | undefined;
}

/** Of one family, of one name: as many as one slice of a hub has. Each costs time with each question. */
export const MAX_ADDRESSES = 100;

/**
 * Unites the slices of one name. Endpoints that are not ready are left out, unless none of them is
 * ready: a gateway that may work is better than none. Addresses win over targets, since a CNAME
 * stands alone (RFC 1034 section 3.6.2), and of several targets the first in byte order does. The
 * shortest life that a slice asks for holds for all. Addresses beyond the limit are left out, the last
 * ones in byte order.
 */
export function viewName(records: Iterable<SliceRecord>): NameView {
  const slices = [...records];
  const all = slices.flatMap(({ addresses }) => addresses);
  const ready = all.filter(({ isReady }) => isReady);
  const served = ready.length > 0 ? ready : all;
  const of = (wanted: RecordAddress['kind']): string[] => [...new Set(served.flatMap(({ kind, data }) => (kind === wanted ? [data] : [])))].sort().slice(0, MAX_ADDRESSES);
  const [ipv4, ipv6, [target]] = [of('IPv4'), of('IPv6'), of('FQDN')];
  const ttls = slices.flatMap(({ ttl }) => ttl ?? []);
  return { ttl: ttls.length > 0 ? Math.min(...ttls) : undefined, ipv4, ipv6, target: ipv4.length + ipv6.length > 0 ? undefined : target };
}
