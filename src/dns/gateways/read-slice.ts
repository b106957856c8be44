import { familyOf, canonicalAddress } from '../../api/cidr.ts';
import { DNS_TTL, GATEWAY_DNS_HOSTNAME } from '../../api/labels.ts';
import { isDnsSubdomain } from '../../api/names.ts';
import type { EndpointSlice } from '../../api/types/index.ts';

/** One endpoint address of a slice. */
export interface RecordAddress {
  /** `FQDN`: `data` is the name of the target. */
  readonly kind: 'IPv4' | 'IPv6' | 'FQDN';
  readonly data: string;
  readonly isReady: boolean;
}

/** What one slice says about one name. */
export interface SliceRecord {
  /** Lower case, without a final dot; may begin with `*.`. */
  readonly hostname: string;
  /** s; undefined: that of the server. */
  readonly ttl: number | undefined;
  readonly addresses: readonly RecordAddress[];
  /** Addresses that are none, or not of the slice's type. */
  readonly skipped: number;
}

/** Longest life that a record can be given, s. */
const MAX_TTL = 86_400;

/** Reads a slice. Undefined where it names no record, `invalid` where no record can have that name. */
export function readSlice({ metadata, addressType, endpoints }: EndpointSlice): SliceRecord | 'invalid' | undefined {
  const annotated = metadata.annotations?.[GATEWAY_DNS_HOSTNAME];
  if (annotated === undefined) return undefined;
  const hostname = canonicalName(annotated);
  if (!isDnsSubdomain(hostname.replace(/^\*\./, '')) || hostname.length > 253) return 'invalid';
  const all = (endpoints ?? []).flatMap(({ addresses, conditions }) => addresses.map((address) => readAddress(addressType, address, conditions?.ready !== false)));
  const addresses = all.filter((address) => address !== undefined);
  return { hostname, ttl: readTtl(metadata.annotations?.[DNS_TTL]), addresses, skipped: all.length - addresses.length };
}

function canonicalName(text: string): string {
  return text.trim().toLowerCase().replace(/\.$/, '');
}

/** An unset condition means ready (EndpointSlice API). */
function readAddress(kind: string, text: string, isReady: boolean): RecordAddress | undefined {
  if (kind === 'IPv4' || kind === 'IPv6') return familyOf(text) === kind ? { kind, data: canonicalAddress(text) ?? text, isReady } : undefined;
  const target = canonicalName(text);
  return kind === 'FQDN' && isDnsSubdomain(target) && familyOf(target) === undefined ? { kind, data: target, isReady } : undefined;
}

function readTtl(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,5}$/.test(text) && Number(text) <= MAX_TTL ? Number(text) : undefined;
}
