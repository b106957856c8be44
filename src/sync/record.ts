import type { IpFamily, Protocol, SessionAffinityConfig } from '../api/types/index.ts';

/** What kind of thing is carried from one cluster to another. */
export type RecordKind = 'ClusterSetIP' | 'Headless' | 'ExternalName' | 'Gateway';

/** Where a record comes from. */
export interface Origin {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

export interface RecordPort {
  /** Empty for the one port that has no name. */
  readonly name: string;
  readonly protocol: Protocol;
  /** Port number of the service, not of its pods. */
  readonly port: number;
  /** Kept by copies that stand for the Service itself; without a selector it is only for people to read. */
  readonly targetPort?: number | string;
  readonly appProtocol?: string;
}

export interface RecordEndpoint {
  readonly addresses: readonly string[];
  /**
   * As in the source's slice, where Kubernetes has counted publishNotReadyAddresses in already:
   * whoever copies this needs no flag of its own for it.
   */
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  readonly hostname?: string;
  readonly zone?: string;
}

/** Endpoints of one family that share their target port numbers: one slice of the source. */
export interface EndpointGroup {
  /** Name and uid of the source's slice. */
  readonly name: string;
  readonly uid: string;
  readonly family: IpFamily;
  /** Target port numbers by the service's port names. */
  readonly ports: readonly RecordPort[];
  readonly endpoints: readonly RecordEndpoint[];
}

/** Traffic settings of a service that exporters must agree on (KEP-1645). */
export interface TrafficSettings {
  readonly sessionAffinity: 'None' | 'ClientIP';
  readonly sessionAffinityConfig?: SessionAffinityConfig;
  readonly internalTrafficPolicy: 'Cluster' | 'Local';
  readonly trafficDistribution?: string;
}

/** Which exporters' endpoints stand behind a service in an importing cluster (design section 5). */
export type PlacementPolicy = { readonly mode: 'all' | 'local' } | { readonly mode: 'failover'; readonly clusters: readonly string[] };

/** The neutral model of everything that `mcs` copies between clusters (design section 3). */
export interface SyncRecord {
  readonly origin: Origin;
  readonly kind: RecordKind;
  /** DNS name that an ExternalName Service stands for. */
  readonly externalName?: string;
  readonly ports: readonly RecordPort[];
  /** The source's own virtual addresses, for people to read; none for headless services. */
  readonly ips: readonly string[];
  readonly ipFamilies: readonly IpFamily[];
  readonly traffic: TrafficSettings;
  readonly exportedLabels: Readonly<Record<string, string>>;
  readonly exportedAnnotations: Readonly<Record<string, string>>;
  readonly placement: PlacementPolicy;
  readonly groups: readonly EndpointGroup[];
  /** When the broker stored it, RFC 3339; a member cannot forge that. Empty while it is not stored. */
  readonly createdAt: string;
}

/** Number of endpoints in all groups. */
export function countEndpoints(groups: readonly EndpointGroup[]): number {
  return groups.reduce((sum, group) => sum + group.endpoints.length, 0);
}
