import { describe, expect, it } from '@jest/globals';
import type { Clock } from '../../../src/base/clock.ts';
import { createWorkQueue, type WorkQueue, type WorkResult } from '../../../src/sync/work-queue.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';

interface Trial {
  readonly queue: WorkQueue;
  readonly clock: FakeClock;
  /** Keys in the order in which their work began, with the time. */
  readonly begun: string[];
  /** Ends the oldest work that was held. */
  readonly release: () => void;
}

function trial(process: (key: string, attempt: number) => WorkResult | Error, options: { workers?: number; hold?: boolean } = {}): Trial {
  const clock = new FakeClock();
  const begun: string[] = [];
  const held: (() => void)[] = [];
  const attempts = new Map<string, number>();
  const queue = createWorkQueue({
    name: 'trial',
    clock,
    random: () => 1,
    ...(options.workers !== undefined && { workers: options.workers }),
    backoff: { baseMs: 100, capMs: 1_000 },
    process: async (key) => {
      begun.push(`${key}@${clock.monotonic()}`);
      if (options.hold) await new Promise<void>((resolve) => held.push(resolve));
      const attempt = attempts.get(key) ?? 0;
      attempts.set(key, attempt + 1);
      const result = process(key, attempt);
      if (result instanceof Error) throw result;
      return result;
    },
  });
  return { queue, clock, begun, release: () => held.shift()?.() };
}

