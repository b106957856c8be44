import { describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../../src/base/log.ts';
import { HealthProber } from '../../../src/gateway-dns/health-prober.ts';
import type { ProbeTarget } from '../../../src/gateway-dns/plan/health.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';

const target = (address: string, intervalMs = 10_000): ProbeTarget => ({ address, port: 443, intervalMs, timeoutMs: 2_000, failureThreshold: 3 });

interface Scene {
  readonly prober: HealthProber;
  readonly clock: FakeClock;
  readonly answers: string[];
  readonly asked: Map<string, (hasAnswered: boolean) => void>;
}

/** Questions stay open until they are answered, where `open` says so. */
function scene(open = false): Scene {
  const clock = new FakeClock();
  const answers: string[] = [];
  const asked: Scene['asked'] = new Map();
  const prober = new HealthProber({
    ask: ({ address }) => (open ? new Promise((resolve) => asked.set(address, resolve)) : Promise.resolve(address !== '192.0.2.9')),
    onAnswer: (name, { address }, hasAnswered) => answers.push(`${name} ${address} ${hasAnswered}`),
    parallel: 2,
    clock,
    random: () => 0.5,
    logger: silentLogger,
  });
  return { prober, clock, answers, asked };
}

describe('HealthProber', () => {
  it('asks each address once in its interval, the first time somewhere within it', async () => {
    const { prober, clock, answers } = scene();
    prober.want('a', [target('192.0.2.1'), target('192.0.2.9', 20_000)]);
    await clock.advance(4_999);
    expect(answers).toEqual([]);
    await clock.advance(30_001);
    const count = (answer: string): number => answers.filter((each) => each === answer).length;
    expect([count('a 192.0.2.1 true'), count('a 192.0.2.9 false'), answers.length]).toEqual([4, 2, 6]);
    prober.stop();
    expect(clock.pending).toBe(0);
  });

  it('asks many addresses less often, but those that fail', async () => {
    const { prober, clock, answers } = scene();
    prober.want('a', [...Array.from({ length: 499 }, (_, index) => target(`198.51.100.${index}`)), target('192.0.2.9')]);
    await clock.advance(45_000);
    const count = (answer: string): number => answers.filter((each) => each === answer).length;
    // first after 5 s, then each 20 s and each 10 s
    expect([count('a 198.51.100.7 true'), count('a 192.0.2.9 false')]).toEqual([3, 5]);
    prober.stop();
  });

  it('forgets what is no longer wanted, an answer under way too, and leaves other names alone', async () => {
    const { prober, clock, answers, asked } = scene(true);
    prober.want('a', [target('192.0.2.1')]);
    prober.want('b', [target('192.0.2.2')]);
    await clock.advance(5_000);
    prober.want('a', []);
    asked.get('192.0.2.1')?.(true);
    asked.get('192.0.2.2')?.(true);
    await clock.advance(0);
    expect(answers).toEqual(['b 192.0.2.2 true']);
    expect(prober.size).toBe(1);
    prober.stop();
  });

  it('wanting the same again does not begin anew', async () => {
    const { prober, clock, answers } = scene();
    prober.want('a', [target('192.0.2.1')]);
    await clock.advance(3_000);
    prober.want('a', [target('192.0.2.1')]);
    await clock.advance(2_000);
    expect(answers).toEqual(['a 192.0.2.1 true']);
    prober.stop();
  });

  it('asks no more at the same time than it may', async () => {
    const { prober, clock, asked } = scene(true);
    prober.want('a', [target('192.0.2.1'), target('192.0.2.2'), target('192.0.2.3')]);
    await clock.advance(5_000);
    expect([...asked.keys()]).toEqual(['192.0.2.1', '192.0.2.2']);
    asked.get('192.0.2.1')?.(true);
    await clock.advance(0);
    expect([...asked.keys()]).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.3']);
    for (const answer of asked.values()) answer(true);
    prober.stop();
  });
});
