import { Flags } from '@oclif/core';
import { randomBytes } from 'node:crypto';
import { ERROR_CODES } from '../base/error-codes.ts';
import { McsError } from '../base/errors.ts';
import { combineExitCodes } from '../base/exit-codes.ts';
import { describeApiError } from '../kube/describe-api-error.ts';
import type { BenchmarkSettings } from '../verify/benchmark/objects.ts';
import { type BenchmarkReport, describeManifests, type PreparedBenchmark, prepareBenchmark, runBenchmark } from '../verify/benchmark/run-benchmark.ts';
import { BaseCommand } from './base-command.ts';
import { chooseBenchmarkClusters } from './benchmark-clusters.ts';
import { type ClusterSelection, connectCluster, type ConnectedCluster } from './connect.ts';
import { parseDuration } from './duration.ts';
import { clusterFlags, dryRunFlags } from './flags.ts';
import { benchmarkRemarks, benchmarkSections } from './present-benchmark.ts';

/** A second cluster beside that of `clusterFlags`. */
export const secondClusterFlags = {
  tocontext: Flags.string({ summary: 'Context of the second cluster', helpGroup: 'CLUSTER' }),
  toconfig: Flags.string({ summary: 'Kubeconfig file of the second cluster (default: that of the first)', helpGroup: 'CLUSTER' }),
};

export const benchmarkFlags = {
  ...clusterFlags,
  ...secondClusterFlags,
  contexts: Flags.string({ summary: 'Both contexts, separated by a comma', helpGroup: 'CLUSTER', exclusive: ['context'] }),
  'intra-cluster': Flags.boolean({ summary: 'Within one cluster, from a node to the gateway (the default without a second cluster)', helpGroup: 'CLUSTER' }),
  ...dryRunFlags,
  verbose: Flags.boolean({ summary: 'Print each measurement in full too', helpGroup: 'OUTPUT' }),
  duration: Flags.string({ default: '10s', summary: 'Time of each measurement' }),
  timeout: Flags.string({ default: '60s', summary: 'Longest wait for a pod to start' }),
};

interface BenchmarkFlags extends ClusterSelection {
  readonly tocontext?: string | undefined;
  readonly toconfig?: string | undefined;
  readonly contexts?: string | undefined;
  readonly 'intra-cluster': boolean;
  readonly 'dry-run': boolean;
  readonly output: 'table' | 'json' | 'yaml';
  readonly verbose: boolean;
  readonly duration: string;
  readonly timeout: string;
}

/** What `mcs benchmark ...` commands share. */
export abstract class BenchmarkCommand extends BaseCommand {
  protected override interruption(): McsError {
    return new McsError('MCS_INTERRUPTED', 'Stopped: the pods of the benchmark are removed');
  }

  protected async benchmark(kind: BenchmarkSettings['kind'], flags: BenchmarkFlags, streams = 1): Promise<void> {
    const settings = { kind, streams, seconds: parseDuration(flags.duration) / 1000, startSeconds: parseDuration(flags.timeout) / 1000 };
    const [from, to] = chooseBenchmarkClusters(flags);
    await this.withClusters(to === undefined ? [from] : [from, to], async ([first, second]) => {
      if (first === undefined) return;
      const prepared = await prepareBenchmark(kind, second ? [first, second] : [first], this.signal);
      await this.#run(prepared, settings, flags);
    });
  }

  /** Connects the clusters in turn, and closes all connections when `use` is done. */
  protected async withClusters(selections: readonly ClusterSelection[], use: (clusters: readonly ConnectedCluster[]) => Promise<void>): Promise<void> {
    const connected: ConnectedCluster[] = [];
    try {
      for (const selection of selections) connected.push(await connectCluster(selection, this.version));
      await use(connected);
    } catch (error) {
      throw describeApiError(error, { verb: 'measure in', object: connected.map(({ context }) => `"${context}"`).join(', '), server: connected.map(({ client }) => client.server).join(', ') });
    } finally {
      for (const { client } of connected) client.close();
    }
  }

  /** Of a run alone. */
  protected makeNamespace(): string {
    return `mcs-benchmark-${randomBytes(4).toString('hex')}`;
  }

  /** What a dry run would write. */
  protected async showManifests(plan: object, manifests: string, output: 'table' | 'json' | 'yaml'): Promise<void> {
    if (output === 'json') await this.present({ dryRun: true, ...plan, manifests }, 'json', { table: () => manifests });
    else process.stdout.write(manifests);
  }

  async #run(prepared: PreparedBenchmark, settings: BenchmarkSettings, flags: BenchmarkFlags): Promise<void> {
    const namespace = this.makeNamespace();
    if (flags['dry-run']) return this.showManifests(prepared.plan, describeManifests(prepared, settings, namespace), flags.output);
    await this.#show(await runBenchmark(prepared, { settings, namespace, runTasks: this.tasks, signal: this.signal }), flags);
  }

  async #show(report: BenchmarkReport, { output, verbose }: BenchmarkFlags): Promise<void> {
    if (verbose) for (const result of report.results) this.note(JSON.stringify(result));
    await this.presentSections(report, output, benchmarkSections(report));
    for (const remark of benchmarkRemarks(report)) this.note(remark);
    const errors = report.results.flatMap(({ error }) => error ?? []);
    const hints = [...new Set(errors.flatMap((error) => error.hints))];
    if (hints.length > 0) this.next(...hints);
    process.exitCode = combineExitCodes(errors.map(({ code }) => ERROR_CODES[code].exitCode));
  }
}
