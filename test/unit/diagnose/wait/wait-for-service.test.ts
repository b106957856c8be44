import { describe, expect, it } from '@jest/globals';
import { McsError } from '../../../../src/base/errors.ts';
import { type WaitOptions, waitForService } from '../../../../src/diagnose/wait/wait-for-service.ts';
import type { Fleet } from '../../../../src/inspect/survey-fleet.ts';
import { FakeClock } from '../../../helpers/fake-clock.ts';
import { eventually } from '../../../helpers/eventually.ts';

const empty: Fleet = { clusters: [], unread: [{ context: 'dead', error: new McsError('MCS_CLUSTER_UNREACHABLE', 'Cannot read dead: no answer') }], leftOut: [{ context: 'bare', reason: 'mcs is not installed' }] };
const pods = { startMs: 1, tryMs: 1, progress: () => undefined };

function options(more: Partial<WaitOptions>): WaitOptions {
  return { stage: 'imported', timeoutMs: 10_000, pods, makeRunID: () => 'run', signal: new AbortController().signal, progress: () => undefined, ...more };
}

describe('waitForService', () => {
  it.each([
    ['cannot be read', 'dead', 'MCS_CLUSTER_UNREACHABLE'],
    ['has no mcs', 'bare', 'MCS_NOT_JOINED'],
  ])('does not wait in a cluster that %s', async (_title, context, code) => {
    await expect(waitForService(empty, { namespace: 'shop', name: 'web' }, options({ contexts: [context] }))).rejects.toMatchObject({ code });
  });

  it('says each state once, and the last one when the time is over', async () => {
    const clock = new FakeClock();
    const told: string[] = [];
    const waiting = waitForService(empty, { namespace: 'shop', name: 'web' }, options({ clock, progress: (text) => void told.push(text) }));
    const outcome = expect(waiting).rejects.toMatchObject({ code: 'MCS_TIMEOUT', message: 'Cannot see shop/web imported within 10 s: no cluster has the namespace or the export yet' });
    await eventually(() => told.length === 1);
    await clock.advance(4000);
    await clock.advance(20_000);
    await outcome;
    expect(told).toEqual(['shop/web to be imported, for 0 s: no cluster has the namespace or the export yet']);
  });

  it('ends with the reason of its signal', async () => {
    const stop = new AbortController();
    const waiting = waitForService(empty, { namespace: 'shop', name: 'web' }, options({ signal: stop.signal }));
    stop.abort(new Error('Ctrl-C'));
    await expect(waiting).rejects.toThrow('Ctrl-C');
  });
});
