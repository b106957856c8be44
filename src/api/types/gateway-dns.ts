import type { Condition, KubeObject } from './meta.ts';

/** metav1.LabelSelector. Empty selects everything. */
export interface ObjectSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

/** How the addresses of a gateway are found. */
export type ResolutionType = 'loadBalancer' | 'nodePort' | 'hostPort';

/** What is stored may be older than the validation of the CRD: every field is read with care. */
export interface GatewayDNSSpec {
  /** Clusters of the same namespace that have the gateway. */
  clusterSelector?: ObjectSelector;
  /** Service of the gateway in those clusters, `namespace/name`. */
  service?: string;
  /** A `ResolutionType`; default loadBalancer. */
  resolutionType?: string;
  /** Life of the records, s. Default: that of the name server. */
  ttlSeconds?: number;
  /** What holds where several GatewayDNS select one cluster. Default Oldest: the oldest has its name. Union: those of them that say Union share it. */
  mergePolicy?: 'Oldest' | 'Union';
  /** Namespaces whose clusters learn the names. Default Same. */
  namespaces?: { from?: 'Same' | 'All' | 'Selector'; selector?: ObjectSelector };
  /** With nodePort and hostPort. Default: ExternalIP of nodes that have one, else InternalIP. */
  nodeAddressType?: 'InternalIP' | 'ExternalIP';
  healthCheck?: GatewayHealthCheck;
}

/** Whether an address answers is asked by opening a TCP connection from the management cluster. */
export interface GatewayHealthCheck {
  /** Default true. */
  enabled?: boolean;
  /** Default: the first TCP port of the gateway. */
  port?: number;
  /** Default 10. */
  intervalSeconds?: number;
  /** Default 2. */
  timeoutSeconds?: number;
  /** Failures in a row after which an address that has answered before is left out. Default 3. */
  failureThreshold?: number;
}

export type GatewayClusterState =
  /** Its addresses are published. */
  | 'Published'
  /** There is no such Service, or it has no address yet. */
  | 'NoGateway'
  /** Its API server cannot be reached: what was published stays. */
  | 'Unreachable'
  /** Another GatewayDNS has the name of this cluster. */
  | 'Conflicted';

export interface GatewayClusterStatus {
  name: string;
  state: GatewayClusterState;
  /** `*.gateway.<cluster>.<namespace>.clusters.<suffix>` */
  hostname: string;
  /** What the name leads to: addresses, or the one name of a load balancer. */
  addresses?: string[];
  /** Addresses that are left out because they do not answer. */
  withheld?: string[];
  message?: string;
}

export interface GatewayDNSStatus {
  observedGeneration?: number;
  conditions?: Condition[];
  clusters?: GatewayClusterStatus[];
  /** Clusters that have all of its records, of those that shall: `5/6`. */
  published?: string;
}

/** connectivity.tanzu.vmware.com GatewayDNS */
export interface GatewayDNS extends KubeObject {
  spec?: GatewayDNSSpec;
  status?: GatewayDNSStatus;
}
