import { describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../../src/base/log.ts';
import { contend } from '../../../src/kube/contend.ts';
import type { LeaderElector } from '../../../src/kube/leader-elector.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';

/** An elector that has the lead at once, whenever it runs. */
function soleElector(): LeaderElector {
  return { isLeader: true, leader: 'me', run: (onLeading, signal) => onLeading(signal) };
}

describe('contend', () => {
  it('begins anew, after a while, when leading fails', async () => {
    const clock = new FakeClock();
    const stop = new AbortController();
    let turns = 0;
    const running = contend(soleElector(), () => {
      turns += 1;
      if (turns === 3) stop.abort();
      return Promise.reject(new Error('broken'));
    }, { name: 'controller', clock, logger: silentLogger, signal: stop.signal });
    await clock.advance(0);
    expect(turns).toBe(1);
    await clock.advance(60_000);
    await clock.advance(60_000);
    await running;
    expect(turns).toBe(3);
  });

  it('does nothing once the signal has fired', async () => {
    let turns = 0;
    await contend(soleElector(), () => Promise.resolve(void (turns += 1)), { name: 'desk', clock: new FakeClock(), logger: silentLogger, signal: AbortSignal.abort() });
    expect(turns).toBe(0);
  });
});
