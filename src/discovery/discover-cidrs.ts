import { type Cidr, hostCidr, parseCidr } from '../api/cidr.ts';
import { CIDR_DETECTORS, type CidrClaim, type Detection } from './cidr-detectors.ts';
import type { ClusterFacts } from './cluster-facts.ts';
import { sizeBits, supernetOf, withoutContained } from './supernet.ts';

/** Ranges of a cluster and where each list was found. Lists are empty where nothing was found. */
export interface DiscoveredCidrs {
  readonly podCIDRs: readonly string[];
  readonly serviceCIDRs: readonly string[];
  /** Node InternalIPs as /32, for endpoints of pods on the host network. */
  readonly nodeCIDRs: readonly string[];
  /** Network plugin, where one was recognised. */
  readonly plugin: string | undefined;
  readonly sources: { readonly pods: string; readonly services: string; readonly nodes: string };
  readonly warnings: readonly string[];
}

interface Found {
  readonly cidrs: readonly string[];
  readonly source: string;
  readonly warnings: readonly string[];
}

const NOTHING: Found = { cidrs: [], source: 'not found', warnings: [] };

function texts(cidrs: readonly Cidr[]): string[] {
  return cidrs.map((cidr) => cidr.text);
}

/** IPv4 ranges of a claim; undefined where it has none, so that the next claim is asked. */
function usable(what: string, claim: CidrClaim): Found | undefined {
  const parsed = claim.cidrs.flatMap((text) => parseCidr(text) ?? []);
  const ipv4 = withoutContained(parsed.filter((cidr) => cidr.family === 'IPv4'));
  if (ipv4.length === 0) return undefined;
  const ipv6 = parsed.filter((cidr) => cidr.family === 'IPv6');
  const warnings = ipv6.map((cidr) => `The ${what} CIDR ${cidr.text} (${claim.source}) is not used: IPv4 only for now`);
  return { cidrs: texts(ipv4), source: claim.source, warnings };
}

/**
 * At most this many times as large may a supernet be as the ranges that it stands for (as a power
 * of two); ranges that lie further apart are not parts of one cluster CIDR.
 */
const MAX_SPREAD_BITS = 3;

/** Ranges of pods as the nodes have them: the weakest source, because later nodes get others. */
function podsFromNodes({ nodes }: ClusterFacts): Found | undefined {
  const all = nodes.flatMap(({ spec }) => spec?.podCIDRs ?? spec?.podCIDR ?? []);
  const cidrs = withoutContained(all.flatMap((text) => parseCidr(text) ?? []).filter((cidr) => cidr.family === 'IPv4'));
  const supernet = supernetOf(cidrs);
  if (supernet === undefined) return undefined;
  const addresses = cidrs.reduce((sum, cidr) => sum + 2 ** sizeBits(cidr), 0);
  const isOneRange = 2 ** sizeBits(supernet) <= addresses * 2 ** MAX_SPREAD_BITS;
  const found = isOneRange ? [supernet.text] : texts(cidrs);
  const warning = `The pod CIDR ${found.join(',')} is only what the nodes of today have; give --clustercidr if nodes are added`;
  return { cidrs: found, source: `podCIDRs of ${nodes.length} ${nodes.length === 1 ? 'node' : 'nodes'}`, warnings: [warning] };
}

function firstUsable(what: string, claims: readonly (CidrClaim | undefined)[]): Found | undefined {
  for (const claim of claims) {
    const found = claim && usable(what, claim);
    if (found) return found;
  }
  return undefined;
}

function nodeAddresses({ nodes }: ClusterFacts): string[] {
  const addresses = nodes.flatMap(({ status }) => status?.addresses ?? []).filter(({ type }) => type === 'InternalIP');
  const cidrs = addresses.flatMap(({ address }) => hostCidr(address) ?? []).filter((cidr) => cidr.family === 'IPv4');
  return [...new Set(texts(cidrs))].sort();
}

/** Finds the ranges of a cluster in what was read of it. Pure. */
export function discoverCidrs(facts: ClusterFacts): DiscoveredCidrs {
  const detections: Detection[] = CIDR_DETECTORS.flatMap((detector) => detector.detect(facts) ?? []);
  const pods = firstUsable('pod', detections.map((detection) => detection.pods)) ?? podsFromNodes(facts) ?? NOTHING;
  const services = firstUsable('service', detections.map((detection) => detection.services)) ?? NOTHING;
  return {
    podCIDRs: pods.cidrs,
    serviceCIDRs: services.cidrs,
    nodeCIDRs: nodeAddresses(facts),
    plugin: detections.find((detection) => detection.plugin !== undefined)?.plugin,
    sources: { pods: pods.source, services: services.source, nodes: 'InternalIPs of the nodes' },
    warnings: [...pods.warnings, ...services.warnings],
  };
}
