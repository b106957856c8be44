import type { Lease } from '../api/types/index.ts';

interface ManagedEntry {
  readonly time?: string;
  readonly fieldsV1?: { readonly 'f:spec'?: Readonly<Record<string, unknown>> };
}

/**
 * When the API server took the last renewal of a Lease, ms since the epoch by its own clock; undefined
 * where it did not note that. The time in the Lease itself is the holder's, whose clock may be wrong.
 */
export function renewalWrittenAt({ metadata }: Pick<Lease, 'metadata'>): number | undefined {
  const entries = (metadata.managedFields ?? []) as readonly ManagedEntry[];
  const times = entries.filter(({ fieldsV1 }) => fieldsV1?.['f:spec']?.['f:renewTime'] !== undefined).map(({ time }) => Date.parse(time ?? ''));
  const newest = Math.max(...times.filter((time) => !Number.isNaN(time)));
  return Number.isFinite(newest) ? newest : undefined;
}
