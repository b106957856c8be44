import { familyOf } from '../api/cidr.ts';
import { MCS_SOURCE_CLUSTER } from '../api/labels.ts';
import type { EndpointSlice, Protocol, ServiceImport } from '../api/types/index.ts';

export interface NamedPort {
  readonly name: string;
  readonly protocol: Protocol;
  readonly port: number;
}

/** One ready endpoint of a headless service, under its own name. */
export interface Host {
  /** `<hostname>.<cluster>`, relative to the service, lower case. */
  readonly label: string;
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
  readonly ports: readonly NamedPort[];
}

/** Addresses of one name, by family. */
export interface Addresses {
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
}

/** What is answered about one service. */
export interface ServiceView extends Addresses {
  readonly type: 'ClusterSetIP' | 'Headless';
  /** Ports of a service with a clusterset IP; those of headless ones stand with their hosts. */
  readonly ports: readonly NamedPort[];
  readonly hosts: ReadonlyMap<string, Host>;
}

function split(addresses: readonly string[]): Addresses {
  const families = addresses.map((address) => ({ address, family: familyOf(address) }));
  const of = (wanted: string): string[] => families.filter(({ family }) => family === wanted).map(({ address }) => address);
  return { ipv4: of('IPv4'), ipv6: of('IPv6') };
}

const PORTS_NONE: readonly NamedPort[] = [];

function namedPorts(ports: readonly { name?: string; protocol?: Protocol; port?: number }[] = []): readonly NamedPort[] {
  return ports.flatMap(({ name, protocol = 'TCP', port }) => (name === undefined || name === '' || port === undefined ? [] : [{ name: name.toLowerCase(), protocol, port }]));
}

/** A name for an endpoint without a hostname: its address, as CoreDNS does it (10-1-2-3). */
function dashed(address: string): string {
  return address.replaceAll(/[.:]/g, '-');
}

function addHosts(hosts: Map<string, Host>, slice: EndpointSlice): void {
  const cluster = slice.metadata.labels?.[MCS_SOURCE_CLUSTER];
  if (cluster === undefined) return;
  const ports = namedPorts(slice.ports);
  for (const { addresses, conditions, hostname } of slice.endpoints) {
    // only ready endpoints get records; an unset condition means ready (EndpointSlice API)
    if (conditions?.ready === false || addresses[0] === undefined) continue;
    const label = `${(hostname ?? dashed(addresses[0])).toLowerCase()}.${cluster}`;
    const { ipv4, ipv6 } = split(addresses);
    const known = hosts.get(label);
    // an endpoint of both families stands in two slices
    hosts.set(label, known === undefined ? { label, ipv4, ipv6, ports } : merge(known, { label, ipv4, ipv6, ports }));
  }
}

function union<T>(a: readonly T[], b: readonly T[], key: (item: T) => unknown): readonly T[] {
  const known = new Set(a.map(key));
  return [...a, ...b.filter((item) => !known.has(key(item)))];
}

function merge(a: Host, b: Host): Host {
  const same = (text: string): string => text;
  return {
    label: a.label,
    ipv4: union(a.ipv4, b.ipv4, same),
    ipv6: union(a.ipv6, b.ipv6, same),
    ports: union(a.ports, b.ports, ({ name, protocol, port }) => `${name}/${protocol}/${port}`),
  };
}

/** Makes the view of a service from its import and its slices (rules D1 to D8 of the MCS DNS specification). */
export function viewService({ spec }: ServiceImport, slices: Iterable<EndpointSlice>): ServiceView {
  if (spec.type === 'ClusterSetIP') return { type: 'ClusterSetIP', ...split(spec.ips ?? []), ports: namedPorts(spec.ports), hosts: new Map() };
  const hosts = new Map<string, Host>();
  for (const slice of slices) addHosts(hosts, slice);
  const all = [...hosts.values()];
  return { type: 'Headless', ipv4: [...new Set(all.flatMap(({ ipv4 }) => ipv4))], ipv6: [...new Set(all.flatMap(({ ipv6 }) => ipv6))], ports: PORTS_NONE, hosts };
}
