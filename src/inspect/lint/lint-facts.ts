import type { Cidr } from '../../api/cidr.ts';
import type { EndpointSlice, IpFamily, Service, ServiceExport } from '../../api/types/index.ts';
import type { SyncRecord } from '../../sync/record.ts';
import type { NamespacePolicy } from '../../sync/service/namespace-policy.ts';

/** What stands in the cluster to which the files are going to be applied, by `namespace/name`. */
export interface TargetFacts {
  /** Id of the cluster in the set. */
  readonly cluster: string;
  readonly services: ReadonlyMap<string, Service>;
  readonly exports: ReadonlyMap<string, ServiceExport>;
  /** Slices of the Services that are looked at, by the Service. */
  readonly slices: ReadonlyMap<string, readonly EndpointSlice[]>;
  /** Cluster whose fields count at present, as the aggregated ServiceImport tells. */
  readonly winners: ReadonlyMap<string, string>;
  /** Families of its services; empty if they are not known. */
  readonly families: readonly IpFamily[];
  /** Ranges that the desk granted to it; undefined where the broker was not read. */
  readonly granted?: readonly Cidr[];
}

/** What the clusterset says; everything is empty where nobody could be asked. */
export interface LintFacts {
  /** Undefined where the cluster is no member, or was not read. */
  readonly target?: TargetFacts;
  /** What is exported at present, the target's own exports included, by `namespace/name`. */
  readonly exporters: ReadonlyMap<string, readonly SyncRecord[]>;
  /** Members, and what each of them lets others write to. */
  readonly policies: readonly { readonly cluster: string; readonly policy: NamespacePolicy }[];
  /** Ids of all members; undefined where the broker was not read. */
  readonly members?: readonly string[];
}

export const NO_FACTS: LintFacts = { exporters: new Map(), policies: [] };
