import { cidrContains, familyOf, parseCidr } from '../../api/cidr.ts';
import type { IpFamily } from '../../api/types/index.ts';
import type { Flow, Party } from './flow.ts';

/** Name of the table; the agents on the nodes have one of another name. */
export const TABLE = 'mcs_ports';
/** nft takes no longer comments. */
const MAX_COMMENT = 128;

const KEYWORD: Readonly<Record<IpFamily, string>> = { IPv4: 'ip', IPv6: 'ip6' };
const TOO_BIG: Readonly<Record<IpFamily, string>> = { IPv4: 'icmp type destination-unreachable icmp code frag-needed', IPv6: 'icmpv6 type packet-too-big' };

function familyOfRange(range: string): IpFamily | undefined {
  return familyOf(range) ?? parseCidr(range)?.family;
}

/** Ranges of a family without those inside others: nft refuses sets that overlap. Undefined where none is known. */
function ranges({ addresses }: Party, family: IpFamily): string[] | undefined {
  const own = [...new Set(addresses.filter((address) => familyOfRange(address) === family))];
  const parsed = own.map((text) => ({ text, cidr: text.includes('/') ? parseCidr(text) : undefined }));
  const isInside = (text: string): boolean => parsed.some(({ text: other, cidr }) => other !== text && cidr !== undefined && cidrContains(cidr, text.split('/')[0] ?? '') && sizeOf(other) <= sizeOf(text));
  const kept = own.filter((text) => !isInside(text));
  return kept.length === 0 ? undefined : kept;
}

const sizeOf = (range: string): number => Number(range.split('/')[1] ?? 128);

function match(field: 'saddr' | 'daddr', party: Party, family: IpFamily): string | undefined {
  const list = ranges(party, family);
  return list === undefined ? undefined : `${KEYWORD[family]} ${field} { ${list.join(', ')} }`;
}

/** Families in which a flow can be: those that both ends have; any where nothing is known. */
function familiesOf({ from, to }: Flow): readonly IpFamily[] {
  const has = ({ addresses }: Party, family: IpFamily): boolean => addresses.length === 0 || addresses.some((address) => familyOfRange(address) === family);
  return (['IPv4', 'IPv6'] as const).filter((family) => has(from, family) && has(to, family));
}

function comment({ from, to, why }: Flow): string {
  const text = `${from.cluster} ${from.role} to ${to.cluster} ${to.role}: ${why}`.replaceAll(/["\\]/g, "'").replaceAll(/[^\x20-\x7e]/g, '?');
  return text.length > MAX_COMMENT ? `${text.slice(0, MAX_COMMENT - 3)}...` : text;
}

function rules(flow: Flow): string[] {
  // a rule for all ports of anybody would let everything through
  if (flow.protocol === 'any' && (flow.from.addresses.length === 0 || flow.to.addresses.length === 0)) return [`# left out, for the addresses are not known: ${comment(flow)}`];
  const isUnknown = flow.from.addresses.length === 0 && flow.to.addresses.length === 0;
  // without any address one rule is good for both families, except for ICMP
  const families = isUnknown && flow.protocol !== 'ICMP' ? familiesOf(flow).slice(0, 1) : familiesOf(flow);
  const what = (family: IpFamily): string => {
    if (flow.protocol === 'ICMP') return TOO_BIG[family];
    return flow.port === undefined ? '' : `${flow.protocol.toLowerCase()} dport ${flow.port}`;
  };
  return families.map((family) => [match('saddr', flow.from, family), match('daddr', flow.to, family), what(family), 'counter accept', `comment "${comment(flow)}"`].filter((part) => part !== undefined && part !== '').join(' '));
}

/** A rule set that `nft -f` loads, and that shows per rule what came by. It drops nothing by itself. */
export function renderNft(flows: readonly Flow[], clusters: readonly string[]): string {
  const scopes = [...Map.groupBy(flows, ({ scope }) => scope)];
  const body = scopes.flatMap(([scope, some]) => [`    # ${scope}`, ...some.flatMap(rules).map((rule) => `    ${rule}`)]);
  return [
    '#!/usr/sbin/nft -f',
    `# What mcs needs for ${clusters.join(', ')}. Load it on a firewall between them: nft -f <file>`,
    '# It drops nothing, and an accept here does not undo a drop in another table: move the rules to',
    `# the chain that drops. The counters (nft list table inet ${TABLE}) tell what comes by.`,
    `table inet ${TABLE}`,
    `delete table inet ${TABLE}`,
    `table inet ${TABLE} {`,
    '  chain forward {',
    '    type filter hook forward priority filter; policy accept;',
    '    ct state established,related counter accept',
    ...body,
    '  }',
    '}',
    '',
  ].join('\n');
}
