import { beforeEach, describe, expect, it } from '@jest/globals';
import { Ledger } from '../../../src/mirror/ledger.ts';
import type { MirrorProblem } from '../../../src/mirror/status.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';

const problem = (message: string): MirrorProblem => ({ reason: 'Refused', source: 'west', service: 'shop/web', target: 'shop/web', message });

let clock: FakeClock;
let lags: [string, number][];
let ledger: Ledger;

beforeEach(() => {
  clock = new FakeClock();
  lags = [];
  ledger = new Ledger(clock, { lag: (source, seconds) => lags.push([source, seconds]) });
});

describe('Ledger', () => {
  it('counts a change from its first event until it is written', async () => {
    ledger.changed('shop/web', 'west');
    await clock.advance(40);
    ledger.changed('shop/web', 'west');
    expect(ledger.backlog('west')).toEqual({ pending: 1, oldestPendingSeconds: 0 });
    await clock.advance(2_000);
    expect(ledger.backlog('west')).toEqual({ pending: 1, oldestPendingSeconds: 2 });
    ledger.settle('shop/web', { source: 'west', problems: [], writes: 1 }, clock.monotonic());
    expect([ledger.backlog('west'), ledger.lag('west'), ledger.mirrored('west')]).toEqual([{ pending: 0, oldestPendingSeconds: 0 }, { p50: 2_040, p95: 2_040 }, 1]);
    expect(lags).toEqual([['west', 2.04]]);
  });

  it('a change that comes while its key is worked on waits on, and what needed no write has no lag', async () => {
    const since = clock.monotonic();
    await clock.advance(1);
    ledger.changed('shop/web', 'west');
    ledger.settle('shop/web', { source: 'west', problems: [], writes: 1 }, since);
    expect(ledger.backlog('west').pending).toBe(1);
    ledger.settle('shop/web', { source: undefined, problems: [], writes: 0 }, clock.monotonic());
    expect([ledger.backlog('west').pending, ledger.lag('west'), ledger.mirrored('west')]).toEqual([0, undefined, 0]);
  });

  it('counts what waits for its namespace until that is over', () => {
    ledger.settle('shop/web', { waitsOf: 'west', problems: [], writes: 0 }, clock.monotonic());
    expect([ledger.waiting('west'), ledger.waiting('east'), ledger.mirrored('west')]).toEqual([1, 0, 0]);
    ledger.settle('shop/web', { source: 'west', problems: [], writes: 2 }, clock.monotonic());
    expect([ledger.waiting('west'), ledger.mirrored('west')]).toEqual([0, 1]);
  });

  it('keeps the last 100 lags', async () => {
    for (let ms = 1; ms <= 150; ms += 1) {
      ledger.changed('shop/web', 'west');
      await clock.advance(ms);
      ledger.settle('shop/web', { source: 'west', problems: [], writes: 1 }, clock.monotonic());
    }
    expect(ledger.lag('west')).toEqual({ p50: 101, p95: 146 });
  });

  it('tells what is new of the problems of a key, and forgets what is over', () => {
    expect(ledger.note('shop/web', [problem('a')])).toEqual([problem('a')]);
    expect(ledger.note('shop/web', [problem('a'), problem('b')])).toEqual([problem('b')]);
    expect([ledger.problems(), ledger.troubled()]).toEqual([[problem('a'), problem('b')], ['shop/web']]);
    ledger.note('shop/web', []);
    expect([ledger.problems(), ledger.troubled()]).toEqual([[], []]);
  });
});
