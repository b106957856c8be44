import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { MirrorPreset } from './settings.ts';

/** Present state of a mirror, for its gauges. */
export interface MirrorFigures {
  /** By source, then by kind (`Service`, `EndpointSlice`, `Endpoints`). */
  readonly objects: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** By source: whether it is followed. */
  readonly synced: ReadonlyMap<string, boolean>;
  /** Number by reason. */
  readonly problems: ReadonlyMap<string, number>;
  readonly queueDepth: number;
  readonly isLeader: boolean;
}

export interface MirrorMetrics {
  /** Asks for the present state whenever the metrics are read. */
  observe(read: () => MirrorFigures): void;
  lag(source: string, seconds: number): void;
  sourceFailed(source: string): void;
  /** One try of one key. */
  tried(): void;
  tryFailed(): void;
  /** A source that is no longer configured has no figures any more. */
  forget(source: string): void;
}

/** The metrics of a mirror; under the reflector preset also those that service-reflector has. */
export function createMirrorMetrics(registry: Registry, preset: MirrorPreset = 'none'): MirrorMetrics {
  const registers = [registry];
  const lag = new Histogram({
    name: 'mcs_mirror_lag_seconds',
    help: 'Time from the first event of a change in a source until its mirror is written',
    labelNames: ['source'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60],
    registers,
  });
  const errors = new Counter({ name: 'mcs_mirror_source_errors_total', help: 'Lists and watches of a source that failed', labelNames: ['source'], registers });
  const attempts = preset === 'reflector' ? new Counter({ name: 'service_reflector_reconcile_attempts_total', help: 'Tries to bring a mirror in line', registers }) : undefined;
  const failures = preset === 'reflector' ? new Counter({ name: 'service_reflector_reconcile_errors_total', help: 'Tries that failed', registers }) : undefined;
  return {
    observe: (read) => observeFigures(registry, read),
    lag: (source, seconds) => lag.observe({ source }, seconds),
    sourceFailed: (source) => errors.inc({ source }),
    tried: () => attempts?.inc(),
    tryFailed: () => failures?.inc(),
    forget: (source) => {
      lag.remove({ source });
      errors.remove({ source });
    },
  };
}

function observeFigures(registry: Registry, read: () => MirrorFigures): void {
  const registers = [registry];
  new Gauge({
    name: 'mcs_mirror_objects',
    help: 'Objects that stand in the target, by the source that they come from',
    labelNames: ['source', 'kind'],
    registers,
    collect() {
      this.reset();
      for (const [source, kinds] of read().objects) for (const [kind, count] of kinds) this.set({ source, kind }, count);
    },
  });
  new Gauge({
    name: 'mcs_mirror_source_synced',
    help: 'Whether a source is followed (1) or not (0)',
    labelNames: ['source'],
    registers,
    collect() {
      this.reset();
      for (const [source, isSynced] of read().synced) this.set({ source }, Number(isSynced));
    },
  });
  new Gauge({
    name: 'mcs_mirror_problems',
    help: 'Services that are not mirrored, or not as they are in the source',
    labelNames: ['reason'],
    registers,
    collect() {
      this.reset();
      for (const [reason, count] of read().problems) this.set({ reason }, count);
    },
  });
  new Gauge({ name: 'mcs_mirror_queue_depth', help: 'Keys that wait or are worked on', registers, collect() { this.set(read().queueDepth); } });
  new Gauge({ name: 'mcs_mirror_leader', help: 'Whether this process is the active one', registers, collect() { this.set(Number(read().isLeader)); } });
}
