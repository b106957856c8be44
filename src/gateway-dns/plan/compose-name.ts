import { familyOf } from '../../api/cidr.ts';
import type { GatewayLookup } from './gateway-lookup.ts';
import { compareText, isHostname } from './names.ts';
import { gatewayId } from './share-name.ts';
import type { NamePlan } from './share-out.ts';

/** Most addresses that one endpoint of a slice takes. */
export const MAX_ADDRESSES = 100;

/** What the name of a cluster leads to. */
export interface NameRecords {
  readonly kind: 'records';
  /** Sorted; none where the name leads to a load balancer's name. */
  readonly IPv4: readonly string[];
  readonly IPv6: readonly string[];
  readonly FQDN: readonly string[];
  /** All of them that lead somewhere now: addresses, or the one name. */
  readonly addresses: readonly string[];
  /** Left out because they do not answer. */
  readonly withheld: readonly string[];
  /** What else was left out, and why. */
  readonly notes: readonly string[];
}

/** What became of the name of a cluster. */
export type NameContent = NameRecords | NoRecords;

/**
 * `none`: nobody wants the name, or its gateways have no address: its slices go. `kept`: the cluster
 * cannot be asked, or who has the name is invalid, so what stands stays (XC-4, XC-5, XC-10).
 * `pending`: not looked yet since the start of the process; what stands stays as well.
 */
export interface NoRecords {
  readonly kind: 'none' | 'kept' | 'pending';
  readonly message: string;
}

/** What the name of a cluster leads to, by what was found of its gateways (by `gatewayId`) and the addresses that do not answer. */
export function composeName(plan: NamePlan, lookups: ReadonlyMap<string, GatewayLookup>, withheld: ReadonlySet<string> = new Set()): NameContent {
  if (plan.heldBy !== undefined) return { kind: 'kept', message: `GatewayDNS "${plan.heldBy}" has the name and is not valid: what it published stays` };
  if (plan.holders.length === 0) return { kind: 'none', message: 'no GatewayDNS has the name' };
  if (!isHostname(plan.hostname)) return { kind: 'none', message: `"${plan.hostname}" is no DNS name` };
  const looks = plan.gateways.map((rule): GatewayLookup => lookups.get(gatewayId(rule)) ?? { kind: 'pending', message: 'not looked yet' });
  const open = looks.find(({ kind }) => kind === 'pending') ?? looks.find(({ kind }) => kind === 'unknown');
  if (open !== undefined && open.kind !== 'found') return { kind: open.kind === 'pending' ? 'pending' : 'kept', message: open.message };
  const found = looks.filter((look) => look.kind === 'found');
  const missing = looks.flatMap((look) => (look.kind === 'found' ? [] : [look.message]));
  if (found.length === 0) return { kind: 'none', message: missing.join('; ') };
  const all = [...new Set(found.flatMap(({ addresses }) => addresses))].sort(compareText);
  const hostnames = [...new Set(found.flatMap((look) => look.hostnames))].sort(compareText);
  return recordsOf(all, hostnames, withheld, [...missing, ...found.flatMap(({ notes }) => notes)]);
}

function recordsOf(all: readonly string[], hostnames: readonly string[], withheld: ReadonlySet<string>, notes: readonly string[]): NameRecords {
  const left = all.filter((address) => !withheld.has(address));
  const answering = left.length === 0 ? all : left; // never nothing at all
  const out = left.length === 0 ? [] : all.filter((address) => withheld.has(address));
  const IPv4 = cut(answering.filter((address) => familyOf(address) === 'IPv4'), 'IPv4');
  const IPv6 = cut(answering.filter((address) => familyOf(address) === 'IPv6'), 'IPv6');
  const FQDN = all.length > 0 ? [] : hostnames.slice(0, 1);
  // a name has either addresses or one other name (RFC 1034, section 3.6.2)
  const unused = hostnames.filter((name) => !FQDN.includes(name)).map((name) => `"${name}" is left out: a name leads to addresses or to one other name`);
  return { kind: 'records', IPv4: IPv4.kept, IPv6: IPv6.kept, FQDN, addresses: [...IPv4.kept, ...IPv6.kept, ...FQDN], withheld: out, notes: [...notes, ...IPv4.notes, ...IPv6.notes, ...unused] };
}

function cut(addresses: readonly string[], family: string): { kept: readonly string[]; notes: readonly string[] } {
  const surplus = addresses.length - MAX_ADDRESSES;
  return { kept: addresses.slice(0, MAX_ADDRESSES), notes: surplus > 0 ? [`${surplus} ${family} addresses are left out: a slice takes ${MAX_ADDRESSES}`] : [] };
}
