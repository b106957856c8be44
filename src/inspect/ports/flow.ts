/** Machines or pods at one end of a flow. */
export interface Party {
  /** Id of the cluster; `broker` and `internet` are none. */
  readonly cluster: string;
  /** `gateways`, `nodes`, `pods`, `API server` */
  readonly role: string;
  /** Addresses and ranges; empty where they are not known, which then means any. */
  readonly addresses: readonly string[];
}

export type FlowProtocol = 'UDP' | 'TCP' | 'ICMP' | 'any';

/** What a firewall has to let through in one direction. Answers go back as established connections. */
export interface Flow {
  readonly scope: 'between clusters' | 'within a cluster' | 'to the broker' | 'to the internet' | 'inside the tunnel';
  readonly protocol: FlowProtocol;
  readonly from: Party;
  readonly to: Party;
  /** Port of the receiver; absent for ICMP, and where all ports are meant. */
  readonly port?: number;
  readonly why: string;
}

/** A gateway of a cluster, as far as it is known. */
export interface GatewayFacts {
  readonly node: string;
  /** Private and public address; the public one alone where a load balancer stands in front. */
  readonly addresses: readonly string[];
  readonly tunnelPort: number;
  readonly discoveryPort: number;
  readonly probePort: number;
  /** Address in the pod range that answers probes. */
  readonly healthCheckIP?: string;
}

/** What of a member decides which packets it sends and takes. */
export interface PortsCluster {
  readonly cluster: string;
  /** Whether gateways connect it: component `connectivity`. */
  readonly isConnected: boolean;
  readonly driver: string;
  readonly natt: boolean;
  readonly tunnelPort: number;
  readonly hasProbes: boolean;
  /** https URLs that are asked for the public address; none where nobody is. */
  readonly resolvers: readonly string[];
  readonly podCIDRs: readonly string[];
  readonly nodeCIDRs: readonly string[];
  readonly gateways: readonly GatewayFacts[];
  /** URL of the broker's API server as this member reaches it; undefined where that could not be read. */
  readonly brokerURL?: string;
  readonly wiresDns: boolean;
}
