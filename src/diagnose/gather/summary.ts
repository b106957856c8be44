import { count, firstLines } from '../check.ts';
import type { DiagnoseReport } from '../report.ts';
import type { ArchivedCluster, ArchiveIndex } from './archive-format.ts';

/** Lines of evidence of one check. */
const SHOWN = 10;

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ');
const row = (...cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;

function stateOf({ error, leftOut }: ArchivedCluster): string {
  if (error !== undefined) return `not read: ${error.message}`;
  return leftOut === undefined ? 'read' : `left out: ${leftOut}`;
}

function clusterTable({ clusters }: ArchiveIndex): readonly string[] {
  const rows = clusters.map((cluster) => row(cluster.context, cluster.name, stateOf(cluster), cluster.kubernetesVersion ?? '', String(cluster.objects), String(cluster.logs), cluster.folder === undefined ? '' : `clusters/${cluster.folder}`));
  return ['## Clusters', '', row('context', 'cluster', 'state', 'Kubernetes', 'objects', 'logs', 'folder'), '|---|---|---|---|---|---|---|', ...rows];
}

function findings({ clusters, rootCauses, summary }: DiagnoseReport): readonly string[] {
  const causes = rootCauses.map(({ id, cluster, peer, title }) => `- **${id}** ${cluster}${peer === undefined ? '' : ` and ${peer}`}: ${title}`);
  const bad = clusters.flatMap(({ name, checks }) => checks.filter(({ status }) => status === 'fail' || status === 'warn').map((check) => ({ name, check })));
  const details = bad.flatMap(({ name, check: { id, title, peer, status, evidence } }) => ['', `### ${id} ${name}${peer === undefined ? '' : ` and ${peer}`}: ${title} (${status})`, '', ...firstLines(evidence, SHOWN).map((line) => `- ${line}`)]);
  return ['## Diagnosis', '', `${summary.pass} passed, ${summary.fail} failed, ${count(summary.warn, 'warning')}, ${summary.skip} skipped.`, ...(causes.length === 0 ? [] : ['', 'To be cured first:', '', ...causes]), ...details];
}

function omissions({ clusters }: ArchiveIndex): readonly string[] {
  const lines = clusters.flatMap(({ context, missing }) => missing.map(({ what, reason }) => `- ${context}: ${what}: ${reason}`));
  return ['## Not in here', '', ...(lines.length === 0 ? ['Nothing that was to be gathered is missing.'] : lines)];
}

/** `summary.md`: what a person reads first. */
export function renderSummary(index: ArchiveIndex, report: DiagnoseReport): string {
  const { createdAt, mcsVersion, modules, redacted, sinceSeconds } = index;
  const head = [
    '# What mcs gather found',
    '',
    `Gathered at ${createdAt} by mcs ${mcsVersion}${sinceSeconds === undefined ? '' : `; logs and events of the last ${sinceSeconds} s`}.${modules === undefined ? '' : ` Beside what the checks read, only what was asked for: ${modules.join(', ')}.`}`,
    redacted ? 'Tokens, keys and the data of Secrets were taken out. Names, addresses and what programs logged are in here: look at it before you hand it on.' : '**Not redacted: tokens and keys of the clusters are in here.** Hand it to nobody who may not have them.',
    '',
    'The same checks again, without the clusters: `mcs diagnose all --from <this archive>`. What changed since another one: `mcs gather diff <the other> <this>`.',
  ];
  return [head, clusterTable(index), findings(report), omissions(index)].map((lines) => lines.join('\n')).join('\n\n').concat('\n');
}
