import type { Rejection, RejectionReason } from './rejection.ts';

/** What is not accepted of one member, in figures and by example. */
export interface MemberRejections {
  readonly total: number;
  readonly reasons: Readonly<Partial<Record<RejectionReason, number>>>;
  readonly examples: readonly Rejection[];
}

/** By cluster id. */
export type RejectionSummary = Readonly<Record<string, MemberRejections>>;

/** Key of the ConfigMap `mcs-rejections`. */
export const REJECTIONS_KEY = 'rejections.json';

const EXAMPLES = 5;
/** More clusters than a set has. What a broker shows beyond that is counted under one name. */
const MAX_CLUSTERS = 200;
const FURTHER = '(further clusters)';

/** Member whose object was refused: the end of the object's name on the broker. */
function rejectedCluster({ object }: Rejection): string {
  return object.slice(object.lastIndexOf('.') + 1);
}

interface Tally {
  total: number;
  readonly reasons: Partial<Record<RejectionReason, number>>;
  readonly examples: Rejection[];
}

/** The same text for the same rejections, in whatever order they come. */
export function summarizeRejections(rejections: readonly Rejection[]): RejectionSummary {
  const tallies = new Map<string, Tally>();
  for (const rejection of rejections.toSorted((a, b) => (describe(a) < describe(b) ? -1 : 1))) {
    const cluster = rejectedCluster(rejection);
    const name = tallies.has(cluster) || tallies.size < MAX_CLUSTERS ? cluster : FURTHER;
    const tally = tallies.get(name) ?? { total: 0, reasons: {}, examples: [] };
    tallies.set(name, tally);
    tally.total += 1;
    const count = tally.reasons[rejection.reason] ?? 0;
    tally.reasons[rejection.reason] = count + 1;
    // one of each reason first, so that a flood of one kind hides no other
    if (count === 0 || tally.examples.length < EXAMPLES) tally.examples.push(rejection);
  }
  return Object.fromEntries([...tallies].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function describe({ object, reason, message }: Rejection): string {
  return `${object} ${reason} ${message}`;
}

/** Reads what `JSON.stringify` made of a summary; empty where there is none, or something else. */
export function parseRejectionSummary(text: string | undefined): RejectionSummary {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as RejectionSummary) : {};
  } catch {
    return {}; // edited by hand: the controller writes it anew with the next change
  }
}
