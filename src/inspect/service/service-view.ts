import type { EndpointSlice, MemberConfig, Namespace, Service, ServiceExport, ServiceImport } from '../../api/types/index.ts';
import type { Rejection } from '../../sync/service/rejection.ts';
import type { BrokerMember, WorkloadState } from '../cluster-state.ts';
import type { ConnectionRow } from '../data-plane.ts';
import type { Fleet, UnreadContext } from '../survey-fleet.ts';

/** A service of the set. */
export interface ServiceKey {
  readonly namespace: string;
  readonly name: string;
}

/** All that one member has of a service; what does not exist is undefined. */
export interface ServicePlace {
  /** Cluster id. */
  readonly cluster: string;
  readonly context: string;
  readonly config: MemberConfig;
  /** What is installed there. */
  readonly workloads: readonly WorkloadState[];
  /** Its tunnels, as its active gateway sees them. */
  readonly connections: readonly ConnectionRow[];
  readonly namespace?: Namespace;
  readonly service?: Service;
  /** The Service's own slices. */
  readonly slices: readonly EndpointSlice[];
  readonly serviceExport?: ServiceExport;
  readonly serviceImport?: ServiceImport;
  /** The Service that carries the clusterset IP. */
  readonly derived?: Service;
  /** Slices of all exporters. */
  readonly imported: readonly EndpointSlice[];
  /** What of the service this member's controller refused to take from others, as far as it gives examples. */
  readonly refused: readonly Rejection[];
}

/** What the members wrote of a service to their broker. */
export interface BrokerPlace {
  /** Cluster id of the cluster that hosts it, or its context. */
  readonly cluster: string;
  readonly context: string;
  readonly namespace: string;
  readonly members: readonly BrokerMember[];
  readonly imports: readonly ServiceImport[];
  readonly slices: readonly EndpointSlice[];
}

/** One service over a fleet. Objects carry their managedFields, by which their age is known. */
export interface ServiceView extends ServiceKey {
  readonly members: readonly ServicePlace[];
  /** Undefined where no cluster that was read hosts the broker. */
  readonly broker?: BrokerPlace;
  readonly unread: readonly UnreadContext[];
  readonly leftOut: Fleet['leftOut'];
}

export function findPlace({ members }: ServiceView, cluster: string): ServicePlace | undefined {
  return members.find((place) => place.cluster === cluster);
}
