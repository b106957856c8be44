import { Flags } from '@oclif/core';
import { McsError } from '../base/errors.ts';
import type { Looked } from '../base/looked.ts';
import type { PodSettings } from '../diagnose/probes/pod-settings.ts';
import type { FleetSelection } from './connect.ts';
import { failOnFlag, fleetFlags, OUTPUT_FORMATS, yesFlags } from './flags.ts';

/** `junit` and `sarif` are for the test reports and code scanners of build servers. */
export const REPORT_FORMATS = [...OUTPUT_FORMATS, 'junit', 'sarif'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

export const diagnoseFlags = {
  ...fleetFlags,
  ...yesFlags,
  from: Flags.string({ summary: 'Archive of "mcs gather" to look at, in place of clusters', helpGroup: 'CLUSTER' }),
  output: Flags.option({ char: 'o', options: REPORT_FORMATS, default: 'table' as const, summary: 'Form of the result', helpGroup: 'OUTPUT' })(),
  'fail-on': failOnFlag('failed checks'),
  only: Flags.string({ multiple: true, delimiter: ',', summary: 'Only these checks: ids, beginnings of ids (MCS-DNS) or topics', helpGroup: 'CHECKS' }),
  skip: Flags.string({ multiple: true, delimiter: ',', summary: 'Not these checks', helpGroup: 'CHECKS' }),
  suppress: Flags.string({ multiple: true, delimiter: ',', summary: 'Findings that are known, as in MCS-NET-02=west: shown, but no failure any more', helpGroup: 'CHECKS' }),
  timeout: Flags.string({ default: '20s', summary: 'Longest time for the checks of one cluster', helpGroup: 'CHECKS' }),
  pods: Flags.boolean({ default: true, allowNo: true, summary: 'Run pods for some seconds; without them, what they test is left out and said to be', helpGroup: 'CHECKS' }),
  watch: Flags.boolean({ summary: 'Check again and again, and show what changes, until Ctrl-C', helpGroup: 'CHECKS', exclusive: ['fix'] }),
  interval: Flags.string({ default: '5s', summary: 'Pause between two rounds of --watch', helpGroup: 'CHECKS' }),
  fix: Flags.boolean({ summary: 'Show the changes that cure what was found, ask, and make them', helpGroup: 'CHECKS' }),
};

export interface DiagnoseFlags extends FleetSelection {
  readonly from?: string | undefined;
  readonly output: ReportFormat;
  readonly 'fail-on': 'error' | 'warning';
  readonly only?: readonly string[] | undefined;
  readonly skip?: readonly string[] | undefined;
  readonly suppress?: readonly string[] | undefined;
  readonly timeout: string;
  readonly pods: boolean;
  readonly watch?: boolean | undefined;
  readonly interval: string;
  readonly fix?: boolean | undefined;
  readonly yes?: boolean | undefined;
  readonly 'all-contexts': boolean;
  readonly 'in-cluster'?: boolean | undefined;
  readonly report?: string | undefined;
}

const LIVE_FLAGS = ['context', 'contexts', 'all-contexts', 'kubeconfig', 'as', 'in-cluster', 'watch', 'fix'] as const;

/** Throws MCS_USAGE where an archive and what needs a cluster are both asked for. */
export function refuseBesideArchive(flags: Partial<Record<(typeof LIVE_FLAGS)[number], unknown>>): void {
  // not by oclif's `exclusive`, which would fill the line of usage with them
  const live = LIVE_FLAGS.find((name) => flags[name] !== undefined && flags[name] !== false);
  if (live !== undefined) throw new McsError('MCS_USAGE', `Cannot use --${live} with --from: an archive has its own clusters, as they were`);
}

/** For each question of a pod, ms: an answer that takes longer is none to a program that waits for it. */
const TRY_MS = 2000;

/** How a run of checks may run pods, so that their answers are there before its time is over; or why it runs none. */
export function podsFor({ from, pods, watch }: Pick<DiagnoseFlags, 'from' | 'pods' | 'watch'>, { deadlineMs, env, progress, runID }: Pick<PodSettings, 'progress' | 'runID'> & { readonly deadlineMs: number; readonly env: NodeJS.ProcessEnv }): Looked<PodSettings> {
  if (from !== undefined) return { reason: 'an archive has none' };
  if (env.MCS_IN_CLUSTER_CONTEXT !== undefined) return { reason: 'with --in-cluster there is the right to read only' };
  if (!pods) return { reason: '--no-pods' };
  if (watch === true) return { reason: 'with --watch each round would take some' };
  // what a pod waits for at its end stands in the result
  return { found: { runID, startMs: deadlineMs * 0.4, tryMs: Math.min(TRY_MS, deadlineMs / 10), progress } };
}

/** For `diagnose all`. */
export const reportFlags = {
  report: Flags.string({ summary: 'Write a page for a browser to this file, beside the result: faults, matrix, topology, latency, all checks', helpGroup: 'OUTPUT', helpValue: 'FILE.html' }),
};

/** For `diagnose all`: the checks as they look from a pod. */
export const inClusterFlags = {
  'in-cluster': Flags.boolean({ summary: 'Run the checks in a pod of the chosen cluster, with rights to read only', helpGroup: 'CLUSTER', exclusive: ['watch', 'fix'] }),
};
