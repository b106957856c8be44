import type { DnsRecord } from './records.ts';

export interface Zone {
  /** `clusterset.local`: lower case, no final dot. */
  readonly name: string;
  /** Life of every record, s. */
  readonly ttl: number;
  /** Changes when the server starts anew; secondaries do not exist, so nothing compares it. */
  readonly serial: number;
}

/** SOA of the zone; negative answers carry it, and live as long as its minimum (RFC 2308). */
export function soaRecord({ name, ttl, serial }: Zone): DnsRecord {
  const data = { mname: `ns.dns.${name}`, rname: `hostmaster.${name}`, serial, refresh: 7200, retry: 1800, expire: 86_400, minimum: ttl };
  return { name, type: 'SOA', ttl, data };
}

/** Records at the apex: SOA and NS. */
export function apexRecords(zone: Zone, name: string, type: string): readonly DnsRecord[] {
  if (type === 'SOA') return [{ ...soaRecord(zone), name } as DnsRecord];
  return type === 'NS' ? [{ name, type, ttl: zone.ttl, data: `ns.dns.${zone.name}` }] : [];
}
