import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ExternalAnswer } from '../../../../src/dns/gateways/external-lookup.ts';
import { ExternalNames, type LookupOutcome } from '../../../../src/dns/gateways/external-names.ts';
import { FakeClock } from '../../../helpers/fake-clock.ts';

const LB = 'lb.example.com';
const addresses = (address: string, ttl = 60): ExternalAnswer => ({ kind: 'addresses', addresses: [address], ttl });
const HOUR = 3_600_000;

let clock: FakeClock;
let names: ExternalNames;
let asked: string[];
let outcomes: LookupOutcome[];
let inside: Set<string>;
/** What upstream says at present. */
let upstream: () => Promise<ExternalAnswer>;

beforeEach(() => {
  clock = new FakeClock();
  [asked, outcomes, inside] = [[], [], new Set<string>()];
  upstream = () => Promise.resolve(addresses('203.0.113.1'));
  const lookup = {
    lookUp: (name: string, family: string) => {
      asked.push(`${name} ${family}`);
      return upstream();
    },
    close: () => undefined,
  };
  names = new ExternalNames({ lookup, clock, isInside: (name) => inside.has(name), random: () => 1, onLookup: (outcome) => void outcomes.push(outcome) });
});

const fails = (): Promise<ExternalAnswer> => Promise.reject(new Error('no answer'));
const found = (): string | undefined => {
  const known = names.find(LB, 'IPv4');
  return known && `${known.answer.kind === 'addresses' ? known.answer.addresses.join() : known.answer.kind} ${known.ttl}`;
};
/** Somebody asks every so often. */
async function keepAsking(ms: number, everyMs = 10_000): Promise<void> {
  for (let passed = 0; passed < ms; passed += everyMs) {
    await clock.advance(everyMs);
    found();
  }
}

