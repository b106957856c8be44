/** `off`: not there because nobody asked for it. `unknown`: what would tell it could not be read. */
export type Verdict = 'ok' | 'bad' | 'unknown' | 'off';

/** One aspect of the way from one cluster to another. */
export interface Aspect<State extends string = string> {
  readonly verdict: Verdict;
  readonly state: State;
  /** Why; empty where nothing is to be said. */
  readonly message: string;
}

/** A cluster of the matrix. */
export interface MatrixCluster {
  /** Its id, with the context where several clusters have the same id. */
  readonly cluster: string;
  readonly clusterID: string;
  /** Absent where it is known from the Endpoints and brokers of others only. */
  readonly context?: string;
}
