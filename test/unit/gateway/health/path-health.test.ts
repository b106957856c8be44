import { describe, expect, it } from '@jest/globals';
import { PathHealth } from '../../../../src/gateway/health/path-health.ts';

const OPTIONS = { target: '10.12.0.1', intervalMs: 1_000, maxLost: 5 };

/** Sends as the prober does; `isAnswered` decides the fate of each probe, `rttMs` later. Gives the states with the times at which they began. */
function simulate(health: PathHealth, { from = 0, untilMs, rttMs = 10, isAnswered }: { from?: number; untilMs: number; rttMs?: number; isAnswered: (now: number) => boolean }): { state: string; at: number }[] {
  const changes: { state: string; at: number }[] = [];
  const answers: { sequence: number; at: number }[] = [];
  let nextSend = from;
  let judgeAt = Infinity;
  let state = health.state;
  for (let now = from; now <= untilMs; now += 5) {
    while (answers[0] !== undefined && answers[0].at <= now) health.receive(answers.shift()?.sequence ?? 0, now);
    const before = health.nextInMs;
    if (now >= judgeAt || now >= nextSend) health.judge(now);
    if (health.nextInMs < before) nextSend = now;
    if (now >= nextSend) {
      const sequence = health.send(now);
      if (isAnswered(now)) answers.push({ sequence, at: now + rttMs });
      judgeAt = now + health.patienceMs;
      nextSend = now + health.nextInMs;
    }
    if (health.state !== state) changes.push({ state: health.state, at: now });
    state = health.state;
  }
  return changes;
}

/** Reproducible noise (mulberry32). */
function noise(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

describe('PathHealth', () => {
  it('is connecting until the first answer, then connected with round trip times', () => {
    const health = new PathHealth(OPTIONS);
    expect(health.status(0)).toMatchObject({ state: 'connecting', reason: 'no answer from 10.12.0.1 yet; sent 0, received 0' });
    expect(simulate(health, { untilMs: 3_000, isAnswered: () => true })).toEqual([{ state: 'connected', at: 10 }]);
    expect(health.status(3_000)).toMatchObject({ state: 'connected', reason: '', sent: 4, received: 3, loss: 0, roundTrips: { last: 10, min: 10, average: 10, max: 10, stdDev: 0 } });
  });

  it.each([0, 250, 500, 990])('finds a break that begins %i ms after a probe within 6 s', (offset) => {
    const health = new PathHealth(OPTIONS);
    const breaksAt = 10_000 + offset;
    const [, error] = simulate(health, { untilMs: 20_000, isAnswered: (now) => now <= breaksAt });
    expect(error?.state).toBe('error');
    expect(error?.at).toBeGreaterThan(breaksAt + 3_500);
    expect(error?.at).toBeLessThanOrEqual(breaksAt + 6_000);
  });

  it('tells what was seen', () => {
    const health = new PathHealth(OPTIONS);
    simulate(health, { untilMs: 8_000, isAnswered: (now) => now < 2_500 });
    const { reason, sent } = health.status(9_000);
    expect(reason).toBe(`no answer from 10.12.0.1 for 6 s; last answer 7 s ago; sent ${sent}, received 3`);
  });

  it('finds a path broken that never answered', () => {
    const health = new PathHealth(OPTIONS);
    const [error] = simulate(health, { untilMs: 10_000, isAnswered: () => false });
    expect(error).toMatchObject({ state: 'error' });
    expect(error?.at).toBeLessThanOrEqual(6_000);
    expect(health.status(10_000).reason).toContain('there never was one');
  });

  it.each([1, 2, 3, 4, 5])('does not flap when one packet in five is lost (run %i of an hour)', (seed) => {
    const random = noise(seed);
    const health = new PathHealth(OPTIONS);
    expect(simulate(health, { untilMs: 3_600_000, isAnswered: () => random() >= 0.2 })).toHaveLength(1);
    expect(health.status(0).loss).toBeCloseTo(0.2, 1);
  });

  it('is connected again after two answers in a row', () => {
    const health = new PathHealth(OPTIONS);
    const changes = simulate(health, { untilMs: 30_000, isAnswered: (now) => now < 5_000 || now > 20_000 });
    expect(changes.map(({ state }) => state)).toEqual(['connected', 'error', 'connected']);
    expect(changes[2]?.at).toBeLessThan(21_600);
  });

  it('takes no harm from a process that stood still', () => {
    const health = new PathHealth(OPTIONS);
    simulate(health, { untilMs: 3_000, isAnswered: () => true });
    const sequence = health.send(3_500);
    health.judge(63_500);
    expect(health.state).toBe('connected');
    expect(health.receive(sequence, 63_501)).toBe(true);
    expect(simulate(health, { from: 64_000, untilMs: 70_000, isAnswered: () => true })).toEqual([]);
  });

  it('counts an answer that came late as no loss, and one that nobody waits for as nothing', () => {
    const health = new PathHealth(OPTIONS);
    const sequence = health.send(0);
    health.judge(800);
    expect(health.status(800).loss).toBe(1);
    expect(health.receive(sequence, 900)).toBe(true);
    expect(health.status(900)).toMatchObject({ state: 'connected', loss: 0, received: 1 });
    expect(health.receive(sequence, 901)).toBe(false);
    expect(health.receive(4_711, 901)).toBe(false);
  });

  it('goes by the settings', () => {
    const health = new PathHealth({ target: 'x', intervalMs: 10_000, maxLost: 2 });
    const [, error] = simulate(health, { untilMs: 60_000, isAnswered: (now) => now <= 20_000 });
    expect(error?.at).toBeGreaterThan(35_000);
    expect(error?.at).toBeLessThanOrEqual(20_000 + 3 * 10_000);
  });
});
