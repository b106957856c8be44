import { BACKEND_KEYS, cableName, LOOPBACK_BACKEND } from '../../api/data-plane.ts';
import type { CableEndpointSpec } from '../../api/types/index.ts';
import { macOf } from '../../api/mac.ts';
import type { NodeNetwork } from '../apply/node-network.ts';
import type { NodeView } from '../plan/types.ts';
import type { GatewaySettings } from '../settings.ts';
import type { GatewayNodeOptions } from './node-facts.ts';

export interface LocalEndpointFacts {
  readonly node: NodeView;
  readonly options: GatewayNodeOptions;
  readonly network: NodeNetwork;
  /** Empty where none is known. */
  readonly publicIP: string;
  /** wireguard only. */
  readonly publicKey: string | undefined;
}

/** Ports on which this gateway listens. */
export function portsOf({ tunnelPort, nattDiscoveryPort }: Pick<GatewaySettings, 'tunnelPort' | 'nattDiscoveryPort'>, options: GatewayNodeOptions): { readonly tunnel: number; readonly discovery: number } {
  return { tunnel: options.udpPort ?? tunnelPort, discovery: options.nattDiscoveryPort ?? nattDiscoveryPort };
}

function driverConfig({ backend, clusterID, driver }: GatewaySettings, { node, publicKey }: LocalEndpointFacts, privateIP: string): Record<string, string> {
  if (backend === LOOPBACK_BACKEND) return { [BACKEND_KEYS.cableDriver]: driver };
  if (backend === 'vxlan') return { [BACKEND_KEYS.mac]: macOf('cable', clusterID, node.name, privateIP) };
  return publicKey === undefined ? {} : { [BACKEND_KEYS.publicKey]: publicKey };
}

/** What this gateway says of itself; undefined while its node has no address. */
export function buildLocalEndpoint(settings: GatewaySettings, facts: LocalEndpointFacts): CableEndpointSpec | undefined {
  const { node, options, network: { sources }, publicIP } = facts;
  const [privateIP] = node.addresses;
  if (privateIP === undefined) return undefined;
  const ports = portsOf(settings, options);
  const healthCheckIP = sources.IPv4 ?? sources.IPv6;
  return {
    cluster_id: settings.clusterID,
    cable_name: cableName(settings.clusterID, privateIP),
    ...(healthCheckIP !== undefined && { healthCheckIP }),
    hostname: node.name,
    subnets: [...settings.podCIDRs],
    private_ip: privateIP,
    public_ip: publicIP,
    nat_enabled: settings.natt,
    backend: settings.backend,
    backend_config: {
      [BACKEND_KEYS.udpPort]: String(ports.tunnel),
      [BACKEND_KEYS.nattDiscoveryPort]: String(ports.discovery),
      [BACKEND_KEYS.probePort]: String(settings.probePort),
      ...driverConfig(settings, facts, privateIP),
      ...(settings.loadBalancer && { [BACKEND_KEYS.usingLoadBalancer]: 'true' }),
    },
  };
}
