/** Where a hub has a cluster from: Cluster API, or a labelled Secret with a kubeconfig. */
export type FleetSourceName = 'cluster-api' | 'secret';

/** A key of a Secret of the hub's cluster. */
export interface KubeconfigRef {
  readonly namespace: string;
  readonly name: string;
  readonly key: string;
}

/** A cluster that a hub knows, whether it can be reached or not. */
export interface FleetCluster {
  /** `namespace/name`: one cluster at a time has it. */
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  /** Of the Cluster object, or of the Secret. */
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly secret: KubeconfigRef;
  readonly source: FleetSourceName;
}

/**
 * `connecting`: it has not answered yet since it is known, or since its kubeconfig leads elsewhere.
 * `connected`: it answers. `unreachable`: it does not, or it refuses the credential; what was known of
 * it is no longer sure. `refused`: its kubeconfig is none that is used here.
 */
export type ConnectionState = 'connecting' | 'connected' | 'unreachable' | 'refused';

export interface FleetConnection {
  readonly state: ConnectionState;
  /** What is wrong, or waited for, in one line without secrets; empty where nothing is. */
  readonly message: string;
  /** Since when it has been in this state, ms since the epoch. */
  readonly since: number;
  /** URL of the API server; empty where it is not known. */
  readonly server: string;
}

export type FleetEvent = 'added' | 'changed' | 'removed';

/** Something that keeps a Secret from being a cluster of the fleet. */
export interface FleetProblem {
  /** Object of the hub's cluster that it is about. */
  readonly object: { readonly kind: 'Secret' | 'Cluster'; readonly namespace: string; readonly name: string; readonly uid: string };
  /** CamelCase, for Events. */
  readonly reason: 'DuplicateCluster' | 'InvalidClusterName';
  readonly message: string;
}
