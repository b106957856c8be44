import { Flags } from '@oclif/core';
import { isDnsLabel } from '../api/names.ts';
import type { ClusterSettings, DnsWiringSettings, ImportSettings } from '../api/types/index.ts';
import { McsError } from '../base/errors.ts';
import { parseCustomName } from '../cluster-dns/custom-name.ts';
import { type ImageOptions, parseImageOverrides, PULL_POLICIES, type PullPolicy } from '../deployers/images.ts';
import { splitList } from './split-list.ts';

/** Which images the parts run from. */
export const imageFlags = {
  repository: Flags.string({ summary: 'Registry and path of the images (default: localhost)', helpGroup: 'IMAGES' }),
  version: Flags.string({ summary: 'Tag of the images (default: the version of mcs)', helpGroup: 'IMAGES' }),
  'image-override': Flags.string({ multiple: true, summary: 'Image of one part, as in mcs-dns=registry.example/mcs:1.0 (repeatable)', helpGroup: 'IMAGES' }),
  'image-pull-policy': Flags.option({ options: PULL_POLICIES, summary: 'Pull policy of the images (default: IfNotPresent)', helpGroup: 'IMAGES' })(),
};

export interface ImageFlagValues {
  readonly repository?: string | undefined;
  readonly version?: string | undefined;
  readonly 'image-override'?: readonly string[] | undefined;
  readonly 'image-pull-policy'?: PullPolicy | undefined;
}

/** Throws MCS_USAGE for an override that is none. */
export function imageOptions(flags: ImageFlagValues): ImageOptions {
  const { repository, version, 'image-override': overrides, 'image-pull-policy': pullPolicy } = flags;
  return {
    ...(repository !== undefined && { repository }),
    ...(version !== undefined && { version }),
    ...(overrides !== undefined && { overrides: parseImageOverrides(overrides) }),
    ...(pullPolicy !== undefined && { pullPolicy }),
  };
}

/** Settings of the data plane; they are kept with the member from one join to the next. */
export const tunnelFlags = {
  'cable-driver': Flags.string({ summary: 'Tunnel between clusters: wireguard or vxlan (default: as the other members, else wireguard)', helpGroup: 'TUNNELS' }),
  natt: Flags.boolean({ allowNo: true, summary: 'Expect address translation between the clusters (default: yes)', helpGroup: 'TUNNELS' }),
  nattport: Flags.integer({ min: 1, max: 65_535, summary: 'UDP port of the tunnels (default: 4500)', helpGroup: 'TUNNELS' }),
  'health-check': Flags.boolean({ allowNo: true, summary: 'Probe the tunnels (default: yes)', helpGroup: 'TUNNELS' }),
  'health-check-interval': Flags.integer({ min: 1, max: 3600, summary: 'Seconds between probes (default: 1)', helpGroup: 'TUNNELS' }),
  'health-check-max-packet-loss-count': Flags.integer({ min: 1, max: 1000, summary: 'Lost probes in a row that make an error (default: 5)', helpGroup: 'TUNNELS' }),
  'air-gapped': Flags.boolean({ allowNo: true, summary: 'Ask nobody on the internet for the public address of a gateway (default: no)', helpGroup: 'TUNNELS' }),
  'load-balancer': Flags.boolean({ allowNo: true, summary: 'Reach the gateways through a Service of type LoadBalancer (default: no)', helpGroup: 'TUNNELS' }),
  'label-gateway': Flags.boolean({ default: true, allowNo: true, summary: 'Label the only candidate node as gateway (default: yes)', helpGroup: 'TUNNELS' }),
  'gateway-node': Flags.string({ summary: 'Node to label as gateway', helpGroup: 'TUNNELS' }),
};

export interface TunnelFlagValues {
  readonly 'cable-driver'?: string | undefined;
  readonly natt?: boolean | undefined;
  readonly nattport?: number | undefined;
  readonly 'health-check'?: boolean | undefined;
  readonly 'health-check-interval'?: number | undefined;
  readonly 'health-check-max-packet-loss-count'?: number | undefined;
  readonly 'air-gapped'?: boolean | undefined;
  readonly 'load-balancer'?: boolean | undefined;
}

