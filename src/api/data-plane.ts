import { fitName, MAX_OBJECT_NAME } from './names.ts';

/** Keys of an Endpoint's `backend_config`. All values are strings. */
export const BACKEND_KEYS = {
  /** Port of the tunnel, UDP. */
  udpPort: 'udp-port',
  /** Port that answers NAT discovery, UDP. */
  nattDiscoveryPort: 'natt-discovery-port',
  /** Port that answers probes at `healthCheckIP`, UDP. */
  probePort: 'probe-port',
  /** vxlan: MAC of the gateway's cable device. */
  mac: 'mac',
  /** wireguard: public key of the cluster, base64. */
  publicKey: 'publicKey',
  /** `true` where the public address is that of a load balancer. */
  usingLoadBalancer: 'using-loadbalancer',
  /** loopback: the driver that join was told to use. */
  cableDriver: 'cable-driver',
} as const;

/** Ports where nothing else is said. */
export const TUNNEL_PORT = 4500;
export const NATT_DISCOVERY_PORT = 4490;
export const PROBE_PORT = 4491;
/** VXLAN between the nodes of one cluster, UDP. */
export const INNER_PORT = 4800;

/** Services that answer with the address that a request came from. */
export const PUBLIC_IP_RESOLVERS: readonly string[] = ['https://api.ipify.org', 'https://checkip.amazonaws.com', 'https://icanhazip.com', 'https://ifconfig.me/ip', 'https://ident.me'];

/** Backend of simulated clusters: no kernel state at all. */
export const LOOPBACK_BACKEND = 'loopback';

/** What begins the annotations of gateway nodes. */
export const GATEWAY_ANNOTATION_PREFIX = 'gateway.submariner.io/';

/** Annotations of gateway nodes. */
export const GATEWAY_ANNOTATIONS = {
  /** `ipv4:ADDRESS`, `ipv6:ADDRESS`, `dns:NAME`, `lb:SERVICE` or `api:HOST` */
  publicIP: `${GATEWAY_ANNOTATION_PREFIX}public-ip`,
  udpPort: `${GATEWAY_ANNOTATION_PREFIX}udp-port`,
  nattDiscoveryPort: `${GATEWAY_ANNOTATION_PREFIX}natt-discovery-port`,
} as const;

/** Label of gateway pods, `active` or `passive`: what the load balancer's Service selects. */
export const GATEWAY_STATUS = 'gateway.submariner.io/status';

/** Annotation of a Gateway: when its status was written, seconds since the epoch. */
export const UPDATE_TIMESTAMP = 'update-timestamp';

/** Service of gateways behind a load balancer, in the member namespace. */
export const GATEWAY_SERVICE = 'submariner-gateway';

/** Name of a cluster's end of the tunnels at this private address. */
export function cableName(cluster: string, privateIP: string): string {
  return `submariner-cable-${cluster}-${privateIP.replaceAll(/[.:]/g, '-')}`;
}

/** Name of the Endpoint object in the member namespace; the truth stands in its spec. */
export function endpointObjectName(cluster: string, privateIP: string): string {
  // "::" at an end of an IPv6 address would leave a dash there, which no object name may have
  return fitName(`${cluster}-${cableName(cluster, privateIP)}`, MAX_OBJECT_NAME).replaceAll(/^-+|-+$/g, '');
}
