import { describe, expect, it } from '@jest/globals';
import { findExceeded, parseFailIf } from '../../../../src/verify/propagation/fail-if.ts';
import { measureOf, type Sample, type Stage, sumUp } from '../../../../src/verify/propagation/stages.ts';
import { parseDuration } from '../../../../src/cli/duration.ts';
import { thrown } from '../../../helpers/thrown.ts';

const PAIR = { from: 'west', to: 'east' };
const sample = (milliseconds: Sample['milliseconds'], lost: readonly Stage[] = []): Sample => ({ ...PAIR, canary: 'canary-0', milliseconds, lost });
const SAMPLES = [sample({ answer: 100, 'first-byte': 200 }), sample({ answer: 300, 'first-byte': 400 }), sample({ answer: 200 }, ['first-byte'])];

describe('sumUp', () => {
  it('sums up what came, by pair and stage, and counts what was lost', () => {
    const [west, none] = sumUp(SAMPLES, [PAIR, { from: 'east', to: 'west' }]);
    expect(west).toMatchObject({ ...PAIR, stages: { answer: { count: 3, p50: 200, max: 300, lost: 0 }, 'first-byte': { count: 2, p50: 200, lost: 1 } }, lost: { 'first-byte': 1 } });
    expect(Object.keys(west?.stages ?? {})).toEqual(['answer', 'first-byte']);
    expect(none).toEqual({ from: 'east', to: 'west', stages: {}, lost: {} });
  });

  it('has no times for a stage that nobody reached', () => {
    expect(sumUp([sample({}, ['import'])], [PAIR])).toEqual([{ ...PAIR, stages: {}, lost: { import: 1 } }]);
  });
});

describe('measureOf', () => {
  it('takes what was lost for endless', () => {
    expect([measureOf([1, Infinity], 'p50'), measureOf([1, Infinity], 'max'), measureOf([], 'p99')]).toEqual([1, Infinity, undefined]);
  });
});

describe('parseFailIf', () => {
  it.each([
    ['p99>2s', { stage: 'first-byte', measure: 'p99', limitMs: 2000 }],
    ['answer.p50 > 300ms', { stage: 'answer', measure: 'p50', limitMs: 300 }],
    ['gone.max>1m', { stage: 'gone', measure: 'max', limitMs: 60_000 }],
  ])('reads %j', (text, limit) => {
    expect(parseFailIf(text, parseDuration)).toEqual({ text, ...limit });
  });

  // the first is what the shell leaves of an unquoted p99>2s
  it.each(['p99', 'p99<2s', 'p98>2s', 'dns.p99>2s', 'p99>soon'])('refuses %j', (text) => {
    expect(thrown(() => parseFailIf(text, parseDuration))).toMatchObject({ code: 'MCS_USAGE' });
  });
});

describe('findExceeded', () => {
  const limits = (...texts: readonly string[]): readonly ReturnType<typeof parseFailIf>[] => texts.map((text) => parseFailIf(text, parseDuration));

  it('names pair, limit and value; a lost canary exceeds every limit, a stage without times none', () => {
    expect(findExceeded(limits('answer.max>250ms', 'answer.max>300ms', 'p99>1h', 'p50>200ms', 'broker.p50>1ms'), SAMPLES, [PAIR])).toEqual([
      { ...PAIR, limit: 'answer.max>250ms', stage: 'answer', measure: 'max', milliseconds: 300 },
      { ...PAIR, limit: 'p99>1h', stage: 'first-byte', measure: 'p99' },
      { ...PAIR, limit: 'p50>200ms', stage: 'first-byte', measure: 'p50', milliseconds: 400 },
    ]);
  });
});
