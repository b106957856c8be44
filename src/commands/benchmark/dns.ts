import { Flags } from '@oclif/core';
import { ERROR_CODES } from '../../base/error-codes.ts';
import { McsError } from '../../base/errors.ts';
import { combineExitCodes } from '../../base/exit-codes.ts';
import { BenchmarkCommand } from '../../cli/benchmark-command.ts';
import { parseDuration } from '../../cli/duration.ts';
import { clusterFlags, dryRunFlags } from '../../cli/flags.ts';
import { dnsRemarks, dnsSections } from '../../cli/present-dns-load.ts';
import { splitList } from '../../cli/split-list.ts';
import { describeDnsBenchmark, prepareDnsBenchmark, runDnsBenchmark } from '../../verify/dns/run-dns-benchmark.ts';

/** Name servers of a cluster in use are not to be asked for hours. */
const MAX_SECONDS = 300;

export default class BenchmarkDns extends BenchmarkCommand {
  static override readonly summary = 'Measure how fast names are answered in a pod of each cluster';
  static override readonly description = `Asks the cluster's own DNS for the names of shared services, for one that is missing, and for a name of cluster.local to compare with; then mcs-dns itself. One pod of the installed image asks, in a namespace of its own, which is removed at the end, also after Ctrl-C.

The name servers answer everybody else meanwhile: it asks no more than --rate questions a second, with --clients under way at most. Raise both with care.`;
  static override readonly examples = ['<%= config.bin %> benchmark dns', '<%= config.bin %> benchmark dns --contexts west,east -o json', '<%= config.bin %> benchmark dns --context west --rate 5000 --clients 16 --duration 30s'];

  static override readonly flags = {
    ...clusterFlags,
    contexts: Flags.string({ summary: 'Contexts, separated by commas: one cluster after the other', helpGroup: 'CLUSTER', exclusive: ['context'] }),
    ...dryRunFlags,
    rate: Flags.integer({ default: 200, min: 1, max: 20_000, summary: 'Most questions per second' }),
    clients: Flags.integer({ default: 4, min: 1, max: 64, summary: 'Questions under way at the same time' }),
    duration: Flags.string({ default: '5s', summary: 'Time for each sort of names, up to 5m' }),
    timeout: Flags.string({ default: '60s', summary: 'Longest wait for a pod to start' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(BenchmarkDns);
    const seconds = parseDuration(flags.duration) / 1000;
    if (seconds > MAX_SECONDS) throw new McsError('MCS_USAGE', `Cannot use --duration "${flags.duration}": the longest is ${MAX_SECONDS / 60}m`);
    const settings = { seconds, clients: flags.clients, rate: flags.rate, startSeconds: parseDuration(flags.timeout) / 1000 };
    const selections = (splitList(flags.contexts) ?? [flags.context]).map((context) => ({ kubeconfig: flags.kubeconfig, as: flags.as, context }));
    await this.withClusters(selections, async (clusters) => {
      const namespace = this.makeNamespace();
      const sites = await Promise.all(clusters.map((cluster) => prepareDnsBenchmark(cluster, namespace, this.signal)));
      if (flags['dry-run']) return this.showManifests({ sites: sites.map(({ context, groups }) => ({ context, groups })) }, describeDnsBenchmark(sites, settings, namespace), flags.output);
      const report = await runDnsBenchmark(sites, { settings, namespace, runTasks: this.tasks, signal: this.signal });
      await this.presentSections(report, flags.output, dnsSections(report));
      for (const remark of dnsRemarks(report)) this.note(remark);
      process.exitCode = combineExitCodes(report.results.flatMap(({ error }) => (error === undefined ? [] : [ERROR_CODES[error.code].exitCode])));
    });
  }
}
