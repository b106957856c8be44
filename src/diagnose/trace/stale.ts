import { secondsBetween } from '../../inspect/service/last-change.ts';
import type { ServiceFields } from '../../inspect/service/service-fields.ts';
import { firstLines } from '../check.ts';
import { broken, type Verdict, warning } from './hop.ts';

/** Differences that are told; the rest is counted. */
const SHOWN = 4;
/** What changed less than this ago may be on its way, s. */
const ON_ITS_WAY_SECONDS = 5;

/** One line for each field that a copy has otherwise, or lacks. */
export function compareFields(wanted: ServiceFields, copied: ServiceFields, names: { readonly here: string; readonly there: string }): readonly string[] {
  const fields = [...new Set([...Object.keys(wanted), ...Object.keys(copied)])].filter((field) => wanted[field] !== copied[field]);
  return fields.map((field) => `${field}: "${copied[field] ?? 'none'}" at ${names.here}, "${wanted[field] ?? 'none'}" in ${names.there}`);
}

/** How a copy differs from what it is made of. */
export interface Staleness {
  readonly differences: readonly string[];
  /** When the original was changed last, ms since the epoch; undefined where that is not known. */
  readonly changed: number | undefined;
}

export interface StaleOptions {
  /** When the original was changed last, ms since the epoch; undefined where that is not known. */
  readonly changed: number | undefined;
  readonly now: number;
  readonly fix: readonly string[];
  /** Without a copy that is up to date nothing can be called. */
  readonly isFatal: boolean;
}

/** A copy that is missing or behind: since when, and whether it may still be on its way. */
export function judgeStale(differences: readonly string[], { changed, fix, isFatal, now }: StaleOptions): Verdict {
  const lagSeconds = secondsBetween(changed, now);
  const isFresh = lagSeconds !== undefined && lagSeconds < ON_ITS_WAY_SECONDS;
  const evidence = [...firstLines(differences, SHOWN, 'differences'), ...(isFresh ? [`the original changed ${lagSeconds} s ago: the copy may be on its way`] : [])];
  const verdict = isFatal || !isFresh ? broken(evidence, fix) : warning(evidence, fix);
  return { ...verdict, ...(lagSeconds !== undefined && { lagSeconds }) };
}
