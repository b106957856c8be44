import type { BenchmarkReport, LegResult } from '../verify/benchmark/run-benchmark.ts';
import type { Section } from './sections.ts';

/** A program that uses this much of a CPU may be slower than the network. */
const BUSY_CPU = 0.9;

const UNITS = ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s', 'Tbit/s'] as const;

/** `9.41 Gbit/s` */
export function formatRate(bitsPerSecond: number): string {
  const step = Math.max(0, Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bitsPerSecond)) / 3)));
  return `${(bitsPerSecond / 1000 ** step).toFixed(2)} ${UNITS[step] ?? ''}`;
}

/** `312 us`, `4.20 ms` */
export function formatMicroseconds(value: number): string {
  return value < 1000 ? `${value.toFixed(0)} us` : `${(value / 1000).toFixed(2)} ms`;
}

const placeOf = ({ cluster, node }: LegResult['from']): string => `${cluster}/${node}`;

function throughputCells({ error, throughput }: LegResult): readonly string[] {
  if (throughput === undefined) return [error?.code ?? '-', '-', '-'];
  return [formatRate(throughput.bitsPerSecond), String(throughput.streams.length), `${throughput.seconds.toFixed(1)} s`];
}

function latencyCells({ error, latency }: LegResult): readonly string[] {
  if (latency === undefined) return [error?.code ?? '-', '-', '-', '-', '-', '-', '-'];
  const { max, mean, min, p50, p99, stddev } = latency.microseconds;
  return [...[min, mean, p50, p99, max, stddev].map(formatMicroseconds), latency.transactionsPerSecond.toFixed(0)];
}

/** The measurements as a table. */
export function benchmarkSections({ kind, results }: BenchmarkReport): readonly Section[] {
  const measured = kind === 'throughput' ? ['THROUGHPUT', 'STREAMS', 'TIME'] : ['MIN', 'MEAN', 'P50', 'P99', 'MAX', 'STDDEV', 'TRANSACTIONS/S'];
  const cellsOf = kind === 'throughput' ? throughputCells : latencyCells;
  const rows = results.map((result) => [result.pair, placeOf(result.from), placeOf(result.to), ...cellsOf(result)]);
  return [{ title: kind, columns: ['PAIR', 'FROM', 'TO', ...measured], rows, empty: 'nothing was measured' }];
}

/** One line each for what failed, was left out, or says less than it seems to. */
export function benchmarkRemarks({ results, skipped }: BenchmarkReport): readonly string[] {
  const failed = results.flatMap(({ error, pair }) => (error === undefined ? [] : [`${pair}: ${error.message}`]));
  const busy = results.filter(({ throughput }) => (throughput?.cpu ?? 0) >= BUSY_CPU);
  return [
    ...failed,
    ...skipped.map(({ pair, reason }) => `Left out: ${pair} (${reason})`),
    ...busy.map(({ from, to }) => `${placeOf(from)} to ${placeOf(to)}: the receiving program used a whole CPU, so the network may carry more`),
  ];
}
