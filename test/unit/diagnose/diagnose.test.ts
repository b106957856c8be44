import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../src/base/clock.ts';
import { diagnose } from '../../../src/diagnose/diagnose.ts';
import { member } from '../../helpers/diagnose-scene.ts';

describe('diagnose', () => {
  it('tells clusters of one id apart by their contexts', async () => {
    const [one, other] = [{ ...member('west', {}), context: 'a' }, { ...member('west', {}), context: 'b' }];
    const fleet = { clusters: [one, other, member('east', {})], unread: [], leftOut: [] };
    const { clusters } = await diagnose(fleet, { only: ['MCS-API-01'], signal: new AbortController().signal, deadlineMs: 1_000, clock: systemClock });
    expect(clusters.map(({ name, context, checks }) => [name, context, checks.length])).toEqual([['a', 'a', 1], ['b', 'b', 1], ['east', 'ctx-east', 1]]);
  });
});
