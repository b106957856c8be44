import { familyOf } from '../api/cidr.ts';
import type { DnsRecord } from './records.ts';

export interface Zone {
  /** `clusterset.local`: lower case, no final dot. */
  readonly name: string;
  /** Life of every record, s. */
  readonly ttl: number;
  /** Changes when the server starts anew; secondaries do not exist, so nothing compares it. */
  readonly serial: number;
  /** Addresses of this name server, for whoever follows the NS record. */
  readonly addresses?: readonly string[];
  /** The SOA made ready, see `withSoa`. */
  readonly soa?: DnsRecord;
}

/** The zone with its SOA as one lasting object, whose bytes are then made only once. */
export function withSoa(zone: Zone): Zone {
  return { ...zone, soa: soaRecord(zone) };
}

/** Name of the server in SOA and NS. */
function serverName({ name }: Zone): string {
  return `ns.dns.${name}`;
}

/** SOA of the zone; negative answers carry it, and live as long as its minimum (RFC 2308). */
export function soaRecord(zone: Zone): DnsRecord {
  if (zone.soa !== undefined) return zone.soa;
  const data = { mname: serverName(zone), rname: `hostmaster.${zone.name}`, serial: zone.serial, refresh: 7200, retry: 1800, expire: 86_400, minimum: zone.ttl };
  return { name: zone.name, type: 'SOA', ttl: zone.ttl, data };
}

/** Records at the apex: SOA and NS. `name` is the apex as it was asked for. */
export function apexRecords(zone: Zone, name: string, type: string): readonly DnsRecord[] {
  if (type === 'SOA') return [{ ...soaRecord(zone), name }];
  return type === 'NS' ? [{ name, type, ttl: zone.ttl, data: serverName(zone) }] : [];
}

/** Addresses of the server itself. */
export function serverRecords({ ttl, addresses = [] }: Zone, name: string, type: string): readonly DnsRecord[] {
  const family = type === 'A' ? 'IPv4' : 'IPv6';
  return type === 'A' || type === 'AAAA' ? addresses.filter((address) => familyOf(address) === family).map((data) => ({ name, type, ttl, data })) : [];
}
