import type { Condition, KubeObject } from './meta.ts';

/**
 * What one end of the tunnels says of itself: the fields of Submariner's Endpoint, which users read
 * with kubectl. It is written by the active gateway of a cluster.
 */
export interface CableEndpointSpec {
  cluster_id: string;
  /** `submariner-cable-<cluster>-<private IP with dashes>` */
  cable_name: string;
  /** Address in the pod range, on the gateway node, that answers probes. */
  healthCheckIP?: string;
  /** Name of the gateway node. */
  hostname: string;
  /** Ranges that are reached through this end: those of the pods. */
  subnets: string[];
  private_ip: string;
  /** Empty where none was found or asked for. */
  public_ip: string;
  nat_enabled: boolean;
  /** The cable driver. */
  backend: string;
  /** See `BACKEND_KEYS` in `gateway`. */
  backend_config?: Record<string, string>;
}

/** submariner.io/v1 Endpoint (not the core Endpoints, nor an endpoint of an EndpointSlice). */
export interface CableEndpoint extends KubeObject {
  spec: CableEndpointSpec;
}

/** The two halves of a WireGuard key, base64 as `wg` has them. */
export interface WireguardKeys {
  readonly privateKey: string;
  readonly publicKey: string;
}

export type ConnectionState = 'connecting' | 'connected' | 'error' | 'none';

/** Go durations, as in `1.234ms`. */
export interface RoundTripTimes {
  last?: string;
  min?: string;
  average?: string;
  max?: string;
  stdDev?: string;
}

/** One tunnel, as its gateway sees it. */
export interface CableConnection {
  status: ConnectionState;
  /** Why it is not connected; empty where it is. */
  statusMessage: string;
  endpoint: CableEndpointSpec;
  usingIP?: string;
  usingNAT?: boolean;
  latencyRTT?: RoundTripTimes;
}

/** submariner.io/v1 Gateway: one per gateway node, named like the node. */
export interface Gateway extends KubeObject {
  status?: {
    version: string;
    haStatus: 'active' | 'passive';
    statusFailure: string;
    localEndpoint: CableEndpointSpec;
    connections: CableConnection[];
  };
}

/** The way from one node, gateway or not, to the gateway of another cluster. */
export interface RemotePath {
  status: ConnectionState;
  statusMessage: string;
  spec: CableEndpointSpec;
  latencyRTT?: RoundTripTimes;
}

/** submariner.io/v1 RouteAgent: one per node, named like the node. */
export interface RouteAgent extends KubeObject {
  status?: {
    version: string;
    statusFailure: string;
    remoteEndpoints: RemotePath[];
    /** What the node lacks: `HostReady` with a coded reason, `NetworkApplied`. */
    conditions?: Condition[];
  };
}

/** crd.projectcalico.org IPPool, as far as it is read or written here. */
export interface CalicoPool extends KubeObject {
  spec: {
    cidr: string;
    disabled?: boolean;
    natOutgoing?: boolean;
    ipipMode?: string;
    vxlanMode?: string;
    nodeSelector?: string;
    blockSize?: number;
  };
}
