import { percentile, summarize, type Summary } from '../../probe/statistics.ts';

/**
 * What is timed. The first five begin when the export is sent: its copy is on the broker, its import
 * and its endpoints are in the other cluster, all name servers there answer, and a pod there has a
 * first byte. `change` begins when an endpoint's readiness is written, `gone` when the export is
 * deleted; both end when all name servers of the other cluster say so.
 */
export const STAGES = ['broker', 'import', 'slice', 'answer', 'first-byte', 'change', 'gone'] as const;
export type Stage = (typeof STAGES)[number];

export interface ClusterPair {
  readonly from: string;
  readonly to: string;
}

/** One canary between two clusters: ms of what came in time. */
export interface Sample extends ClusterPair {
  readonly canary: string;
  readonly milliseconds: Readonly<Partial<Record<Stage, number>>>;
  /** The stages that did not come in time. */
  readonly lost: readonly Stage[];
}

export interface StageTimes extends Summary {
  /** How many did not come in time; the rest says nothing of them. */
  readonly lost: number;
}

/** What all canaries between two clusters come to, ms. */
export interface PairTimes extends ClusterPair {
  /** Stages that were not timed, or that no canary reached, are absent. */
  readonly stages: Readonly<Partial<Record<Stage, StageTimes>>>;
  /** How many did not come in time, by stage. */
  readonly lost: Readonly<Partial<Record<Stage, number>>>;
}

const isOf = ({ from, to }: ClusterPair) => (other: ClusterPair): boolean => other.from === from && other.to === to;

/** Times of one stage of a pair; what was lost counts as endless. */
export function timesOf(samples: readonly Sample[], pair: ClusterPair, stage: Stage): readonly number[] {
  return samples.filter(isOf(pair)).flatMap(({ lost, milliseconds }) => (lost.includes(stage) ? [Infinity] : (milliseconds[stage] ?? [])));
}

function sumUpPair(samples: readonly Sample[], pair: ClusterPair): PairTimes {
  const stages: Partial<Record<Stage, StageTimes>> = {};
  const lost: Partial<Record<Stage, number>> = {};
  for (const stage of STAGES) {
    const times = timesOf(samples, pair, stage);
    const came = times.filter(Number.isFinite);
    const summary = summarize(came);
    if (summary !== undefined) stages[stage] = { ...summary, lost: times.length - came.length };
    if (came.length < times.length) lost[stage] = times.length - came.length;
  }
  return { ...pair, stages, lost };
}

/** The times of each pair. */
export function sumUp(samples: readonly Sample[], pairs: readonly ClusterPair[]): readonly PairTimes[] {
  return pairs.map((pair) => sumUpPair(samples, pair));
}

/** What a limit is about. */
export const MEASURES = ['p50', 'p95', 'p99', 'max'] as const;
export type Measure = (typeof MEASURES)[number];
const SHARES: Readonly<Record<Measure, number>> = { p50: 0.5, p95: 0.95, p99: 0.99, max: 1 };

/** One measure of times, of which some may be endless; undefined for none. */
export function measureOf(times: readonly number[], measure: Measure): number | undefined {
  return times.length === 0 ? undefined : percentile(Float64Array.from(times).sort(), SHARES[measure]);
}
