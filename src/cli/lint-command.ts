import { Flags } from '@oclif/core';
import { McsError } from '../base/errors.ts';
import { combineExitCodes, EXIT, type ExitCode, exitCodeOfFindings } from '../base/exit-codes.ts';
import { keysOf, lint, type LintInput, type LintSubject, readSubject } from '../inspect/lint/lint.ts';
import { type ReadFacts, readLintFacts } from '../inspect/lint/read-lint-facts.ts';
import { NO_FACTS } from '../inspect/lint/lint-facts.ts';
import type { Fleet } from '../inspect/survey-fleet.ts';
import { FleetCommand, unreadExitCode } from './fleet-command.ts';
import { clusterFlags, failOnFlag, fleetFlags, outputFlags, type OutputFormat } from './flags.ts';
import { loadKnownClusters } from './known-clusters.ts';
import { splitList } from './split-list.ts';
import { formatLint, makeLintReport } from './present-lint.ts';

export const lintFlags = {
  ...outputFlags,
  kubeconfig: clusterFlags.kubeconfig,
  as: clusterFlags.as,
  context: Flags.string({ summary: 'Cluster to which the files are going to be applied (default: the current context)', helpGroup: 'CLUSTER' }),
  contexts: Flags.string({ summary: 'Clusters to compare with, separated by commas (default: all contexts)', helpGroup: 'CLUSTER' }),
  'all-contexts': fleetFlags['all-contexts'],
  offline: Flags.boolean({ summary: 'Ask no cluster', helpGroup: 'CLUSTER', exclusive: ['context', 'contexts', 'all-contexts'] }),
  namespace: Flags.string({ char: 'n', summary: 'Namespace of objects that name none (default: that of the context)' }),
  'fail-on': failOnFlag('errors'),
};

interface LintOptions {
  readonly output: OutputFormat;
  readonly kubeconfig?: string | undefined;
  readonly as?: string | undefined;
  readonly context?: string | undefined;
  readonly contexts?: string | undefined;
  readonly offline: boolean;
  readonly namespace?: string | undefined;
  readonly 'fail-on': 'error' | 'warning';
}

interface Target {
  readonly context: string;
  readonly namespace: string;
}

interface Asked extends ReadFacts {
  readonly exitCode: ExitCode;
}

const OFFLINE: Asked = { facts: NO_FACTS, source: 'nowhere', exitCode: EXIT.ok };

/** Compares files with what clusters have. */
export abstract class LintCommand extends FleetCommand {
  protected async lint(inputs: readonly LintInput[], flags: LintOptions): Promise<void> {
    const target = flags.offline ? undefined : await findTarget(flags);
    const subject = readSubject(inputs, flags.namespace ?? target?.namespace ?? 'default');
    const { facts, source, exitCode } = target === undefined || keysOf(subject).length === 0 ? OFFLINE : await this.#ask(subject, target, flags);
    const { services, exports, imports, slices, ignored } = subject.objects;
    const checked = services.length + exports.length + imports.length + slices.length;
    const report = makeLintReport(lint(subject, facts), { checked, ignored }, source);
    await this.present(report, flags.output, { table: () => formatLint(report) });
    process.exitCode = combineExitCodes([exitCodeOfFindings({ failures: report.summary.errors, warnings: report.summary.warnings }, flags['fail-on']), exitCode]);
  }

  #ask(subject: LintSubject, target: Target, { context, contexts, kubeconfig, as }: LintOptions): Promise<Asked> {
    const selection = { kubeconfig, as, ...(contexts !== undefined && { contexts: [...new Set([...(splitList(contexts) ?? []), target.context])].join() }) };
    return this.withFleet(selection, async (fleet) => {
      this.#remark(fleet, target);
      const isNamed = context !== undefined || contexts !== undefined; // others need not answer
      return { ...(await readLintFacts(fleet, target.context, keysOf(subject), this.signal)), exitCode: isNamed ? unreadExitCode(fleet) : EXIT.ok };
    });
  }

  #remark({ clusters, unread, leftOut }: Fleet, target: Target): void {
    for (const { context, error } of unread) this.note(`Not compared with "${context}": ${error.message}`);
    const isRead = [...clusters.map(({ context }) => context), ...unread.map(({ context }) => context)].includes(target.context);
    const reason = leftOut.find(({ context }) => context === target.context)?.reason;
    if (!isRead && reason !== undefined) this.note(`Not compared with "${target.context}", to which the files would be applied: ${reason}`);
  }
}

/** The cluster that `kubectl apply` would use; undefined where no kubeconfig is there and none was named. */
async function findTarget({ kubeconfig, context, contexts }: LintOptions): Promise<Target | undefined> {
  try {
    const { context: name, namespace } = (await loadKnownClusters(kubeconfig, process.env)).get(context);
    return { context: name, namespace };
  } catch (error) {
    const isNamed = [kubeconfig, context, contexts].some((flag) => flag !== undefined);
    const isAbsent = error instanceof McsError && (error.code === 'MCS_NO_KUBECONFIG' || error.code === 'MCS_UNKNOWN_CONTEXT');
    if (isNamed || !isAbsent) throw error;
    return undefined;
  }
}
