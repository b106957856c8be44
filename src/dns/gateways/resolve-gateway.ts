import type { IpFamily } from '../../api/types/index.ts';
import { type Answer, bareAnswer, type DnsRecord, RCODE, SERVFAIL } from '../records.ts';
import { minimalAny, nonexistent, type Question } from '../resolve.ts';
import { apexRecords, serverRecords, soaRecord, type Zone } from '../zone.ts';
import type { TimedAnswer } from './external-names.ts';
import type { GatewayIndex } from './gateway-index.ts';
import type { NameView } from './name-view.ts';
import type { GatewayZoneSet } from './zone-set.ts';

/** What answers are made from. */
export interface GatewayWorld {
  readonly zones: Pick<GatewayZoneSet, 'find'>;
  readonly index: Pick<GatewayIndex, 'find'>;
  /** What is known of a name that others have; undefined where that is nothing. */
  readonly external: (name: string, family: IpFamily) => TimedAnswer | undefined;
  /** The answer of another zone of this server; undefined where the name lies in none. */
  readonly elsewhere: (question: Question) => Answer | undefined;
}

/** CNAME records that are followed; a longer chain is a loop or might as well be one. */
const MAX_CHAIN = 8;

/**
 * Answers a question about a gateway: its addresses, or the name that its load balancer has, with
 * the addresses of that. A name that exists without records of the type gives NODATA, one that does
 * not NXDOMAIN, both with the SOA of the zone (RFC 2308). Undefined for a name outside of the zones.
 */
export function resolveGateway(world: GatewayWorld, question: Question): Answer | undefined {
  return resolveChained(world, question, MAX_CHAIN);
}

function resolveChained(world: GatewayWorld, question: Question, chain: number): Answer | undefined {
  const { name, type } = question;
  const lower = name.toLowerCase();
  const zone = world.zones.find(lower);
  if (zone === undefined) return undefined;
  const isApex = lower === zone.name;
  const servers = [`dns.${zone.name}`, `ns.dns.${zone.name}`];
  const found = world.index.find(lower, zone.name, servers);
  if (found === undefined) return nonexistent(zone);
  if (type === 'ANY') return answerOf([minimalAny(name, zone)]);
  // nothing else may stand beside a CNAME, and an apex has its SOA (RFC 1912 section 2.4)
  if (found !== 'empty' && found.target !== undefined && !isApex) return follow(world, question, { target: found.target, ttl: found.ttl ?? zone.ttl, chain });
  const own = isApex ? apexRecords(zone, name, type) : found === 'empty' && lower === servers[1] ? serverRecords(zone, name, type) : [];
  return withSoaIfEmpty([...own, ...(found === 'empty' ? [] : addressRecords(found, zone, question))], zone);
}

function answerOf(answers: readonly DnsRecord[]): Answer {
  return { ...bareAnswer(RCODE.noError), answers };
}

function withSoaIfEmpty(answers: readonly DnsRecord[], zone: Zone): Answer {
  return answers.length > 0 ? answerOf(answers) : { ...answerOf([]), authorities: [soaRecord(zone)] };
}

function addressRecords({ ipv4, ipv6, ttl }: NameView, zone: Zone, { name, type }: Question): readonly DnsRecord[] {
  if (type !== 'A' && type !== 'AAAA') return [];
  return (type === 'A' ? ipv4 : ipv6).map((data) => ({ name, type, ttl: ttl ?? zone.ttl, data }));
}

interface Step {
  readonly target: string;
  readonly ttl: number;
  readonly chain: number;
}

/** The CNAME and what it leads to, with the rcode and the SOA of its end (RFC 6604, RFC 2308 section 2.1). */
function follow(world: GatewayWorld, { name, type }: Question, { target, ttl, chain }: Step): Answer {
  const alias: DnsRecord = { name, type: 'CNAME', ttl, data: target };
  if (type === 'CNAME') return answerOf([alias]);
  if (chain === 0) return SERVFAIL;
  const question = { name: target, type };
  const end = resolveChained(world, question, chain - 1) ?? world.elsewhere(question) ?? askOthers(world, question);
  if (end.rcode === RCODE.servFail) return SERVFAIL;
  return { rcode: end.rcode, answers: [alias, ...end.answers], authorities: end.authorities, additionals: [] };
}

/** What is known of a name outside. Of types other than addresses nothing is, so that the CNAME stands alone. */
function askOthers({ external }: GatewayWorld, { name, type }: Question): Answer {
  if (type !== 'A' && type !== 'AAAA') return answerOf([]);
  const known = external(name, type === 'A' ? 'IPv4' : 'IPv6');
  if (known === undefined) return SERVFAIL;
  const { answer, ttl } = known;
  if (answer.kind === 'noName') return bareAnswer(RCODE.nxDomain);
  return answerOf(answer.kind === 'noData' ? [] : answer.addresses.map((data) => ({ name, type, ttl, data })));
}
