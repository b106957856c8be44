import { describe, expect, it } from '@jest/globals';
import { chooseBenchmarkClusters } from '../../../src/cli/benchmark-clusters.ts';
import { benchmarkRemarks, benchmarkSections, formatMicroseconds, formatRate } from '../../../src/cli/present-benchmark.ts';
import { formatSections } from '../../../src/cli/sections.ts';
import type { BenchmarkReport } from '../../../src/verify/benchmark/run-benchmark.ts';

const leg = { pair: 'node to node', from: { cluster: 'west', node: 'a' }, to: { cluster: 'east', node: 'b' } };

describe('chooseBenchmarkClusters', () => {
  const within = { 'intra-cluster': false };
  it('takes one cluster unless a second is named, in either way', () => {
    expect(chooseBenchmarkClusters({ ...within, context: 'west' })).toHaveLength(1);
    expect(chooseBenchmarkClusters({ ...within, context: 'west', tocontext: 'east' })).toMatchObject([{ context: 'west' }, { context: 'east' }]);
    expect(chooseBenchmarkClusters({ ...within, contexts: 'west,east' })).toMatchObject([{ context: 'west' }, { context: 'east' }]);
    expect(chooseBenchmarkClusters({ ...within, kubeconfig: 'a', toconfig: 'b' })).toMatchObject([{ kubeconfig: 'a' }, { kubeconfig: 'b' }]);
  });

  it.each([[{ contexts: 'a', 'intra-cluster': false }], [{ contexts: 'a,b,c', 'intra-cluster': false }], [{ contexts: 'a,b', 'intra-cluster': true }]])('refuses %j', (flags) => {
    expect(() => chooseBenchmarkClusters(flags)).toThrow('Cannot use --contexts');
  });

  it.each([[{ ...within, tocontext: 'b', contexts: 'a,b' }, '--tocontext with --contexts'], [{ toconfig: 'b', 'intra-cluster': true }, '--toconfig with --intra-cluster']])('refuses a second cluster that is named twice: %j', (flags, expected) => {
    expect(() => chooseBenchmarkClusters(flags)).toThrow(`Cannot use ${expected}`);
  });
});

describe('the table of a benchmark', () => {
  it('shows throughput, and the code of what failed', () => {
    const throughput = { bitsPerSecond: 9.4e9, bytes: 1, seconds: 10, streams: [1, 2], cpu: 0.95 };
    const error = { code: 'MCS_BENCHMARK_UNREACHABLE', message: 'Cannot measure towards 10.0.0.1', hints: [] } as const;
    const report: BenchmarkReport = { kind: 'throughput', results: [{ ...leg, throughput }, { ...leg, error }], skipped: [{ pair: 'gateway to gateway', reason: 'west has none' }] };
    const text = formatSections(benchmarkSections(report));
    expect(text).toMatch(/node to node +west\/a +east\/b +9\.40 Gbit\/s +2 +10\.0 s/);
    expect(text).toContain('MCS_BENCHMARK_UNREACHABLE');
    expect(benchmarkRemarks(report)).toEqual([
      'node to node: Cannot measure towards 10.0.0.1',
      'Left out: gateway to gateway (west has none)',
      'west/a to east/b: the receiving program used a whole CPU, so the network may carry more',
    ]);
  });

  it('shows latency', () => {
    const microseconds = { count: 5, min: 90, mean: 100, max: 4200, stddev: 10, p50: 99, p95: 900, p99: 1500 };
    const text = formatSections(benchmarkSections({ kind: 'latency', results: [{ ...leg, latency: { microseconds, transactionsPerSecond: 10_000.4, seconds: 1 } }], skipped: [] }));
    expect(text).toMatch(/90 us +100 us +99 us +1\.50 ms +4\.20 ms +10 us +10000/);
  });

  it.each([[0, '0.00 bit/s'], [999, '999.00 bit/s'], [1.5e6, '1.50 Mbit/s'], [2e15, '2000.00 Tbit/s']])('formats %d bit/s', (value, text) => {
    expect(formatRate(value)).toBe(text);
    expect(formatMicroseconds(999)).toBe('999 us');
  });
});
