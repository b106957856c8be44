import type { Clock } from '../base/clock.ts';
import type { Startable } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import type { KubeClient } from '../kube/client.ts';
import type { FleetCluster, FleetConnection, FleetEvent, FleetProblem } from './fleet-cluster.ts';

export interface FleetOptions<S extends Startable> {
  readonly hubClient: KubeClient;
  /** Namespace of the labelled Secrets. */
  readonly hubNamespace: string;
  /** Whether the Clusters of Cluster API, of all namespaces, belong to the fleet. */
  readonly capi: boolean;
  /** Between two readings of a kubeconfig of Cluster API, and two looks whether that API is served, ms. */
  readonly pollIntervalMs: number;
  /**
   * What runs for a cluster, with a client of it. Made when the cluster answers for the first time, and
   * anew when its kubeconfig leads to another server; a new credential for the same server, or an outage,
   * leaves it running. The fleet starts and stops it, and closes the client. A session that fails to
   * start is made again later.
   */
  readonly createSession: (cluster: FleetCluster, client: KubeClient) => S;
  /** After the fact: `clusters()` tells the same. For a `removed` one its last state is given. */
  readonly onCluster: (cluster: FleetCluster, event: FleetEvent) => void;
  /** State, message or session is another: when it is `connected`, `session` has one, unless that could not start. */
  readonly onConnection: (cluster: FleetCluster, connection: FleetConnection) => void;
  /** A last chance to clean up in a cluster that was removed and still answers, before its session stops; it ends by the signal after 10 s. */
  readonly onRemoved?: (cluster: FleetCluster, session: S, signal: AbortSignal) => Promise<void>;
  /** Each new problem once. */
  readonly onProblem?: (problem: FleetProblem) => void;
  /** `hasSynced` has become true: `clusters()` is complete. */
  readonly onSynced?: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Names a proxy for clusters whose kubeconfig names none. */
  readonly env: NodeJS.ProcessEnv;
  /** See `userAgentOf`. */
  readonly userAgent: string;
  /** To each cluster at a time, watches apart. Default 4: with a hundred clusters, what many connections take is most of the memory. */
  readonly maxConnections?: number;
}
