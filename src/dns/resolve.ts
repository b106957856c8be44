import type { DnsIndex } from './dns-index.ts';
import { type Answer, bareAnswer, type DnsRecord, RCODE, REFUSED } from './records.ts';
import type { Addresses, NamedPort, ServiceView } from './service-entry.ts';
import { apexRecords, serverRecords, soaRecord, type Zone } from './zone.ts';

/** A question; the name without the final dot, in any case. */
export interface Question {
  readonly name: string;
  readonly type: string;
}

/** Services that a zone can ask for. */
export type ServiceIndex = Pick<DnsIndex, 'find' | 'hasNamespace'>;

/** Version of the MCS DNS specification that is served. */
const DNS_VERSION = '1.0.0';

/** A name inside the zone: what exists there, by type. Undefined where there is no such name. */
interface Node {
  readonly records: (type: string) => readonly DnsRecord[];
  readonly additionals?: readonly DnsRecord[];
}

const EMPTY: Node = { records: () => [] };

/**
 * Answers a question by the rules of the MCS DNS specification 1.0.0. A name that exists without
 * records of the type gives NODATA, also where it only has names below (RFC 8020); any other gives
 * NXDOMAIN; both carry the SOA (RFC 2308). A name outside the zone is refused.
 */
export function resolve(index: ServiceIndex, zone: Zone, { name, type }: Question): Answer {
  const lower = name.toLowerCase();
  if (!isInZone(zone, lower)) return REFUSED;
  const labels = lower === zone.name ? [] : lower.slice(0, -zone.name.length - 1).split('.');
  const node = findNode(index, zone, labels, name);
  if (node === undefined) return nonexistent(zone);
  const records = type === 'ANY' ? [minimalAny(name, zone)] : node.records(type);
  const authorities = records.length === 0 ? [soaRecord(zone)] : [];
  const additionals = records.length > 0 && type === 'SRV' ? (node.additionals ?? []) : [];
  return { rcode: RCODE.noError, answers: records, authorities, additionals };
}

/** Whether a name, in lower case, is the zone's own or one below it. */
export function isInZone({ name: zone }: Pick<Zone, 'name'>, name: string): boolean {
  return name.endsWith(zone) && (name.length === zone.length || name[name.length - zone.length - 1] === '.');
}

/** What is said of a name that is not there. */
export function nonexistent(zone: Zone): Answer {
  return { ...bareAnswer(RCODE.nxDomain), authorities: [soaRecord(zone)] };
}

/** One record in place of all of them (RFC 8482 section 4.2). */
export function minimalAny(name: string, zone: Zone): DnsRecord {
  return { name, type: 'HINFO', ttl: zone.ttl, data: { cpu: 'RFC8482', os: '' } };
}

function findNode(index: ServiceIndex, zone: Zone, labels: readonly string[], name: string): Node | undefined {
  const [last, namespace, service, ...below] = labels.toReversed();
  if (last === undefined) return { records: (type) => apexRecords(zone, name, type) };
  if (last === 'dns-version' && namespace === undefined) return { records: (type) => (type === 'TXT' ? [{ name, type, ttl: zone.ttl, data: DNS_VERSION }] : []) };
  if (last === 'dns' && service === undefined) return findServer(zone, namespace, name);
  if (last !== 'svc') return undefined;
  if (namespace === undefined) return EMPTY;
  if (service === undefined) return index.hasNamespace(namespace) ? EMPTY : undefined;
  const known = index.find(`${service}.${namespace}`);
  return known && findInService(known.view, below.toReversed(), { name, ttl: zone.ttl, serviceName: `${service}.${namespace}.svc.${zone.name}` });
}

/** `dns`, and the server that SOA and NS name below it. */
function findServer(zone: Zone, label: string | undefined, name: string): Node | undefined {
  if (label === undefined) return EMPTY;
  return label === 'ns' ? { records: (type) => serverRecords(zone, name, type) } : undefined;
}

