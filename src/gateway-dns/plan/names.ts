import { createHash } from 'node:crypto';
import { fitName, isDnsSubdomain, MAX_OBJECT_NAME } from '../../api/names.ts';

/** A cluster of the fleet, as the decisions need it. */
export interface GatewayCluster {
  /** `namespace/name` */
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
}

type ClusterName = Pick<GatewayCluster, 'namespace' | 'name'>;

/** Names of the slices that a cluster's gateways stand in, one for each type of address. */
export interface SliceNames {
  readonly IPv4: string;
  readonly IPv6: string;
  readonly FQDN: string;
}

/** Value of the owner label on all that a hub writes: two hubs never touch each other's. */
export function gatewayOwner(hubId: string): string {
  return fitName(`gateway-dns-${hubId}`, 63);
}

/** Value of the label that says which cluster a slice is about. Injective: namespaces have no dots. */
export function originOf({ namespace, name }: ClusterName): string {
  return fitName(`${namespace}.${name}`, 63);
}

/** The wildcard name of a cluster's gateways (XC-1): `*.gateway.<cluster>.<namespace>.clusters.<suffix>`. */
export function hostnameOf({ namespace, name }: ClusterName, suffix: string): string {
  return `*.gateway.${name}.${namespace}.clusters.${suffix}`;
}

/** Whether the name of a cluster's gateways can stand in the DNS: namespaces and clusters may have names that are too long for that. */
export function isHostname(hostname: string): boolean {
  return isDnsSubdomain(hostname.replace(/^\*\./, ''));
}

/** Name of the slice that cross-cluster-connectivity writes for a cluster (XC-2). Not injective: `a-b/c` and `a/b-c` share one. */
export function originalSliceName({ namespace, name }: ClusterName): string {
  return `${namespace}-${name}-gateway`;
}

function hashedName(cluster: ClusterName, round: number): string {
  const hash = createHash('sha256').update(`${cluster.namespace}/${cluster.name}${round === 0 ? '' : `#${round}`}`).digest('hex').slice(0, 10);
  return `${cluster.namespace}-${cluster.name}-${hash}-gateway`;
}

/** The base may be as long as leaves room for the endings. */
function fitBase(base: string): string {
  return fitName(base, MAX_OBJECT_NAME - '-ipv6'.length);
}

function freeBase(cluster: ClusterName, taken: ReadonlySet<string>): string {
  const original = fitBase(originalSliceName(cluster));
  if (!taken.has(original)) return original;
  for (let round = 0; ; round += 1) {
    const base = fitBase(hashedName(cluster, round));
    if (!taken.has(base)) return base;
  }
}

/**
 * Names of the slices of every cluster, by its key; no two share one. Of clusters whose names run
 * together the first, by namespace and name, keeps the name that cross-cluster-connectivity gives.
 */
export function nameSlices(clusters: readonly Pick<GatewayCluster, 'key' | 'namespace' | 'name'>[]): ReadonlyMap<string, SliceNames> {
  const taken = new Set<string>();
  const names = new Map<string, SliceNames>();
  for (const cluster of clusters.toSorted((a, b) => compareText(a.namespace, b.namespace) || compareText(a.name, b.name))) {
    const base = freeBase(cluster, taken);
    taken.add(base);
    names.set(cluster.key, { IPv4: base, IPv6: `${base}-ipv6`, FQDN: `${base}-fqdn` });
  }
  return names;
}

/** Byte order, whatever the locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