describe('createWorkQueue', () => {
  it('begins at once, without any delay, and coalesces keys that wait', async () => {
    const { queue, clock, begun } = trial(() => 'done');
    queue.add('a');
    queue.add('a');
    queue.add('b');
    queue.start();
    await clock.advance(0);
    expect(begun).toEqual(['a@0', 'b@0']);
    expect(queue.depth).toBe(0);
  });

  it('never works on one key twice at a time, and works again on what came meanwhile', async () => {
    const { queue, clock, begun, release } = trial(() => 'done', { hold: true });
    queue.start();
    queue.add('a');
    await clock.advance(0);
    queue.add('a');
    queue.add('a');
    await clock.advance(0);
    expect(begun).toEqual(['a@0']);
    release();
    await clock.advance(0);
    expect(begun).toEqual(['a@0', 'a@0']);
    release();
    await clock.advance(0);
    expect(begun).toHaveLength(2);
  });

  it('works on as many keys at a time as it has workers', async () => {
    const { queue, clock, begun, release } = trial(() => 'done', { hold: true, workers: 2 });
    queue.start();
    for (const key of ['a', 'b', 'c']) queue.add(key);
    await clock.advance(0);
    expect(begun).toEqual(['a@0', 'b@0']);
    release();
    await clock.advance(0);
    expect(begun).toEqual(['a@0', 'b@0', 'c@0']);
  });

  it('retries a failing key with doubling delays up to the cap, and no other key waits for it', async () => {
    const { queue, clock, begun } = trial((key) => (key === 'bad' ? new Error('no') : 'done'), { workers: 1 });
    queue.start();
    queue.add('bad');
    queue.add('good');
    await clock.advance(3_700);
    expect(begun).toEqual(['bad@0', 'good@0', 'bad@100', 'bad@300', 'bad@700', 'bad@1500', 'bad@2500', 'bad@3500']);
  });

  it('begins the delays anew after a success', async () => {
    const { queue, clock, begun } = trial((_key, attempt) => (attempt === 2 ? 'done' : new Error('no')));
    queue.start();
    queue.add('a');
    await clock.advance(1_000);
    queue.add('a');
    await clock.advance(100);
    expect(begun).toEqual(['a@0', 'a@100', 'a@300', 'a@1000', 'a@1100']);
  });

  it('tries at once when a key that waits for its retry is added again', async () => {
    const { queue, clock, begun } = trial((_key, attempt) => (attempt === 0 ? new Error('no') : 'done'));
    queue.start();
    queue.add('a');
    await clock.advance(10);
    queue.add('a');
    await clock.advance(1_000);
    expect(begun).toEqual(['a@0', 'a@10']);
  });

  it('comes back to a key after requeueAfterMs', async () => {
    const { queue, clock, begun } = trial((_key, attempt) => (attempt === 0 ? { requeueAfterMs: 500 } : 'done'));
    queue.start();
    queue.add('a');
    await clock.advance(499);
    expect(begun).toEqual(['a@0']);
    await clock.advance(1);
    expect(begun).toEqual(['a@0', 'a@500']);
  });

  it('takes keys of the back lane when the front lane is empty', async () => {
    const { queue, clock, begun, release } = trial(() => 'done', { hold: true, workers: 1 });
    queue.add('status', 'back');
    queue.add('a');
    queue.add('b');
    queue.start();
    for (let i = 0; i < 3; i += 1) {
      await clock.advance(0);
      release();
    }
    await clock.advance(0);
    expect(begun).toEqual(['a@0', 'b@0', 'status@0']);
  });

  it('lets the back lane take turns once it has waited too long', async () => {
    const { queue, clock, begun, release } = trial(() => 'done', { hold: true, workers: 1 });
    queue.start();
    for (const key of ['a', 'b', 'c', 'd']) queue.add(key);
    queue.add('s1', 'back');
    queue.add('s2', 'back');
    await clock.advance(11_000);
    for (let i = 0; i < 4; i += 1) {
      release();
      await clock.advance(0);
    }
    expect(begun.map((entry) => entry.split('@')[0])).toEqual(['a', 's1', 'b', 's2', 'c']);
  });

  it('stop finishes what waits, without retries, and refuses new keys', async () => {
    const { queue, clock, begun, release } = trial((key) => (key === 'b' ? new Error('no') : 'done'), { hold: true, workers: 1 });
    queue.start();
    queue.add('a');
    queue.add('b');
    const stopped = queue.stop();
    queue.add('late');
    for (let i = 0; i < 2; i += 1) {
      await clock.advance(0);
      release();
    }
    await stopped;
    await clock.advance(10_000);
    expect(begun).toEqual(['a@0', 'b@0']);
    expect(clock.pending).toBe(0);
  });

  it('stop aborts work that takes longer than the drain time', async () => {
    const clock = new FakeClock();
    let aborted = false;
    const queue = createWorkQueue({
      name: 'trial',
      clock,
      drainMs: 100,
      process: (_key, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            aborted = true;
            reject(new Error('aborted'));
          });
        }),
    });
    queue.start();
    queue.add('a');
    const stopped = queue.stop();
    await clock.advance(100);
    await stopped;
    expect(aborted).toBe(true);
  });

  it('lets sockets and timers have their turn among keys that need no I/O', async () => {
    const { queue, done } = slowTrial();
    for (let index = 0; index < 20; index += 1) queue.add(`key-${index}`);
    queue.start();
    await new Promise((resolve) => setImmediate(resolve));
    expect(done.length).toBeLessThan(10);
    while (queue.depth > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(done).toHaveLength(20);
  });

  it('finishes what waits before it stops, over as many turns as that takes', async () => {
    const { queue, done } = slowTrial();
    queue.start();
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) queue.add(key);
    await queue.stop();
    expect(done).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });
});

/** Each look at the clock takes 4 ms, and the work no turn of the event loop. */
function slowTrial(): { queue: WorkQueue; done: string[] } {
  const clock = new FakeClock();
  let time = 0;
  const slow: Clock = { now: () => clock.now(), monotonic: () => (time += 4), schedule: (callback, ms) => clock.schedule(callback, ms) };
  const done: string[] = [];
  const process = (key: string): Promise<WorkResult> => {
    done.push(key);
    return Promise.resolve('done');
  };
  return { queue: createWorkQueue({ name: 'trial', workers: 2, clock: slow, process }), done };
}
