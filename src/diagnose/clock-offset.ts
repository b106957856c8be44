import type { Lease } from '../api/types/index.ts';
import { renewalWrittenAt } from '../inspect/lease-renewal.ts';

/**
 * How far the clock that renewed a Lease is ahead of its API server's, ms; undefined where nobody can
 * tell. The renewal carries the renewer's time, and the server notes beside it when it was written: the
 * two belong together however long ago that was, so no clock of ours is asked.
 */
export function findClockOffset({ metadata, spec }: Pick<Lease, 'metadata' | 'spec'>): number | undefined {
  const offset = Date.parse(spec?.renewTime ?? '') - (renewalWrittenAt({ metadata }) ?? Number.NaN);
  return Number.isNaN(offset) ? undefined : offset;
}
