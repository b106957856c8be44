import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Figures of the controller. */
export interface ControllerMetrics {
  /** Called before each scrape. */
  readonly observe: (read: () => ControllerFigures) => void;
  propagated(direction: 'export' | 'import', seconds: number): void;
  failed(direction: string): void;
  rejected(reason: string): void;
}

export interface ControllerFigures {
  readonly exports: number;
  readonly imports: number;
  readonly queueDepth: number;
  readonly brokerConnected: boolean;
  readonly isLeader: boolean;
  /** Seconds since the epoch; undefined while no credential is known. */
  readonly credentialExpiry: number | undefined;
  readonly silentClusters: number;
}

/** Name, meaning and value of each figure. */
export const FIGURES = {
  mcs_exports: ['Services that this cluster exports', ({ exports }: ControllerFigures) => exports],
  mcs_imports: ['ServiceImports that stand in this cluster', ({ imports }: ControllerFigures) => imports],
  mcs_queue_depth: ['Keys that wait or are worked on', ({ queueDepth }: ControllerFigures) => queueDepth],
  mcs_broker_connected: ['Whether the watches of the broker are open (1) or not (0)', ({ brokerConnected }: ControllerFigures) => Number(brokerConnected)],
  mcs_leader: ['Whether this process is the active one', ({ isLeader }: ControllerFigures) => Number(isLeader)],
  mcs_credential_expiry_seconds: ['When the credential for the broker lapses, seconds since the epoch', ({ credentialExpiry }: ControllerFigures) => credentialExpiry ?? 0],
  mcs_silent_clusters: ['Members whose endpoints are withdrawn because they are silent', ({ silentClusters }: ControllerFigures) => silentClusters],
} as const;

export function createControllerMetrics(registry: Registry): ControllerMetrics {
  const registers = [registry];
  const propagation = new Histogram({
    name: 'mcs_propagation_seconds',
    help: 'Time from the first event of a change until its objects are written',
    labelNames: ['direction'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60],
    registers,
  });
  const failures = new Counter({ name: 'mcs_reconcile_failures_total', help: 'Tries that failed', labelNames: ['direction'], registers });
  const rejections = new Counter({ name: 'mcs_rejections_total', help: 'Parts of other members\' records that were refused', labelNames: ['reason'], registers });
  return {
    observe: (read) => {
      for (const [name, [help, value]] of Object.entries(FIGURES)) {
        new Gauge({ name, help, registers, collect() { this.set(value(read())); } });
      }
    },
    propagated: (direction, seconds) => propagation.observe({ direction }, seconds),
    failed: (direction) => failures.inc({ direction }),
    rejected: (reason) => rejections.inc({ reason }),
  };
}
