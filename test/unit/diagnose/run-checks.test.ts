import { describe, expect, it } from '@jest/globals';
import type { Clock } from '../../../src/base/clock.ts';
import { type Check, type CheckOutcome, fail, pass } from '../../../src/diagnose/check.ts';
import { runChecks } from '../../../src/diagnose/run-checks.ts';

function check(id: string, needs: string[], run: () => Promise<CheckOutcome>): Check<undefined> {
  return { id, title: `title of ${id}`, topic: 'dns', needs, run };
}

/** A clock whose timers fire at once. */
const impatientClock: Clock = {
  now: () => 0,
  monotonic: () => 0,
  schedule: (callback) => {
    queueMicrotask(callback);
    return () => undefined;
  },
};

const options = { signal: new AbortController().signal, deadlineMs: 60_000 };

describe('runChecks', () => {
  it('keeps the order of the checks in its results', async () => {
    const slow = check('A', [], async () => new Promise((resolve) => setImmediate(() => { resolve(pass('slow')); })));
    const results = await runChecks([slow, check('B', [], () => Promise.resolve(pass('quick')))], undefined, options);
    expect(results.map(({ id, evidence }) => [id, evidence])).toEqual([['A', ['slow']], ['B', ['quick']]]);
  });

  it('folds what depends on a failed check under the first cause, however deep', async () => {
    const ran: string[] = [];
    const dependent = (id: string, need: string): Check<undefined> =>
      check(id, [need], () => {
        ran.push(id);
        return Promise.resolve(pass());
      });
    const results = await runChecks([check('A', [], () => Promise.resolve(fail(['broken']))), dependent('B', 'A'), dependent('C', 'B')], undefined, options);
    expect(results.map(({ status, causedBy }) => [status, causedBy])).toEqual([['fail', undefined], ['skip', 'A'], ['skip', 'A']]);
    expect(ran).toEqual([]);
  });

  it('counts a check that throws, also before its first await, as failed', async () => {
    const results = await runChecks(
      [check('A', [], () => Promise.reject(new Error('boom'))), check('B', [], () => { throw new Error('at once'); })],
      undefined,
      options,
    );
    expect(results.map(({ status, evidence }) => [status, evidence[0]])).toEqual([
      ['fail', 'the check could not be completed: boom'],
      ['fail', 'the check could not be completed: at once'],
    ]);
  });

  it('runs a check whose need was not selected', async () => {
    const results = await runChecks([check('B', ['A'], () => Promise.resolve(pass()))], undefined, options);
    expect(results[0]?.status).toBe('pass');
  });

  it('fails what has not ended at the deadline and aborts its signal', async () => {
    let seen: AbortSignal | undefined;
    const hangs: Check<undefined> = { ...check('A', [], () => Promise.resolve(pass())), run: (_context, signal) => { seen = signal; return new Promise(() => undefined); } };
    const results = await runChecks([hangs], undefined, { ...options, clock: impatientClock });
    expect(results[0]?.status).toBe('fail');
    expect(seen?.aborted).toBe(true);
  });

  it('throws the reason when the caller aborts', async () => {
    const stop = new AbortController();
    const hangs = check('A', [], () => { stop.abort(new Error('stopped')); return Promise.resolve(pass()); });
    await expect(runChecks([hangs], undefined, { ...options, signal: stop.signal })).rejects.toThrow('stopped');
  });
});
