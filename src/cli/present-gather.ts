import { type ArchivedCluster, type ArchiveIndex } from '../diagnose/gather/archive-format.ts';
import type { ArchiveDiff } from '../diagnose/gather/diff-archives.ts';
import { formatSize } from '../diagnose/gather/fit.ts';
import type { Section } from './sections.ts';

/** Result of `mcs gather`. */
export interface GatherResult extends Pick<ArchiveIndex, 'redacted' | 'clusters'> {
  readonly file: string;
  readonly bytes: number;
}

const stateOf = ({ error, leftOut }: ArchivedCluster): string => (error !== undefined ? 'not read' : leftOut === undefined ? 'gathered' : 'left out');

export function gatherSection({ clusters }: GatherResult): Section {
  const rows = clusters.map((cluster) => [cluster.context, cluster.name, stateOf(cluster), String(cluster.objects), String(cluster.logs), String(cluster.missing.length)]);
  return { title: 'Clusters', columns: ['CONTEXT', 'CLUSTER', 'STATE', 'OBJECTS', 'LOGS', 'MISSING'], rows, empty: 'no cluster was found' };
}

/** What a person is to know about the archive. */
export function gatherRemarks({ file, bytes, redacted, clusters }: GatherResult): readonly string[] {
  const unread = clusters.flatMap(({ context, error, leftOut }) => (error === undefined ? (leftOut === undefined ? [] : [`Left out: ${context} (${leftOut})`]) : [`Cannot read "${context}": ${error.message}`]));
  const missing = clusters.flatMap(({ context, missing: each }) => (each.length === 0 ? [] : [`Missing of ${context}: ${each[0]?.what ?? ''}: ${each[0]?.reason ?? ''}${each.length > 1 ? `, and ${each.length - 1} more: see summary.md in it` : ''}`]));
  const secrets = redacted ? [] : ['Not redacted: tokens and keys of the clusters are in it'];
  return [...unread, ...missing, ...secrets, `Wrote ${file} (${formatSize(bytes)})`];
}

/** Tables of `mcs gather diff`. */
export function archiveDiffSections({ findings, objects, clusters }: ArchiveDiff): readonly Section[] {
  return [
    { title: 'Clusters', columns: ['CLUSTER', 'CHANGE'], rows: clusters.map(({ cluster, change }) => [cluster, change]), empty: 'the same clusters' },
    { title: 'Findings', columns: ['CLUSTER', 'CHECK', 'BEFORE', 'NOW', 'EVIDENCE'], rows: findings.map(({ cluster, id, before, now, evidence }) => [cluster, id, before, now, evidence]), empty: 'the same' },
    { title: 'Objects', columns: ['CLUSTER', 'OBJECT', 'FIELD', 'BEFORE', 'NOW'], rows: objects.map(({ cluster, object, field, before, now }) => [cluster, object, field, before, now]), empty: 'nothing changed' },
  ];
}
