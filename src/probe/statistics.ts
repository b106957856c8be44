/** What a series of measurements comes to, in the unit of its values. */
export interface Summary {
  readonly count: number;
  readonly min: number;
  readonly mean: number;
  readonly max: number;
  /** Of the population: the values are all there are. */
  readonly stddev: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** The smallest value that at least `share` of the sorted values do not exceed (nearest rank). */
export function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

/** Sums up one or more values; undefined for none. */
export function summarize(values: readonly number[]): Summary | undefined {
  if (values.length === 0) return undefined;
  const sorted = Float64Array.from(values).sort();
  const count = sorted.length;
  const mean = sorted.reduce((sum, value) => sum + value, 0) / count;
  const variance = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
  return { count, min: sorted[0] ?? 0, mean, max: sorted[count - 1] ?? 0, stddev: Math.sqrt(variance), p50: percentile(sorted, 0.5), p95: percentile(sorted, 0.95), p99: percentile(sorted, 0.99) };
}
