import type { KubeObject } from '../../api/types/index.ts';

interface ManagedEntry {
  readonly manager?: string;
  readonly time?: string;
  readonly subresource?: string;
}

function ownEntries({ metadata }: Pick<KubeObject, 'metadata'>): readonly ManagedEntry[] {
  const entries = (metadata.managedFields ?? []) as readonly ManagedEntry[];
  return entries.filter(({ subresource }) => subresource === undefined || subresource === ''); // a status follows, it is not what is copied
}

/**
 * When an object was last written, its status apart, ms since the epoch by its API server's clock and
 * to the second; undefined where it does not say. Its creation alone would not tell of later changes.
 */
export function findLastChange(object: Pick<KubeObject, 'metadata'>): number | undefined {
  const times = ownEntries(object).map(({ time }) => Date.parse(time ?? '')).filter((time) => !Number.isNaN(time));
  return times.length === 0 ? undefined : Math.max(...times);
}

type Objects = readonly (Pick<KubeObject, 'metadata'> | undefined)[];

/** The last change of several objects; undefined where there are none, or one does not say. */
export function findLatestChange(objects: Objects): number | undefined {
  const times = objects.filter((object) => object !== undefined).map(findLastChange);
  return times.length === 0 || times.includes(undefined) ? undefined : Math.max(...times.filter((time) => time !== undefined));
}

/** Seconds that copies came behind their originals, by the pair that took longest; nothing where no pair tells. */
export function lagOf(...pairs: readonly { readonly originals: Objects; readonly copies: Objects }[]): { lagSeconds?: number } {
  const lags = pairs.flatMap(({ copies, originals }) => secondsBetween(findLatestChange(originals), findLatestChange(copies)) ?? []);
  return lags.length === 0 ? {} : { lagSeconds: Math.max(...lags) };
}

/** Programs that wrote an object, the latest last, as they name themselves. */
export function writersOf(object: Pick<KubeObject, 'metadata'>): readonly string[] {
  const entries = ownEntries(object).toSorted((a, b) => (a.time ?? '').localeCompare(b.time ?? ''));
  return [...new Set(entries.flatMap(({ manager }) => manager ?? []))];
}

/** Whole seconds from `earlier` to `later`; undefined where one is not known, or they stand the other way round. */
export function secondsBetween(earlier: number | undefined, later: number | undefined): number | undefined {
  if (earlier === undefined || later === undefined || later < earlier) return undefined;
  return Math.round((later - earlier) / 1000);
}