/** Only what was given: what is left out stays as an earlier join had it. */
export function clusterSettings(flags: TunnelFlagValues): ClusterSettings {
  const settings = {
    cableDriver: flags['cable-driver'],
    natt: flags.natt,
    nattPort: flags.nattport,
    healthCheck: flags['health-check'],
    healthCheckIntervalSeconds: flags['health-check-interval'],
    healthCheckMaxPacketLossCount: flags['health-check-max-packet-loss-count'],
    airGapped: flags['air-gapped'],
    loadBalancer: flags['load-balancer'],
  };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

/** What the cluster takes from other members. */
export const importFlags = {
  'import-namespaces': Flags.string({ summary: 'Import services into these namespaces only, separated by commas; "*" is all but system namespaces, which count only by name', helpGroup: 'IMPORTS' }),
  'deny-namespaces': Flags.string({ summary: 'Never import services into these namespaces', helpGroup: 'IMPORTS' }),
  'max-services-per-cluster': Flags.integer({ min: 1, max: 1_000_000, summary: 'Most services to take from one other cluster (default: 5000)', helpGroup: 'IMPORTS' }),
  'max-endpoints-per-cluster': Flags.integer({ min: 1, max: 10_000_000, summary: 'Most endpoints to take from one other cluster (default: 50000)', helpGroup: 'IMPORTS' }),
};

export interface ImportFlagValues {
  readonly 'import-namespaces'?: string | undefined;
  readonly 'deny-namespaces'?: string | undefined;
  readonly 'max-services-per-cluster'?: number | undefined;
  readonly 'max-endpoints-per-cluster'?: number | undefined;
}

function namespaceList(flag: 'import-namespaces' | 'deny-namespaces', flags: ImportFlagValues): readonly string[] | undefined {
  const names = splitList(flags[flag]);
  const wrong = names?.find((name) => !isDnsLabel(name) && !(flag === 'import-namespaces' && name === '*'));
  if (wrong === undefined) return names;
  throw new McsError('MCS_USAGE', `Cannot use --${flag} "${flags[flag] ?? ''}": "${wrong}" is no name of a namespace`, { hints: [`--${flag} shop,bank`] });
}

/** Throws MCS_USAGE for a namespace that can be none. */
export function importSettings(flags: ImportFlagValues): ImportSettings {
  const importNamespaces = namespaceList('import-namespaces', flags);
  const denyNamespaces = namespaceList('deny-namespaces', flags);
  const { 'max-services-per-cluster': servicesPerCluster, 'max-endpoints-per-cluster': endpointsPerCluster } = flags;
  const importLimits = { ...(servicesPerCluster !== undefined && { servicesPerCluster }), ...(endpointsPerCluster !== undefined && { endpointsPerCluster }) };
  return {
    ...(importNamespaces && { importNamespaces }),
    ...(denyNamespaces && { denyNamespaces }),
    ...(Object.keys(importLimits).length > 0 && { importLimits }),
  };
}

/** What becomes of the cluster's own DNS. */
export const dnsFlags = {
  'wire-dns': Flags.boolean({ allowNo: true, summary: "Have the cluster's own DNS forward clusterset.local (default: as last given, else yes)", helpGroup: 'DNS' }),
  'coredns-custom-configmap': Flags.string({ summary: 'ConfigMap that takes server blocks of CoreDNS, as namespace/name (default: as last given, else recognised)', helpGroup: 'DNS' }),
};

export interface DnsFlagValues {
  readonly 'wire-dns'?: boolean | undefined;
  readonly 'coredns-custom-configmap'?: string | undefined;
}

/** Empty where no flag says anything. Throws MCS_USAGE for what is no name of a ConfigMap. */
export function dnsOptions(flags: DnsFlagValues): { readonly dnsWiring?: DnsWiringSettings } {
  const { 'wire-dns': isWanted, 'coredns-custom-configmap': customConfigMap } = flags;
  if (isWanted === undefined && customConfigMap === undefined) return {};
  if (customConfigMap !== undefined && parseCustomName(customConfigMap) === undefined) {
    throw new McsError('MCS_USAGE', `Cannot use --coredns-custom-configmap "${customConfigMap}": it is not of the form namespace/name`, { hints: ['--coredns-custom-configmap kube-system/coredns-custom'] });
  }
  return { dnsWiring: { isWanted: isWanted ?? true, ...(customConfigMap !== undefined && { customConfigMap }) } };
}

/** Where the key that opens a broker-info file comes from. */
export const keyFlags = {
  key: Flags.string({ summary: 'Join key (better: --key-file or MCS_JOIN_KEY, which no process list shows)', helpGroup: 'KEY', exclusive: ['key-file'] }),
  'key-file': Flags.string({ summary: 'File that holds the join key', helpGroup: 'KEY' }),
};
