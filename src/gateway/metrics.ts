import { Gauge, Histogram, Counter, type Registry } from 'prom-client';
import type { ConnectionState } from '../api/types/index.ts';
import type { RoundTripFigures } from './health/round-trips.ts';

/** One other cluster, as a scrape shows it. */
export interface RemoteFigures {
  readonly cluster: string;
  readonly state: ConnectionState;
  readonly roundTrips: RoundTripFigures | undefined;
  readonly loss: number | undefined;
  readonly pathMtu: number | undefined;
}

export interface GatewayFigures {
  readonly role: 'active' | 'passive' | 'worker';
  readonly remotes: readonly RemoteFigures[];
}

/** Figures of a gateway agent. */
export interface GatewayMetrics {
  /** Called before each scrape. */
  observe(read: () => GatewayFigures): void;
  applied(seconds: number, changes: number): void;
  applyFailed(): void;
}

const ROLES = ['active', 'passive', 'worker'] as const;
const STATES: readonly ConnectionState[] = ['connecting', 'connected', 'error', 'none'];

type Scrape = (read: () => GatewayFigures) => void;

function observeRoles(registers: Registry[]): Scrape {
  return (read) => {
    new Gauge({ name: 'mcs_gateway_role', help: 'Role of the node; 1 for the one that it has', labelNames: ['role'], registers, collect() {
      for (const role of ROLES) this.set({ role }, Number(read().role === role));
    } });
    new Gauge({ name: 'mcs_gateway_connections', help: 'Other clusters, by the state of the way to them', labelNames: ['state'], registers, collect() {
      for (const state of STATES) this.set({ state }, read().remotes.filter((remote) => remote.state === state).length);
    } });
  };
}

function perCluster(name: string, help: string, registers: Registry[], value: (remote: RemoteFigures) => number | undefined): Scrape {
  return (read) => {
    new Gauge({ name, help, labelNames: ['cluster'], registers, collect() {
      this.reset();
      for (const remote of read().remotes) {
        const figure = value(remote);
        if (figure !== undefined) this.set({ cluster: remote.cluster }, figure);
      }
    } });
  };
}

export function createGatewayMetrics(registry: Registry): GatewayMetrics {
  const registers = [registry];
  const apply = new Histogram({ name: 'mcs_gateway_apply_seconds', help: 'Time of a pass over the network of the node', buckets: [0.005, 0.01, 0.05, 0.1, 0.2, 0.5, 1, 5, 10], registers });
  const changes = new Counter({ name: 'mcs_gateway_changes_total', help: 'What has been changed in the network of the node', registers });
  const failures = new Counter({ name: 'mcs_gateway_apply_failures_total', help: 'Passes that failed', registers });
  const scrapes = [
    observeRoles(registers),
    perCluster('mcs_gateway_rtt_seconds', 'Average round trip time to the gateway of another cluster', registers, ({ roundTrips }) => roundTrips && roundTrips.average / 1_000),
    perCluster('mcs_gateway_last_rtt_seconds', 'Last round trip time to the gateway of another cluster', registers, ({ roundTrips }) => roundTrips && roundTrips.last / 1_000),
    perCluster('mcs_gateway_probe_loss_ratio', 'Share of probes that were not answered', registers, ({ loss }) => loss),
    perCluster('mcs_gateway_path_mtu_bytes', 'Largest packet that passes the tunnel', registers, ({ pathMtu }) => pathMtu),
  ];
  return {
    observe: (read) => {
      for (const scrape of scrapes) scrape(read);
    },
    applied: (seconds, count) => {
      apply.observe(seconds);
      changes.inc(count);
    },
    applyFailed: () => failures.inc(),
  };
}
