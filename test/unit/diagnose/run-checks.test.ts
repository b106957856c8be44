import { describe, expect, it } from '@jest/globals';
import type { Clock } from '../../../src/base/clock.ts';
import { McsError } from '../../../src/base/errors.ts';
import { type Check, type CheckOutcome, type CheckResult, fail, pass, type Suspect, warn } from '../../../src/diagnose/check.ts';
import { runChecks, type RunChecksOptions } from '../../../src/diagnose/run-checks.ts';

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

/** Results of one cluster. */
async function runOf(checks: readonly Check<undefined>[], more: Partial<RunChecksOptions> = {}): Promise<readonly CheckResult[]> {
  return (await runChecks([{ name: 'east', context: undefined, checks }], { ...options, ...more })).get('east') ?? [];
}

describe('runChecks', () => {
  it('keeps the order of the checks in its results', async () => {
    const slow = check('A', [], async () => new Promise((resolve) => setImmediate(() => { resolve(pass('slow')); })));
    const results = await runOf([slow, check('B', [], () => Promise.resolve(pass('quick')))]);
    expect(results.map(({ id, evidence }) => [id, evidence])).toEqual([['A', ['slow']], ['B', ['quick']]]);
  });

  it('folds what depends on a failed check under the first cause, however deep', async () => {
    const ran: string[] = [];
    const dependent = (id: string, need: string): Check<undefined> =>
      check(id, [need], () => {
        ran.push(id);
        return Promise.resolve(pass());
      });
    const results = await runOf([check('A', [], () => Promise.resolve(fail(['broken']))), dependent('B', 'A'), dependent('C', 'B')]);
    expect(results.map(({ status, causedBy }) => [status, causedBy])).toEqual([['fail', undefined], ['skip', 'A'], ['skip', 'A']]);
    expect(ran).toEqual([]);
  });

  it('skips a check that needs what an archive does not have, with that reason', async () => {
    const [result] = await runOf([check('A', [], () => Promise.reject(new McsError('MCS_NOT_IN_ARCHIVE', 'Cannot read pods: not there')))]);
    expect(result).toMatchObject({ status: 'skip', evidence: ['Cannot read pods: not there'] });
  });

  it('counts a check that throws, also before its first await, as failed', async () => {
    const results = await runOf(
      [check('A', [], () => Promise.reject(new Error('boom'))), check('B', [], () => { throw new Error('at once'); })],
    );
    expect(results.map(({ status, evidence }) => [status, evidence[0]])).toEqual([
      ['fail', 'the check could not be completed: boom'],
      ['fail', 'the check could not be completed: at once'],
    ]);
  });

  it('runs a check whose need was not selected', async () => {
    const results = await runOf([check('B', ['A'], () => Promise.resolve(pass()))]);
    expect(results[0]?.status).toBe('pass');
  });

  it('fails what has not ended at the deadline and aborts its signal', async () => {
    let seen: AbortSignal | undefined;
    const hangs: Check<undefined> = { ...check('A', [], () => Promise.resolve(pass())), run: (_context, signal) => { seen = signal; return new Promise(() => undefined); } };
    const results = await runOf([hangs], { clock: impatientClock });
    expect(results[0]?.status).toBe('fail');
    expect(seen?.aborted).toBe(true);
  });

  it('names one of several that are late, and the others with it', async () => {
    const hangs = (id: string): Check<undefined> => check(id, [], () => new Promise(() => undefined));
    const results = await runOf([hangs('A'), hangs('B'), hangs('C')], { clock: impatientClock });
    expect(results.map(({ status, causedBy, evidence }) => [status, causedBy, evidence.at(-1)])).toEqual([['fail', undefined, 'nor of B, C'], ['skip', 'A', 'caused by A'], ['skip', 'A', 'caused by A']]);
  });

  it('throws the reason when the caller aborts', async () => {
    const stop = new AbortController();
    const hangs = check('A', [], () => { stop.abort(new Error('stopped')); return Promise.resolve(pass()); });
    await expect(runOf([hangs], { signal: stop.signal })).rejects.toThrow('stopped');
  });

  describe('with pairs', () => {
    const pair = (id: string, needs: string[], peerNeeds: string[], run: (peer: string) => CheckOutcome = () => pass()): Check<string[]> => ({ id, title: id, topic: 'dns', scope: 'pair', needs, peerNeeds, peersOf: (peers) => peers, run: (_peers, _signal, peer) => Promise.resolve(run(peer)) });
    const single = (id: string, outcome: CheckOutcome): Check<string[]> => ({ id, title: id, topic: 'dns', needs: [], run: () => Promise.resolve(outcome) });
    const brief = (results: readonly CheckResult[] | undefined) => (results ?? []).map(({ id, peer, status, causedBy, causedIn }) => [id, peer, status, causedBy, causedIn].join(' ').trim());

    it('asks about each peer, and folds what a peer causes under the check and the cluster', async () => {
      const subjects = [
        { name: 'east', context: ['north', 'west'], checks: [single('A', pass()), pair('P', ['A'], ['A'])] },
        { name: 'west', context: [], checks: [single('A', fail(['broken']))] },
        { name: 'north', context: [], checks: [single('A', pass())] },
      ];
      const results = await runChecks(subjects, options);
      expect(brief(results.get('east'))).toEqual(['A  pass', 'P north pass', 'P west skip A west']);
    });

    it('lets a pair depend on the same pair only', async () => {
      const checks = [pair('P', [], [], (peer) => (peer === 'west' ? fail(['dead']) : pass())), pair('Q', ['P'], [])];
      const results = await runChecks([{ name: 'east', context: ['north', 'west'], checks }], options);
      expect(brief(results.get('east'))).toEqual(['P north pass', 'P west fail', 'Q north pass', 'Q west skip P']);
    });

    describe('with suspects', () => {
      const suspecting = (suspects: readonly Suspect[]): CheckOutcome => ({ ...warn(['empty here'], ['look']), suspects });
      const inEast = [{ cluster: 'east', ids: ['S'] }];
      const run = (...outcomes: [string, CheckOutcome][]) => runChecks(outcomes.map(([name, outcome]) => ({ name, context: [], checks: [single('S', outcome)] })), options);

      it('folds a finding under the one that explains it, and keeps what was seen', async () => {
        const results = await run(['west', suspecting(inEast)], ['east', warn(['none ready'])]);
        expect(results.get('west')).toEqual([{ id: 'S', title: 'S', topic: 'dns', status: 'skip', evidence: ['caused by S in east', 'empty here'], causedBy: 'S', causedIn: 'east', durationMs: expect.any(Number) }]);
        expect(brief(results.get('east'))).toEqual(['S  warn']);
      });

      it.each([
        ['nothing is found there', pass(), 'S  warn'],
        ['what is found there is an effect itself', suspecting([{ cluster: 'west', ids: ['S'] }]), 'S  warn'],
      ])('lets a finding stand where %s', async (_title, there, expected) => {
        const results = await run(['west', suspecting(inEast)], ['east', there]);
        expect(brief(results.get('west'))).toEqual([expected]);
        expect(results.get('west')?.[0]).not.toHaveProperty('suspects');
      });

      it('names the cause of what was skipped there, and asks about one pair only', async () => {
        const pairs = pair('P', [], [], (peer) => (peer === 'west' ? fail(['dead']) : pass()));
        const subjects = [
          { name: 'hub', context: ['north', 'west'], checks: [pairs] },
          { name: 'east', context: [], checks: [single('A', fail(['broken'])), { ...single('S', warn(['none'])), needs: ['A'] }] },
          { name: 'one', context: [], checks: [single('S', suspecting(inEast))] },
          { name: 'two', context: [], checks: [single('S', suspecting([{ cluster: 'hub', ids: ['P'], peer: 'north' }]))] },
          { name: 'three', context: [], checks: [single('S', suspecting([{ cluster: 'hub', ids: ['P'], peer: 'west' }]))] },
        ];
        const results = await runChecks(subjects, options);
        expect(['one', 'two', 'three'].flatMap((name) => brief(results.get(name)))).toEqual(['S  skip A east', 'S  warn', 'S  skip P hub']);
      });

      it('makes a failure of a warning that explains one', async () => {
        const results = await run(['west', { ...fail(['no answer']), suspects: inEast }], ['east', warn(['a policy'])]);
        expect([...brief(results.get('west')), ...brief(results.get('east'))]).toEqual(['S  skip S east', 'S  fail']);
      });

      it('lets run what depends on a warning that is explained elsewhere', async () => {
        const west = { name: 'west', context: [], checks: [single('S', suspecting(inEast)), { ...single('D', pass()), needs: ['S'] }] };
        const results = await runChecks([west, { name: 'east', context: [], checks: [single('S', warn(['none']))] }], options);
        expect(brief(results.get('west'))).toEqual(['S  skip S east', 'D  pass']);
      });
    });

    it('asks all that claim the id of a peer', async () => {
      const double = (name: string, outcome: CheckOutcome) => ({ name, id: 'west', context: [], checks: [single('A', outcome)] });
      const subjects = [double('one', pass()), double('two', fail(['copied'])), { name: 'east', id: 'east', context: ['west'], checks: [pair('P', [], ['A'])] }];
      expect(brief((await runChecks(subjects, options)).get('east'))).toEqual(['P west skip A two']);
    });

    it('takes what is known of a cluster that cannot be asked as a cause', async () => {
      const known = new Map([['west', [{ id: 'API', title: 'API', topic: 'dns' as const, ...fail(['silent']), durationMs: 0 }]]]);
      const results = await runChecks([{ name: 'east', context: ['west'], checks: [pair('P', [], ['API'])] }], { ...options, known });
      expect(brief(results.get('east'))).toEqual(['P west skip API west']);
    });
  });
});
