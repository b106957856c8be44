import type { TestName } from './catalogue.ts';

/** What is known of a cluster before a test is planned. */
export interface VerifyCluster {
  /** Cluster id; the context where it is no member. */
  readonly name: string;
  readonly context: string;
  readonly isMember: boolean;
  readonly components: readonly string[];
  /** A simulated one, of `mcs sandbox`. */
  readonly isSandbox: boolean;
  /** Ready nodes: the active gateway, and one that is no gateway. */
  readonly gateway?: string;
  readonly other?: string;
  /** Why services of the run's namespace are not imported there. */
  readonly importRefusal?: string;
}

export type Role = 'gateway' | 'other';

/** Where a test calls from. */
export interface Caller {
  readonly cluster: string;
  /** Kind of node; anywhere by default. */
  readonly role?: Role;
  /** From the node itself instead of from a pod on it. */
  readonly isNode?: boolean;
}

/** Whom a test calls: a test server by its pod, or a name. */
export type Target = { readonly cluster: string; readonly pod: string } | { readonly name: string };

/** What is tried, and what is to come of it. */
export type Ask =
  | { readonly kind: 'name'; readonly name: string; readonly type: 'address' | 'SRV' | 'local'; readonly answers: number; /** Service whose ClusterIP the answer is to be. */ readonly isAddressOf?: string }
  | { readonly kind: 'call'; readonly target: Target; readonly answeredBy: readonly string[]; readonly times: number; /** The server is to see the caller's own address. */ readonly keepsSource: boolean };

/** Stages follow one another; what is between them changes the clusters. */
export const STAGES = ['before', 'exported', 'withdrawn'] as const;
export type Stage = (typeof STAGES)[number];

/** Disturbances, each a stage of its own. */
export interface Disruption {
  readonly test: 'gateway-restart' | 'gateway-move';
  readonly cluster: string;
}

/** One test of a run. */
export interface PlannedTest {
  readonly name: TestName;
  /** `west (gateway) to east (other)` */
  readonly where: string;
  /** All clusters that it takes. */
  readonly clusters: readonly string[];
  readonly from: Caller;
  readonly stage: Stage | Disruption;
  readonly asks: readonly Ask[];
  /** Service that it is about, for `mcs trace`. */
  readonly service?: string;
  /** Why it is not run. */
  readonly skip?: string;
}
