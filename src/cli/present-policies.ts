import type { ExportPolicyResult, UnexportPolicyResult } from '../deployers/index.ts';
import type { PolicyReport } from '../inspect/export-policies/policy-report.ts';
import type { SkippedService } from '../inspect/export-policies/policy-rows.ts';
import { labelled, plannedLines } from './present-deploy.ts';
import type { Section } from './sections.ts';

/** Services that a line names; the rest is counted. */
const SHOWN = 5;

function some(services: readonly string[]): string {
  if (services.length === 0) return 'none';
  const rest = services.length - SHOWN;
  return `${services.slice(0, SHOWN).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** Skipped Services by the reason. */
function byReason(skipped: readonly SkippedService[]): readonly (readonly [string, readonly string[]])[] {
  return [...Map.groupBy(skipped, ({ message }) => message)].map(([message, found]) => [message, found.map(({ service }) => service)] as const);
}

export function describeExportPolicy({ name, selects, preview, isUnchanged, manifests }: ExportPolicyResult): string {
  const all = [...preview.exported, ...preview.pending].toSorted();
  return labelled([
    ['Policy', `${name}${isUnchanged ? ' (unchanged)' : ''}`],
    ['Selects', selects],
    [manifests === undefined ? 'Exports' : 'Would export', `${all.length === 0 ? '' : `${all.length}: `}${some(all)}`],
    ...byReason(preview.skipped).map(([message, services]) => ['Skips', `${some(services)} (${message})`] as const),
    manifests === undefined ? undefined : ['Dry run', 'nothing was written. Give -o yaml to see the manifest'],
  ]);
}

export function describeUnexportPolicy({ name, exported, planned }: UnexportPolicyResult): string {
  if (planned !== undefined) return `${plannedLines(planned)}\nThe controller would then remove its exports: ${some(exported)}`;
  return `Policy ${name} is removed; the controller removes its exports: ${some(exported)}`;
}

/** The tables of `mcs show policies`. */
export function policySections({ policies, unread }: PolicyReport): readonly Section[] {
  const note = unread.length === 0 ? '' : ' (as far as the clusters could be read)';
  const exported = policies.map((row) => [row.cluster, row.policy, row.selects, row.exported.length === 0 ? '0' : `${row.exported.length}: ${some(row.exported)}`, String(row.skipped.length), row.state]);
  const skipped = policies.flatMap((row) => byReason(row.skipped).map(([message, services]) => [row.cluster, row.policy, some(services), message]));
  return [
    { title: 'Policies', columns: ['CLUSTER', 'POLICY', 'SELECTS', 'EXPORTS', 'SKIPS', 'STATE'], rows: exported, empty: `no export policy${note}` },
    ...(skipped.length === 0 ? [] : [{ title: 'Skipped', columns: ['CLUSTER', 'POLICY', 'SERVICES', 'BECAUSE'], rows: skipped, empty: '' }]),
  ];
}
