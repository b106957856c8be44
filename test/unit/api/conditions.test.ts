import { describe, expect, it } from '@jest/globals';
import { sameConditions, stampConditions, type WantedCondition } from '../../../src/api/conditions.ts';

const wanted = (status: 'True' | 'False' = 'True'): WantedCondition[] => [
  { type: 'Valid', status: 'True', reason: 'Valid', message: '', observedGeneration: 3 },
  { type: 'Ready', status, reason: 'Exported', message: 'all of it', observedGeneration: 3 },
];

describe('stampConditions', () => {
  it('keeps the time of a condition while its status is the same', () => {
    const first = stampConditions(wanted(), [], () => 0);
    const second = stampConditions(wanted('False'), first, () => 60_000);
    expect(second.map(({ type, lastTransitionTime }) => `${type} ${lastTransitionTime}`)).toEqual(['Valid 1970-01-01T00:00:00Z', 'Ready 1970-01-01T00:01:00Z']);
  });

  it('sameConditions sees own leftovers, and no foreign ones', () => {
    const conditions = stampConditions(wanted(), [], () => 0);
    const foreign = { type: 'Other', status: 'True' as const, reason: 'X', message: '', lastTransitionTime: '1970-01-01T00:00:00Z' };
    const own = ['Valid', 'Ready'];
    expect(sameConditions(conditions, [...conditions, foreign], own)).toBe(true);
    expect(sameConditions(conditions.slice(1), conditions, own)).toBe(false);
    expect(sameConditions(conditions, [], own)).toBe(false);
    expect(sameConditions(stampConditions(wanted('False'), [], () => 0), conditions, own)).toBe(false);
  });
});
