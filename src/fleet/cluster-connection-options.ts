import type { Clock } from '../base/clock.ts';
import type { Startable } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import type { KubeClient } from '../kube/client.ts';
import type { FleetCluster } from './fleet-cluster.ts';
import type { StoreKubeconfig } from './held-credential.ts';

export interface ClusterConnectionOptions<S extends Startable> {
  readonly cluster: FleetCluster;
  /** Text of a kubeconfig; undefined where there is none. */
  readonly readKubeconfig: (cluster: FleetCluster, signal: AbortSignal) => Promise<string | undefined>;
  /** Keeps a renewed kubeconfig; undefined for clusters whose credentials others renew. */
  readonly storeKubeconfig: (cluster: FleetCluster) => StoreKubeconfig | undefined;
  readonly pollIntervalMs: number;
  readonly createSession: (cluster: FleetCluster, client: KubeClient) => S;
  /** State, message or session is another. */
  readonly onChange: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly env: NodeJS.ProcessEnv;
  readonly userAgent: string;
  readonly maxConnections: number;
}