interface Place {
  /** As it was asked for, so that answers keep its case. */
  readonly name: string;
  readonly ttl: number;
  readonly serviceName: string;
}

/** What is at a name below a service; `labels` are those in front of it. */
function findInService(view: ServiceView, labels: readonly string[], place: Place): Node | undefined {
  const [first, second, ...more] = labels;
  // D8: a headless service without ready endpoints does not exist
  if (view.type === 'Headless' && view.ipv4.length + view.ipv6.length === 0) return undefined;
  if (first === undefined) return { records: (type) => (type === 'SRV' ? serviceRecords(view, place) : addressRecords(view, place, type)), additionals: targetAddresses(view, place) };
  if (second === undefined) return findOneLabel(view, first);
  if (more.length > 0) return undefined;
  if (first.startsWith('_') && second.startsWith('_')) return findPort(view, first.slice(1), second.slice(1), place);
  const host = view.hosts.get(`${first}.${second}`);
  return host && { records: (type) => addressRecords(host, place, type) };
}

/**
 * `_tcp` above named ports and `<cluster>` above hosts are empty names. `<cluster>` of a service
 * with a clusterset IP is reserved and must not exist (D4).
 */
function findOneLabel(view: ServiceView, label: string): Node | undefined {
  const hasPort = allPorts(view).some(({ protocol }) => `_${protocol.toLowerCase()}` === label);
  const hasHost = [...view.hosts.keys()].some((host) => host.endsWith(`.${label}`));
  return hasPort || hasHost ? EMPTY : undefined;
}

function findPort(view: ServiceView, port: string, protocol: string, place: Place): Node | undefined {
  const matches = (candidate: NamedPort): boolean => candidate.name === port && candidate.protocol.toLowerCase() === protocol;
  if (!allPorts(view).some(matches)) return undefined;
  return { records: (type) => (type === 'SRV' ? serviceRecords(view, place, matches) : []), additionals: targetAddresses(view, place) };
}

function allPorts(view: ServiceView): readonly NamedPort[] {
  return view.type === 'ClusterSetIP' ? view.ports : [...view.hosts.values()].flatMap(({ ports }) => ports);
}

function addressRecords({ ipv4, ipv6 }: Addresses, { name, ttl }: Pick<Place, 'name' | 'ttl'>, type: string): readonly DnsRecord[] {
  if (type === 'A') return ipv4.map((data) => ({ name, type, ttl, data }));
  return type === 'AAAA' ? ipv6.map((data) => ({ name, type, ttl, data })) : [];
}

/** SRV records, without repeating a pair of target and port (two protocols may share a number). */
function serviceRecords(view: ServiceView, { name, ttl, serviceName }: Place, matches: (port: NamedPort) => boolean = () => true): readonly DnsRecord[] {
  const targets = view.type === 'ClusterSetIP' ? [{ target: serviceName, ports: view.ports }] : [...view.hosts.values()].map(({ label, ports }) => ({ target: `${label}.${serviceName}`, ports }));
  return targets.flatMap(({ target, ports }) => {
    const numbers = new Set(ports.filter(matches).map(({ port }) => port));
    return [...numbers].map((port): DnsRecord => ({ name, type: 'SRV', ttl, data: { target, port, priority: 0, weight: 100 } }));
  });
}

/** Addresses of the targets of SRV records, for the additional section (RFC 2782). */
function targetAddresses(view: ServiceView, { ttl, serviceName }: Place): readonly DnsRecord[] {
  const hosts = view.type === 'ClusterSetIP' ? [{ label: '', ipv4: view.ipv4, ipv6: view.ipv6 }] : [...view.hosts.values()];
  return hosts.flatMap((host) => {
    const name = host.label === '' ? serviceName : `${host.label}.${serviceName}`;
    return [...addressRecords(host, { name, ttl }, 'A'), ...addressRecords(host, { name, ttl }, 'AAAA')];
  });
}
