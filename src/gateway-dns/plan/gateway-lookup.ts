import type { EndpointSlice, Node, Service } from '../../api/types/index.ts';

/** What is known of a gateway in its cluster. Nodes and slices are looked at with nodePort and hostPort only. */
export interface GatewayView {
  /** The Service that the rule names; undefined where there is none. */
  readonly service?: Service;
  readonly nodes: readonly Node[];
  /** EndpointSlices of the Service. */
  readonly slices: readonly EndpointSlice[];
}

export interface FoundGateway {
  readonly kind: 'found';
  /** IPv4 and IPv6, canonical, sorted, each once. */
  readonly addresses: readonly string[];
  /** Names of load balancers, lower case, sorted. */
  readonly hostnames: readonly string[];
  /** Where an answer is looked for; undefined where the gateway has no TCP port. */
  readonly port?: number;
  /** What was left out, and why. */
  readonly notes: readonly string[];
}

/**
 * `none`: its cluster says that there is no such gateway, or that it has no address. `unknown`: the
 * cluster cannot be reached, which is not the same (XC-10). `pending`: it was not looked yet since the
 * start of the process.
 */
export interface NoGateway {
  readonly kind: 'none' | 'unknown' | 'pending';
  readonly message: string;
}

/** How a look at one gateway ended. */
export type GatewayLookup = FoundGateway | NoGateway;

export interface FindOptions {
  /** In the sandbox only. */
  readonly allowLoopback: boolean;
}
