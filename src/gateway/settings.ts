import { LOOPBACK_BACKEND, NATT_DISCOVERY_PORT, PROBE_PORT, TUNNEL_PORT } from '../api/data-plane.ts';
import type { MemberConfig } from '../api/types/index.ts';
import { type CableDriver, validateCableDriver } from '../discovery/cable-drivers.ts';
import { DEFAULT_RESOLVERS } from './public-ip/resolvers.ts';

/** How often, and how patiently, paths to other clusters are probed. */
export interface HealthSettings {
  readonly isEnabled: boolean;
  readonly intervalMs: number;
  /** So many intervals without an answer are an error. */
  readonly maxLost: number;
}

/** What a node's gateway agent is told. */
export interface GatewaySettings {
  readonly clusterID: string;
  readonly nodeName: string;
  readonly namespace: string;
  readonly podCIDRs: readonly string[];
  /** What join was told; in simulated clusters only shown. */
  readonly driver: CableDriver;
  /** What its Endpoint says; two ends must have the same. */
  readonly backend: string;
  readonly natt: boolean;
  readonly tunnelPort: number;
  readonly nattDiscoveryPort: number;
  readonly probePort: number;
  readonly health: HealthSettings;
  /** https URLs that answer with the caller's address; none where nobody outside may be asked. */
  readonly publicIpResolvers: readonly string[];
  readonly loadBalancer: boolean;
  readonly simulated: boolean;
  readonly version: string;
}

/** What is not in the member's configuration. */
export interface GatewayPlace {
  readonly nodeName: string;
  readonly namespace: string;
  readonly simulated: boolean;
  readonly version: string;
}

const DEFAULT_DRIVER = 'wireguard';
const DEFAULT_INTERVAL_SECONDS = 1;
const DEFAULT_MAX_LOST = 5;

/** Throws MCS_CABLE_DRIVER_UNKNOWN. */
export function readGatewaySettings({ clusterID, podCIDRs, settings }: MemberConfig, place: GatewayPlace): GatewaySettings {
  const driver = validateCableDriver(settings.cableDriver ?? DEFAULT_DRIVER);
  const natt = settings.natt ?? true;
  // an address of the outside is of no use without NAT, and no one outside knows a simulated node's
  const asksResolvers = natt && settings.airGapped !== true && !place.simulated;
  return {
    ...place,
    clusterID,
    podCIDRs,
    driver,
    backend: place.simulated ? LOOPBACK_BACKEND : driver,
    natt,
    tunnelPort: settings.nattPort ?? TUNNEL_PORT,
    nattDiscoveryPort: NATT_DISCOVERY_PORT,
    probePort: PROBE_PORT,
    health: {
      isEnabled: settings.healthCheck ?? true,
      intervalMs: (settings.healthCheckIntervalSeconds ?? DEFAULT_INTERVAL_SECONDS) * 1_000,
      maxLost: settings.healthCheckMaxPacketLossCount ?? DEFAULT_MAX_LOST,
    },
    publicIpResolvers: asksResolvers ? (settings.publicIpResolvers ?? DEFAULT_RESOLVERS) : [],
    loadBalancer: settings.loadBalancer ?? false,
  };
}
