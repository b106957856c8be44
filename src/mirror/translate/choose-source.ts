import type { MirrorProblem } from '../status.ts';
import type { MirrorTarget } from './target-of.ts';

/** A Service of a source that maps to the target in question. */
export interface Candidate {
  readonly source: string;
  /** `namespace/name` in the source. */
  readonly service: string;
  /** creationTimestamp in the source. */
  readonly createdAt: string;
}

export interface ChoiceInput {
  readonly target: MirrorTarget;
  /** In the order of the sources in the settings; within a source in any order. */
  readonly candidates: readonly Candidate[];
  /** Origin cluster of the mirror Service that stands; undefined where none of ours does. */
  readonly standingOrigin: string | undefined;
  /** Sources that are configured, but never listed or not to be reached. */
  readonly unknownSources: ReadonlySet<string>;
}

export interface Choice {
  /** `keep`: what stands belongs to a source that is unknown, and is not touched. `nothing`: no mirror shall stand. */
  readonly decision: 'winner' | 'keep' | 'nothing';
  /** With `winner` only. */
  readonly winner?: Candidate;
  /** One for each candidate of a known source that is not the winner. */
  readonly problems: readonly MirrorProblem[];
}

/**
 * Which Service a mirror is of. The first source that is known and has one; within a source the older
 * Service, then the key that comes first in byte order. What stands of an unknown source is never
 * given to another one, for an outage must not move traffic.
 */
export function chooseSource({ target, candidates, standingOrigin, unknownSources }: ChoiceInput): Choice {
  const known = candidates.filter(({ source }) => !unknownSources.has(source));
  const isKept = standingOrigin !== undefined && unknownSources.has(standingOrigin);
  const winner = isKept ? undefined : firstOf(known);
  const holder = winner?.source ?? standingOrigin ?? '';
  const problems = known.filter((candidate) => candidate !== winner).map((candidate) => problemOf(candidate, { target, winner, holder }));
  if (winner !== undefined) return { decision: 'winner', winner, problems };
  return { decision: isKept ? 'keep' : 'nothing', problems };
}

function firstOf(candidates: readonly Candidate[]): Candidate | undefined {
  const ofFirst = candidates.filter(({ source }) => source === candidates[0]?.source);
  return ofFirst.toSorted((a, b) => compare(a.createdAt, b.createdAt) || compare(a.service, b.service))[0];
}

/** Names are ASCII, so code units are bytes. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

interface Loss {
  readonly target: MirrorTarget;
  readonly winner: Candidate | undefined;
  /** Source that has the target. */
  readonly holder: string;
}

function problemOf({ source, service }: Candidate, { target, winner, holder }: Loss): MirrorProblem {
  const about = { source, service, target: `${target.namespace}/${target.name}` };
  if (winner?.source === source) return { ...about, reason: 'NameCollision', message: `Service "${winner.service}" of the same source has the same target name and is older, or comes first by name` };
  const message = winner === undefined ? `The mirror of source "${holder}" stays while that source cannot be reached` : `Source "${holder}" has it too and comes first`;
  return { ...about, reason: 'OtherSource', message };
}