describe('ExternalNames', () => {
  it('looks up both families as soon as a record leads there, so that the first question is answered', async () => {
    names.keep(LB);
    expect(found()).toBeUndefined();
    await clock.advance(0);
    expect([asked, found(), names.states()]).toEqual([[`${LB} IPv4`, `${LB} IPv6`], '203.0.113.1 60', { fresh: 2, stale: 0, unknown: 0 }]);
  });

  it('lets answers live as long as they said, from 5 s to 5 min, and "no" for 30 s', async () => {
    for (const [answer, expected] of [[addresses('203.0.113.1', 1), '203.0.113.1 5'], [addresses('203.0.113.1', 90_000), '203.0.113.1 300'], [{ kind: 'noName' }, 'noName 30'], [{ kind: 'noData' }, 'noData 30']] as [ExternalAnswer, string][]) {
      upstream = () => Promise.resolve(answer);
      names.keep(LB);
      await clock.advance(0);
      expect(found()).toBe(expected);
      names.drop(LB);
    }
  });

  it('counts down, and asks again before the end', async () => {
    names.keep(LB);
    await clock.advance(40_000);
    expect(found()).toBe('203.0.113.1 20');
    upstream = () => Promise.resolve(addresses('203.0.113.9'));
    await clock.advance(10_000);
    expect([found(), asked.length]).toEqual(['203.0.113.9 58', 4]);
  });

  it('leaves a name alone that nobody asks for, and looks it up when somebody does', async () => {
    names.keep(LB);
    await clock.advance(2 * HOUR);
    const before = asked.length;
    await clock.advance(HOUR);
    expect(asked.length - before).toBe(12); // every 10 min, in two families
    await clock.advance(300_000);
    upstream = () => Promise.resolve(addresses('203.0.113.9'));
    expect(found()).toBe('203.0.113.1 1');
    await clock.advance(0);
    expect(found()).toBe('203.0.113.9 60');
  });

  it('serves what it knew while nobody answers, for a day (RFC 8767)', async () => {
    names.keep(LB);
    await clock.advance(0);
    upstream = fails;
    await keepAsking(120_000);
    expect([found(), names.states().stale]).toEqual(['203.0.113.1 30', 2]);
    await keepAsking(23 * HOUR, 60_000);
    expect(found()).toBe('203.0.113.1 30');
    await keepAsking(HOUR, 60_000);
    expect(found()).toBeUndefined();
    upstream = () => Promise.resolve(addresses('203.0.113.9'));
    await clock.advance(60_000);
    expect(found()).toMatch(/^203\.0\.113\.9 /);
  });

  it('tries again after 1 s and then ever more seldom, at most once a minute', async () => {
    upstream = fails;
    names.keep(LB);
    await clock.advance(0);
    const times: number[] = [];
    for (let second = 1; second <= 240; second += 1) {
      const before = asked.length;
      await clock.advance(1000);
      found();
      if (asked.length > before) times.push(second);
    }
    expect(times).toEqual([1, 3, 7, 15, 31, 63, 123, 183]);
    expect(outcomes.every((outcome) => outcome === 'failed')).toBe(true);
  });

  it('believes a name that is gone', async () => {
    names.keep(LB);
    await clock.advance(0);
    upstream = () => Promise.resolve({ kind: 'noName' });
    await keepAsking(60_000);
    expect(found()).toMatch(/^noName /);
  });

  it('never asks others for a name inside, and does as soon as it is outside', async () => {
    inside.add(LB);
    names.keep(LB);
    await clock.advance(HOUR);
    expect([asked, clock.pending, names.states()]).toEqual([[], 0, { fresh: 0, stale: 0, unknown: 0 }]);
    inside.clear();
    expect(found()).toBeUndefined();
    await clock.advance(0);
    expect(found()).toBe('203.0.113.1 60');
  });

  it('forgets a name with the last record, also while it is being looked up', async () => {
    names.keep(LB);
    names.keep(LB);
    await clock.advance(0);
    names.drop(LB);
    expect(found()).toBe('203.0.113.1 60');
    names.drop(LB);
    names.drop(LB);
    expect([found(), clock.pending]).toEqual([undefined, 0]);
    names.keep(LB);
    names.drop(LB);
    await clock.advance(HOUR);
    expect([clock.pending, names.states()]).toEqual([0, { fresh: 0, stale: 0, unknown: 0 }]);
  });

  it('never passes on addresses that no slice may have, nor more of them than one can', async () => {
    const many = Array.from({ length: 300 }, (_, index) => `10.0.${index >> 8}.${index & 255}`);
    upstream = () => Promise.resolve({ kind: 'addresses', addresses: ['127.0.0.1', '169.254.169.254', '0.0.0.0', '224.0.0.1', '::ffff:10.0.0.1', ...many], ttl: 60 });
    names.keep(LB);
    await clock.advance(0);
    expect(names.find(LB, 'IPv4')?.answer).toEqual({ kind: 'addresses', addresses: many.slice(0, 100), ttl: 60 });
    upstream = () => Promise.resolve(addresses('127.0.0.1'));
    await keepAsking(60_000);
    expect(found()).toMatch(/^noData /);
  });

  it('asks for a few names at a time, however many there are, and not for those that have gone meanwhile', async () => {
    let [running, most] = [0, 0];
    const answered: (() => void)[] = [];
    upstream = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => { answered.push(resolve); });
      running -= 1;
      return addresses('203.0.113.1');
    };
    for (let each = 0; each < 1000; each += 1) names.keep(`lb-${each}.example.com`);
    for (let each = 500; each < 1000; each += 1) names.drop(`lb-${each}.example.com`);
    while (answered.length > 0) {
      for (const answer of answered.splice(0)) answer();
      await clock.advance(0);
    }
    expect([most, asked.length, names.states().fresh, running]).toEqual([32, 1000, 1000, 0]);
  });

  it('is silent once it is closed', async () => {
    names.keep(LB);
    await clock.advance(0);
    names.close();
    names.keep('other.example.com');
    await clock.advance(HOUR);
    expect([asked.length, clock.pending]).toEqual([2, 0]);
  });
});
