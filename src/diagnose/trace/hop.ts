/** The way of a service from where it runs to where it is called, in this order. */
export const HOPS = ['service', 'export', 'broker', 'import', 'slices', 'clusterset-ip', 'name-server', 'cluster-dns', 'pod-answer', 'endpoints', 'vip'] as const;
export type HopId = (typeof HOPS)[number];

export const HOP_TITLES: Readonly<Record<HopId, string>> = {
  service: 'Service',
  export: 'Export',
  broker: 'Copy on the broker',
  import: 'Import',
  slices: 'Endpoints',
  'clusterset-ip': 'Clusterset IP',
  'name-server': 'Name server of mcs',
  'cluster-dns': 'DNS of the cluster',
  'pod-answer': 'Answer in a pod',
  endpoints: 'TCP to each endpoint',
  vip: 'TCP through the clusterset IP',
};

/** `untested`: the evidence says why. `not reached`: an earlier hop is broken. */
export type HopState = 'ok' | 'warning' | 'broken' | 'untested' | 'not reached';

/** What a judgement says of one hop. */
export interface Verdict {
  readonly state: Exclude<HopState, 'not reached'>;
  /** What was seen, one fact a line. */
  readonly evidence: readonly string[];
  /** Seconds that the object came behind what it follows; where it is broken, how long it has been behind. */
  readonly lagSeconds?: number;
  /** Runnable commands that cure it, best first. */
  readonly fix?: readonly string[];
  /** Who has to act, where that is not the usual owner of the hop. */
  readonly owner?: string;
}

export interface Hop {
  readonly id: HopId;
  readonly title: string;
  readonly state: HopState;
  /** Cluster in which it is. */
  readonly cluster: string;
  /** Kind and name of the object. */
  readonly object: string;
  /** The program or the person whose part it is. */
  readonly owner: string;
  readonly evidence: readonly string[];
  readonly lagSeconds?: number;
  readonly fix: readonly string[];
}

/** The way of a service from one exporter to one cluster that calls it. */
export interface TracePath {
  /** Cluster whose pods call. */
  readonly from: string;
  /** Cluster that exports. */
  readonly to: string;
  readonly hops: readonly Hop[];
  /** The first broken hop. */
  readonly brokenAt?: HopId;
}

export const ok = (...evidence: readonly string[]): Verdict => ({ state: 'ok', evidence });
export const untested = (...evidence: readonly string[]): Verdict => ({ state: 'untested', evidence });
export const warning = (evidence: readonly string[], fix: readonly string[] = []): Verdict => ({ state: 'warning', evidence, fix });
export const broken = (evidence: readonly string[], fix: readonly string[] = []): Verdict => ({ state: 'broken', evidence, fix });

/** Where a hop is and whose it is. */
export type HopPlace = Pick<Hop, 'cluster' | 'object' | 'owner'>;
