import type { Lease } from '../api/types/index.ts';

interface ManagedEntry {
  readonly time?: string;
  readonly fieldsV1?: { readonly 'f:spec'?: Readonly<Record<string, unknown>> };
}

/**
 * How far the clock that renewed a Lease is ahead of its API server's, ms; undefined where nobody can
 * tell. The renewal carries the renewer's time, and the server notes beside it when it was written: the
 * two belong together however long ago that was, so no clock of ours is asked.
 */
export function findClockOffset({ metadata, spec }: Pick<Lease, 'metadata' | 'spec'>): number | undefined {
  const entries = (metadata.managedFields ?? []) as readonly ManagedEntry[];
  const written = entries.find(({ fieldsV1 }) => fieldsV1?.['f:spec']?.['f:renewTime'] !== undefined)?.time;
  const offset = Date.parse(spec?.renewTime ?? '') - Date.parse(written ?? '');
  return Number.isNaN(offset) ? undefined : offset;
}
