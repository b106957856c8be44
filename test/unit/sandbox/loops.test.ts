import { describe, expect, it } from '@jest/globals';
import type { EndpointSlice } from '../../../src/api/types/index.ts';
import { silentLogger } from '../../../src/base/log.ts';
import { createKeyLoop } from '../../../src/sandbox/controllers/key-loop.ts';
import { startProbing } from '../../../src/sandbox/kubelet/probe-loop.ts';
import { SliceIndex } from '../../../src/sandbox/network/slice-index.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';

describe('createKeyLoop', () => {
  const trial = (reconcile: (key: string) => void): { clock: FakeClock; loop: ReturnType<typeof createKeyLoop> } => {
    const clock = new FakeClock();
    return { clock, loop: createKeyLoop({ name: 'x', clock, logger: silentLogger, reconcile }) };
  };

  it('takes a key up once however often it was added, and not while it is added', async () => {
    const seen: string[] = [];
    const { clock, loop } = trial((key) => void seen.push(key));
    for (const key of ['a', 'b', 'a']) loop.add(key);
    expect(seen).toEqual([]);
    await clock.advance(0);
    expect(seen).toEqual(['a', 'b']);
  });

  it('takes a key up again that is added by its own reconcile', async () => {
    let left = 3;
    const { clock, loop } = trial((key) => {
      if ((left -= 1) > 0) loop.add(key);
    });
    loop.add('a');
    await clock.advance(0);
    await clock.advance(0);
    expect(left).toBe(0);
  });

  it('tries a key that fails again later, without holding up the others', async () => {
    const seen: string[] = [];
    const { clock, loop } = trial((key) => {
      seen.push(key);
      if (key === 'bad' && seen.length < 4) throw new Error('no');
    });
    loop.add('bad');
    loop.add('good');
    await clock.advance(0);
    expect(seen).toEqual(['bad', 'good']);
    await clock.advance(1_000);
    expect(seen).toEqual(['bad', 'good', 'bad', 'bad']);
    expect(clock.pending).toBe(0);
  });

  it('does nothing more once stopped', async () => {
    const { clock, loop } = trial(() => {
      throw new Error('no');
    });
    loop.add('a');
    await clock.advance(0);
    loop.add('b');
    loop.stop();
    loop.add('c');
    expect(clock.pending).toBe(0);
  });
});

describe('startProbing', () => {
  const probe = { host: '127.0.0.1', port: 1, path: '/', timeoutMs: 1, initialDelayMs: 500, periodMs: 1_000, failureThreshold: 2 };
  const trial = (eager: boolean, answers: boolean[]): { clock: FakeClock; results: string[]; stop: () => void } => {
    const clock = new FakeClock();
    const results: string[] = [];
    const stop = startProbing({ probe, clock, eager, onResult: (ok) => void results.push(`${ok}@${clock.monotonic()}`), send: () => Promise.resolve(answers.shift() ?? true) });
    return { clock, results, stop };
  };

  it('probes quickly until the first success, then with its period', async () => {
    const { clock, results, stop } = trial(true, [false, false, true, true]);
    await clock.advance(1_200);
    stop();
    expect(results).toEqual(['false@80', 'true@120', 'true@1120']);
  });

  it('waits for the initial delay where nobody waits for it', async () => {
    const { clock, results, stop } = trial(false, [true]);
    await clock.advance(600);
    stop();
    expect(results).toEqual(['true@500']);
  });

  it('reports failure only from the threshold on', async () => {
    const { clock, results, stop } = trial(false, [true, false, true, false, false]);
    await clock.advance(4_600);
    stop();
    expect(results).toEqual(['true@500', 'true@2500', 'false@4500']);
  });
});

describe('SliceIndex', () => {
  const slice = (service?: string): EndpointSlice => ({ apiVersion: 'x', kind: 'EndpointSlice', metadata: { name: 's', namespace: 'shop', ...(service && { labels: { 'kubernetes.io/service-name': service } }) }, addressType: 'IPv4', endpoints: [] });

  it('names the Services that a change concerns, the former one too', () => {
    const index = new SliceIndex();
    expect([...index.note(slice('a'), false)]).toEqual(['shop/a']);
    expect([...index.note(slice('b'), false)]).toEqual(['shop/a', 'shop/b']);
    expect([index.of('shop/a').length, index.of('shop/b').length]).toEqual([0, 1]);
    expect([...index.note(slice('b'), true)]).toEqual(['shop/b']);
    expect([...index.note(slice(), false)]).toEqual([]);
  });
});
