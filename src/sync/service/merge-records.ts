import type { SyncRecord } from '../record.ts';
import { type ConflictReason, findConflicts, type ServiceConflict } from './conflicts.ts';
import { mergePorts, type MergedPorts } from './merge-ports.ts';

export type { ConflictReason, ServiceConflict };

/** One service of the set, as all its exporters together make it. */
export interface MergedService {
  /** Exporters in order of precedence; the first one's fields are the service's. */
  readonly records: readonly [SyncRecord, ...SyncRecord[]];
  readonly winner: SyncRecord;
  readonly ports: MergedPorts;
  readonly conflicts: readonly ServiceConflict[];
}

/**
 * Order of precedence: the standing winner as long as it exports, so that traffic does not change
 * when a conflict begins or ends (C2), then by the broker's creation time, then by cluster id.
 * The broker's times have a resolution of 1 s, and which of two exports of one second an importer
 * sees first is chance: a winner yields to such a one, so that all importers end with the same.
 */
export function orderByPrecedence(records: readonly SyncRecord[], currentWinner?: string): SyncRecord[] {
  const standing = records.find(({ origin }) => origin.cluster === currentWinner);
  const isFirst = (record: SyncRecord): boolean => record === standing || (standing !== undefined && standing.createdAt !== '' && record.createdAt === standing.createdAt);
  const rank = (record: SyncRecord): string => `${isFirst(record) ? 0 : 1} ${record.createdAt || '~'} ${record.origin.cluster}`;
  return records.map((record) => ({ record, key: rank(record) })).toSorted((a, b) => (a.key < b.key ? -1 : 1)).map(({ record }) => record);
}

/** Merges the records of one service by the rules of KEP-1645; undefined when nobody exports it. */
export function mergeRecords(records: readonly SyncRecord[], currentWinner?: string): MergedService | undefined {
  const [winner, ...others] = orderByPrecedence(records, currentWinner);
  if (winner === undefined) return undefined;
  const ordered: [SyncRecord, ...SyncRecord[]] = [winner, ...others];
  // endpoints of another type do not count, so neither do its ports
  const alike = ordered.filter(({ kind }) => kind === winner.kind);
  const ports = mergePorts(alike.map(({ origin, ports: own }) => ({ cluster: origin.cluster, ports: own })));
  return { records: ordered, winner, ports, conflicts: findConflicts(ordered) };
}
