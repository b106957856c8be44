/** Where the gateways stand in each workload cluster. */
export const GATEWAYS_NAMESPACE = 'ingress';
/** Of the management cluster, with the Clusters and GatewayDNS. */
export const TEAM_NAMESPACE = 'dev';
export const SUFFIX = 'xcc.test';

export const workloadName = (cluster: number): string => `cluster-${String(cluster).padStart(3, '0')}`;
export const gatewayName = (gateway: number): string => `gateway-${gateway}`;

/** An address at which somebody listens: all of 127.0.0.0/8 is this machine. The generation tells an address from the one before it. */
export const gatewayAddress = (cluster: number, gateway: number, generation = 0): string => `127.${10 + generation}.${cluster}.${gateway + 1}`;

/** A name behind the wildcard of a cluster's gateways. */
export const nameOf = (cluster: number): string => `web.gateway.${workloadName(cluster)}.${TEAM_NAMESPACE}.clusters.${SUFFIX}`;
