import { Flags } from '@oclif/core';
import { combineExitCodes, EXIT } from '../../base/exit-codes.ts';
import { chooseTimedClusters, pairClusters } from '../../cli/benchmark-clusters.ts';
import { BenchmarkCommand, secondClusterFlags } from '../../cli/benchmark-command.ts';
import { parseDuration } from '../../cli/duration.ts';
import { clusterFlags, dryRunFlags } from '../../cli/flags.ts';
import { propagationRemarks, propagationSections } from '../../cli/present-propagation.ts';
import { parseFailIf } from '../../verify/propagation/fail-if.ts';
import { describePropagation } from '../../verify/propagation/manifests.ts';
import { preparePropagation } from '../../verify/propagation/prepare-propagation.ts';
import { runPropagation } from '../../verify/propagation/run-propagation.ts';

export default class BenchmarkPropagation extends BenchmarkCommand {
  static override readonly summary = 'Time how long an export takes to be resolvable and reachable elsewhere';
  static override readonly description = `Exports canaries, one after the other, and times when the copy is on the broker, when import and endpoints are in the other cluster, when all its name servers answer, and when a pod there has a first byte; then how long a changed endpoint and the end of the export take. The name servers are asked themselves, as any cache in between would tell of its own time only.

It makes a namespace with one pod in each cluster and removes it at the end, also after Ctrl-C. --fail-if takes [STAGE.]p50|p95|p99|max>TIME, with the first byte as the stage if none is given; quote it, as > is the shell's. Exit code 3: a limit is exceeded; 5: canaries did not arrive in time.`;
  static override readonly examples = ['<%= config.bin %> benchmark propagation --contexts west,east', '<%= config.bin %> benchmark propagation --context west --tocontext east --count 50 -o json', "<%= config.bin %> benchmark propagation --contexts west,east --fail-if 'p99>2s' --fail-if 'gone.max>5s'"];

  static override readonly flags = {
    ...clusterFlags,
    ...secondClusterFlags,
    contexts: Flags.string({ summary: 'Two or more contexts, separated by commas: from each to each', helpGroup: 'CLUSTER', exclusive: ['context'] }),
    ...dryRunFlags,
    count: Flags.integer({ default: 10, min: 1, max: 1000, summary: 'Canaries of each cluster that exports' }),
    'fail-if': Flags.string({ multiple: true, summary: "Limit that fails the benchmark, as in 'p99>2s' or 'answer.p50>300ms'" }),
    timeout: Flags.string({ default: '60s', summary: 'Longest wait for a pod to start, and for a canary' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(BenchmarkPropagation);
    const limits = (flags['fail-if'] ?? []).map((text) => parseFailIf(text, parseDuration));
    const settings = { count: flags.count, timeoutMs: parseDuration(flags.timeout), limits };
    await this.withClusters(chooseTimedClusters(flags), async (clusters) => {
      const prepared = await preparePropagation(clusters, pairClusters(clusters, flags.contexts !== undefined), this.signal);
      const namespace = this.makeNamespace();
      if (flags['dry-run']) return this.showManifests({ pairs: prepared.pairs }, describePropagation(prepared, settings, namespace), flags.output);
      const report = await runPropagation(prepared, { settings, namespace, runTasks: this.tasks, signal: this.signal });
      await this.presentSections(report, flags.output, propagationSections(report));
      for (const remark of propagationRemarks(report)) this.note(remark);
      const isLost = report.samples.some(({ lost }) => lost.length > 0);
      if (isLost) this.next('mcs diagnose all');
      process.exitCode = combineExitCodes([report.exceeded.length > 0 ? EXIT.checksFailed : EXIT.ok, isLost ? EXIT.timeout : EXIT.ok]);
    });
  }
}
