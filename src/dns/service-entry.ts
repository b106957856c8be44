import { familyOf } from '../api/cidr.ts';
import { MCS_SOURCE_CLUSTER } from '../api/labels.ts';
import { CLUSTERSET_DOMAIN, isDnsLabel } from '../api/names.ts';
import type { EndpointSlice, ObjectMeta, Protocol, ServiceImport } from '../api/types/index.ts';

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
  /** Hosts whose full name fits into a question, by label. */
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

/** What may stand as a label in front of a service; a dashed IPv6 address may begin with "-". */
const HOST_LABEL = /^[a-z0-9-]{1,63}$/;
/** Longest name as text (RFC 1035 allows 255 bytes on the wire). */
const MAX_NAME = 253;

/** The name of an endpoint: its hostname, else its address as CoreDNS writes it (10-1-2-3). */
function hostLabel(hostname: string | undefined, address: string): string {
  const name = (hostname ?? '').toLowerCase();
  return HOST_LABEL.test(name) ? name : address.replaceAll(/[.:]/g, '-').toLowerCase();
}

/** Whether the full name of a host fits into a question; if not, its address still counts for the service. */
function isNameable(label: string, { name, namespace = '' }: ObjectMeta): boolean {
  return `${label}.${name}.${namespace}.svc.${CLUSTERSET_DOMAIN}`.length <= MAX_NAME;
}

function addHosts(hosts: Map<string, Host>, slice: EndpointSlice): void {
  const cluster = slice.metadata.labels?.[MCS_SOURCE_CLUSTER];
  if (cluster === undefined || !isDnsLabel(cluster)) return;
  const ports = namedPorts(slice.ports ?? []);
  for (const { addresses, conditions, hostname } of slice.endpoints ?? []) {
    // only ready endpoints get records; an unset condition means ready (EndpointSlice API)
    if (conditions?.ready === false || addresses[0] === undefined) continue;
    const label = `${hostLabel(hostname, addresses[0])}.${cluster}`;
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
export function viewService({ metadata, spec }: ServiceImport, slices: Iterable<EndpointSlice>): ServiceView {
  if (spec.type === 'ClusterSetIP') return { type: 'ClusterSetIP', ...split(spec.ips ?? []), ports: namedPorts(spec.ports), hosts: new Map() };
  const hosts = new Map<string, Host>();
  for (const slice of slices) addHosts(hosts, slice);
  const all = [...hosts.values()];
  const named = new Map([...hosts].filter(([label]) => isNameable(label, metadata)));
  return { type: 'Headless', ipv4: [...new Set(all.flatMap(({ ipv4 }) => ipv4))], ipv6: [...new Set(all.flatMap(({ ipv6 }) => ipv6))], ports: PORTS_NONE, hosts: named };
}
