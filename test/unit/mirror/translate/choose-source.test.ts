import { describe, expect, it } from '@jest/globals';
import { type Candidate, chooseSource } from '../../../../src/mirror/translate/choose-source.ts';

/** `source namespace/name`, created in the given year. */
function candidate(text: string, year = 2026): Candidate {
  const [source = '', service = ''] = text.split(' ');
  return { source, service, createdAt: `${year}-01-01T00:00:00Z` };
}

const WEST = candidate('west shop/web');
const EAST = candidate('east shop/web');

interface Case {
  readonly title: string;
  readonly candidates: readonly Candidate[];
  readonly standing?: string;
  readonly unknown?: readonly string[];
  /** `west shop/web`, `keep` or `nothing`. */
  readonly decision: string;
  /** `reason source service` */
  readonly problems?: readonly string[];
}

describe('chooseSource', () => {
  it.each<Case>([
    { title: 'nobody has it', candidates: [], decision: 'nothing' },
    { title: 'one source has it', candidates: [WEST], decision: 'west shop/web' },
    { title: 'SR-15: the first of two sources wins, and the other one is told', candidates: [WEST, EAST], decision: 'west shop/web', problems: ['OtherSource east shop/web'] },
    { title: 'SR-15: the second one takes over when the first has it no more', candidates: [EAST], standing: 'west', decision: 'east shop/web' },
    { title: 'SR-17: what stands does not change who wins', candidates: [WEST, EAST], standing: 'east', decision: 'west shop/web', problems: ['OtherSource east shop/web'] },
    { title: 'SR-16: a Service that only a loser had leaves the mirror alone', candidates: [WEST], standing: 'west', decision: 'west shop/web' },
    { title: 'CC-16: three sources', candidates: [WEST, EAST, candidate('north shop/web')], decision: 'west shop/web', problems: ['OtherSource east shop/web', 'OtherSource north shop/web'] },
    { title: 'SR-13: a source that is configured no more has nothing that stays', candidates: [], standing: 'gone', decision: 'nothing' },
    { title: 'CC-14: a source that is away keeps its mirror', candidates: [], standing: 'west', unknown: ['west'], decision: 'keep' },
    { title: 'CC-14: and no other source gets it', candidates: [EAST], standing: 'west', unknown: ['west'], decision: 'keep', problems: ['OtherSource east shop/web'] },
    { title: 'not even a more important one', candidates: [WEST], standing: 'east', unknown: ['east'], decision: 'keep', problems: ['OtherSource west shop/web'] },
    { title: 'what was known of a source before it went away writes nothing', candidates: [WEST], standing: 'west', unknown: ['west'], decision: 'keep' },
    { title: 'where none stands yet, the first known source has it', candidates: [WEST, EAST], unknown: ['west'], decision: 'east shop/web' },
    { title: 'where another one stands, an unknown source changes nothing', candidates: [EAST], standing: 'east', unknown: ['west'], decision: 'east shop/web' },
    { title: 'a mirror goes with its Service though another source is away', candidates: [], standing: 'east', unknown: ['west'], decision: 'nothing' },
    { title: 'within a source the older Service wins', candidates: [candidate('west a/web', 2026), candidate('west b/web', 2025)], decision: 'west b/web', problems: ['NameCollision west a/web'] },
    { title: 'of the same age the first by name, in byte order', candidates: [candidate('west shop-b/web'), candidate('west shop/web'), candidate('west shop-a/web')], decision: 'west shop-a/web', problems: ['NameCollision west shop-b/web', 'NameCollision west shop/web'] },
    { title: 'collisions come before other sources only within the source', candidates: [candidate('west a/web', 2026), candidate('west b/web', 2025), candidate('east a/web', 2020)], decision: 'west b/web', problems: ['NameCollision west a/web', 'OtherSource east a/web'] },
  ])('$title', ({ candidates, standing, unknown = [], decision, problems = [] }) => {
    const choice = chooseSource({ target: { namespace: 'shop', name: 'web' }, candidates, standingOrigin: standing, unknownSources: new Set(unknown) });
    expect(choice.decision === 'winner' ? `${choice.winner?.source ?? ''} ${choice.winner?.service ?? ''}` : choice.decision).toBe(decision);
    expect(choice.problems.map(({ reason, source, service }) => `${reason} ${source} ${service}`)).toEqual(problems);
  });

  it('says who has the name, and why', () => {
    const input = { target: { namespace: 'shop', name: 'web' }, unknownSources: new Set(['west']) };
    const lost = chooseSource({ ...input, candidates: [EAST, candidate('north shop/web')], standingOrigin: undefined });
    const kept = chooseSource({ ...input, candidates: [EAST], standingOrigin: 'west' });
    const collided = chooseSource({ ...input, candidates: [candidate('east a/web'), candidate('east b/web')], standingOrigin: undefined });
    expect([lost, kept, collided].flatMap(({ problems }) => problems.map(({ target, message }) => `${target}: ${message}`))).toEqual([
      'shop/web: Source "east" has it too and comes first',
      'shop/web: The mirror of source "west" stays while that source cannot be reached',
      'shop/web: Service "a/web" of the same source has the same target name and is older, or comes first by name',
    ]);
  });

  it('does not depend on the order within a source', () => {
    const alike = [candidate('west a/web'), candidate('west b/web'), candidate('west c/web')];
    const winners = [alike, alike.toReversed()].map((candidates) => chooseSource({ target: { namespace: 'shop', name: 'web' }, candidates, standingOrigin: undefined, unknownSources: new Set() }).winner?.service);
    expect(winners).toEqual(['a/web', 'a/web']);
  });
});
