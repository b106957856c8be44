import type { IpFamily, Protocol, SessionAffinityConfig } from './core.ts';
import type { ObjectSelector } from './gateway-dns.ts';
import type { Condition, KubeObject } from './meta.ts';

export type ServiceImportType = 'ClusterSetIP' | 'Headless';

/** multicluster.x-k8s.io ServiceExport (KEP-1645) */
export interface ServiceExport extends KubeObject {
  spec?: {
    exportedLabels?: Record<string, string>;
    exportedAnnotations?: Record<string, string>;
  };
  status?: { conditions?: Condition[] };
}

export interface ServiceImportPort {
  name?: string;
  protocol?: Protocol;
  appProtocol?: string;
  port: number;
}

/** multicluster.x-k8s.io ServiceImport (KEP-1645) */
export interface ServiceImport extends KubeObject {
  spec: {
    type: ServiceImportType;
    ports: ServiceImportPort[];
    ips?: string[];
    ipFamilies?: IpFamily[];
    sessionAffinity?: 'None' | 'ClientIP';
    sessionAffinityConfig?: SessionAffinityConfig;
    internalTrafficPolicy?: 'Cluster' | 'Local';
    trafficDistribution?: string;
  };
  status?: {
    clusters?: { cluster: string }[];
    conditions?: Condition[];
    endpointSliceObjects?: 'Present' | 'Absent';
  };
}

/**
 * mcs.clusterset.local ServiceExportPolicy, cluster-wide: Services that it selects are exported without
 * a ServiceExport of their own. All conditions hold at once; what is left out selects everything.
 */
export interface ServiceExportPolicy extends KubeObject {
  spec?: {
    namespaces?: string[];
    namespaceSelector?: ObjectSelector;
    serviceSelector?: ObjectSelector;
  };
  status?: { observedGeneration?: number; exported?: number; conditions?: Condition[] };
}

/** about.k8s.io ClusterProperty (KEP-2149) */
export interface ClusterProperty extends KubeObject {
  spec: { value: string };
}

/**
 * submariner.io/v1 Cluster on the broker. Only the desk writes it: its CIDRs are the ranges that
 * the member is granted, and importers accept endpoints inside them only.
 */
export interface Cluster extends KubeObject {
  spec: {
    cluster_id: string;
    color_codes?: string[];
    service_cidr: string[];
    cluster_cidr: string[];
    global_cidr?: string[];
    /** Node addresses and other single ranges that endpoints may use. */
    node_cidr?: string[];
    /** UID of the member's kube-system namespace. */
    cluster_uid?: string;
    /** What join was told about the data plane. */
    settings?: SharedSettings;
  };
}

/** Data plane settings of a member that the broker knows too, as given to `mcs join`. */
export interface SharedSettings {
  cableDriver?: string;
  natt?: boolean;
  nattPort?: number;
  healthCheck?: boolean;
  healthCheckIntervalSeconds?: number;
  healthCheckMaxPacketLossCount?: number;
}

/** All data plane settings of a member; what only its own gateways need stays in the cluster. */
export interface ClusterSettings extends SharedSettings {
  /** Ask nobody on the internet for the public address. */
  airGapped?: boolean;
  /** Reach the gateways through a Service of type LoadBalancer. */
  loadBalancer?: boolean;
  /** URLs that answer with the address they are asked from. */
  publicIpResolvers?: readonly string[];
}

export type ClusterJoinPhase = 'Pending' | 'Accepted' | 'Refused';

/** clusterjoins.mcs.clusterset.local: a request to become a member, answered by the desk. */
export interface ClusterJoin extends KubeObject {
  spec: {
    version: 1;
    tokenID: string;
    clusterID: string;
    clusterUID: string;
    podCIDRs: string[];
    serviceCIDRs: string[];
    nodeCIDRs: string[];
    components: string[];
    settings?: SharedSettings;
    /** Long-lived identity of the joining cluster, Ed25519, SPKI DER in base64. */
    identityKey: string;
    /** Fresh key for the answer, X25519, SPKI DER in base64. */
    answerKey: string;
    /** Proofs over all of the above and the object's name, base64. */
    mac: string;
    signature: string;
  };
  status?: {
    phase?: ClusterJoinPhase;
    /** Encrypted answer or refusal, base64. */
    answer?: string;
    /** When the desk answered, RFC 3339; it deletes the object some minutes later. */
    answeredAt?: string;
  };
}

/** What a cluster takes from other members. */
export interface ImportSettings {
  /** Namespaces to import into, all by default; `*` stands for all but those of the system. */
  readonly importNamespaces?: readonly string[];
  /** Namespaces never to import into. */
  readonly denyNamespaces?: readonly string[];
  /** Most services, and endpoints of all of them together, that are taken from one other member. */
  readonly importLimits?: { readonly servicesPerCluster?: number; readonly endpointsPerCluster?: number };
}

/** What a join was told and does not find out by itself; later joins keep it. */
export interface GivenJoinSettings {
  readonly podCIDRs?: readonly string[];
  readonly serviceCIDRs?: readonly string[];
  readonly brokerUrl?: string;
}

/** How the cluster's own DNS is made to forward to ours. */
export interface DnsWiringSettings {
  /** False leaves the cluster's DNS alone. */
  readonly isWanted: boolean;
  /** `namespace/name` of the ConfigMap that takes server blocks, in place of the one that is recognised. */
  readonly customConfigMap?: string;
}

/** `config.json` of the ConfigMap `mcs-member`, which the agents of a member read. */
export interface MemberConfig extends ImportSettings {
  readonly clusterID: string;
  /** UID of the kube-system namespace. */
  readonly clusterUID: string;
  readonly podCIDRs: readonly string[];
  readonly serviceCIDRs: readonly string[];
  readonly nodeCIDRs: readonly string[];
  readonly components: readonly string[];
  readonly brokerNamespace: string;
  readonly settings: ClusterSettings;
  readonly given?: GivenJoinSettings;
  /** The hub that works for this member; absent where a controller of its own does. */
  readonly hub?: { readonly id: string; /** URL of its API server. */ readonly server: string };
  /** Default: wanted. */
  readonly dnsWiring?: DnsWiringSettings;
}
