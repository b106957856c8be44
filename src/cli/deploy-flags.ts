import { Flags } from '@oclif/core';
import type { ClusterSettings } from '../api/types/index.ts';
import { type ImageOptions, parseImageOverrides, PULL_POLICIES, type PullPolicy } from '../deployers/images.ts';

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

/** Settings of the data plane; they are kept with the member until that is installed. */
export const tunnelFlags = {
  'cable-driver': Flags.string({ default: 'wireguard', summary: 'Tunnel between clusters: wireguard or vxlan', helpGroup: 'TUNNELS' }),
  natt: Flags.boolean({ default: true, allowNo: true, summary: 'Expect address translation between the clusters', helpGroup: 'TUNNELS' }),
  nattport: Flags.integer({ default: 4500, min: 1, max: 65_535, summary: 'UDP port of the tunnels', helpGroup: 'TUNNELS' }),
  'health-check': Flags.boolean({ default: true, allowNo: true, summary: 'Probe the tunnels', helpGroup: 'TUNNELS' }),
  'health-check-interval': Flags.integer({ default: 1, min: 1, max: 3600, summary: 'Seconds between probes', helpGroup: 'TUNNELS' }),
  'health-check-max-packet-loss-count': Flags.integer({ default: 5, min: 1, max: 1000, summary: 'Lost probes in a row that make an error', helpGroup: 'TUNNELS' }),
  'label-gateway': Flags.boolean({ default: true, allowNo: true, summary: 'Label the only candidate node as gateway', helpGroup: 'TUNNELS' }),
  'gateway-node': Flags.string({ summary: 'Node to label as gateway', helpGroup: 'TUNNELS' }),
};

export interface TunnelFlagValues {
  readonly 'cable-driver': string;
  readonly natt: boolean;
  readonly nattport: number;
  readonly 'health-check': boolean;
  readonly 'health-check-interval': number;
  readonly 'health-check-max-packet-loss-count': number;
}

export function clusterSettings(flags: TunnelFlagValues): ClusterSettings {
  return {
    cableDriver: flags['cable-driver'],
    natt: flags.natt,
    nattPort: flags.nattport,
    healthCheck: flags['health-check'],
    healthCheckIntervalSeconds: flags['health-check-interval'],
    healthCheckMaxPacketLossCount: flags['health-check-max-packet-loss-count'],
  };
}

/** Where the key that opens a broker-info file comes from. */
export const keyFlags = {
  key: Flags.string({ summary: 'Join key (better: --key-file or MCS_JOIN_KEY, which no process list shows)', helpGroup: 'KEY', exclusive: ['key-file'] }),
  'key-file': Flags.string({ summary: 'File that holds the join key', helpGroup: 'KEY' }),
};

/** Values of a flag that takes several, separated by commas. */
export function splitList(text: string | undefined): readonly string[] | undefined {
  return text?.split(',').map((item) => item.trim()).filter((item) => item !== '');
}
