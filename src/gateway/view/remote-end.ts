import { canonicalAddress, familyOf, parseCidr } from '../../api/cidr.ts';
import { BACKEND_KEYS, LOOPBACK_BACKEND, NATT_DISCOVERY_PORT, PROBE_PORT, TUNNEL_PORT } from '../../api/data-plane.ts';
import type { CableEndpointSpec, IpFamily } from '../../api/types/index.ts';
import { WIREGUARD_KEY } from '../../api/wireguard-key.ts';
import { parsePort } from './parse-port.ts';

/** Another cluster's gateway as its Endpoint describes it, read and checked. */
export interface RemoteEnd {
  readonly spec: CableEndpointSpec;
  readonly clusterID: string;
  readonly cableName: string;
  readonly privateIP: string;
  /** Undefined where it has none. */
  readonly publicIP: string | undefined;
  readonly tunnelPort: number;
  readonly discoveryPort: number;
  readonly probePort: number;
  /** Undefined where it answers no probes. */
  readonly healthCheckIP: string | undefined;
  readonly natEnabled: boolean;
  readonly subnets: readonly string[];
  readonly mac: string | undefined;
  readonly publicKey: string | undefined;
}

const MAC = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/;

function portOf(config: Readonly<Record<string, string>>, key: string, fallback: number): number | undefined {
  const text = config[key];
  return text === undefined ? fallback : parsePort(text);
}

/** Why a gateway with this Endpoint cannot be connected to; undefined where nothing stands against it. */
function problemOf(spec: CableEndpointSpec, backend: string): string | undefined {
  const { backend_config: config = {} } = spec;
  if (spec.backend !== backend) return `cable drivers differ: "${backend}" here, "${spec.backend}" in cluster "${spec.cluster_id}"`;
  if (canonicalAddress(spec.private_ip) === undefined) return `its private address "${spec.private_ip}" is none`;
  if (spec.public_ip !== '' && canonicalAddress(spec.public_ip) === undefined) return `its public address "${spec.public_ip}" is none`;
  if (spec.healthCheckIP !== undefined && canonicalAddress(spec.healthCheckIP) === undefined) return `its address for probes "${spec.healthCheckIP}" is none`;
  const cidr = spec.subnets.find((text) => parseCidr(text) === undefined);
  if (cidr !== undefined) return `its subnet "${cidr}" is none`;
  const port = [BACKEND_KEYS.udpPort, BACKEND_KEYS.nattDiscoveryPort, BACKEND_KEYS.probePort].find((key) => portOf(config, key, 1) === undefined);
  if (port !== undefined) return `its ${port} "${config[port] ?? ''}" is no port`;
  if (backend === 'vxlan' && !MAC.test(config[BACKEND_KEYS.mac] ?? '')) return 'it names no MAC of its tunnel device';
  if (backend === 'wireguard' && !WIREGUARD_KEY.test(config[BACKEND_KEYS.publicKey] ?? '')) return 'it names no public key';
  return undefined;
}

/** Why no tunnel can lead to a gateway at this address; undefined where one can. */
function familyProblem({ private_ip: address }: CableEndpointSpec, families: readonly IpFamily[]): string | undefined {
  const family = familyOf(address);
  if (family === undefined || families.includes(family)) return undefined;
  return `its gateway is at ${address} (${family}), and tunnels of this node lead over ${families.join(' and ')} only`;
}

/** Reads an Endpoint of another cluster. `backend` is that of the own cluster, `families` are those that tunnels of this node lead over. */
export function readRemoteEnd(spec: CableEndpointSpec, backend: string, families: readonly IpFamily[] = ['IPv4', 'IPv6']): { readonly end: RemoteEnd } | { readonly problem: string } {
  const problem = problemOf(spec, backend) ?? familyProblem(spec, families);
  if (problem !== undefined) return { problem };
  const { backend_config: config = {} } = spec;
  return {
    end: {
      spec,
      clusterID: spec.cluster_id,
      cableName: spec.cable_name,
      privateIP: canonicalAddress(spec.private_ip) ?? spec.private_ip,
      // one of another family is as good as none
      publicIP: families.includes(familyOf(spec.public_ip) ?? 'IPv4') ? canonicalAddress(spec.public_ip) : undefined,
      tunnelPort: portOf(config, BACKEND_KEYS.udpPort, TUNNEL_PORT) ?? TUNNEL_PORT,
      discoveryPort: portOf(config, BACKEND_KEYS.nattDiscoveryPort, NATT_DISCOVERY_PORT) ?? NATT_DISCOVERY_PORT,
      probePort: portOf(config, BACKEND_KEYS.probePort, PROBE_PORT) ?? PROBE_PORT,
      healthCheckIP: canonicalAddress(spec.healthCheckIP ?? ''),
      natEnabled: spec.nat_enabled,
      subnets: spec.subnets,
      mac: backend === LOOPBACK_BACKEND ? undefined : config[BACKEND_KEYS.mac],
      publicKey: backend === LOOPBACK_BACKEND ? undefined : config[BACKEND_KEYS.publicKey],
    },
  };
}
