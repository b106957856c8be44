import { describe, expect, it } from '@jest/globals';
import { inOrder, type Startable, untilAborted } from '../../../src/base/lifecycle.ts';
import { rejection } from '../../helpers/thrown.ts';

const { signal } = new AbortController();

function recorded(calls: string[]) {
  return (name: string, fails: { readonly start?: boolean; readonly stop?: boolean } = {}): Startable => {
    const call = (verb: 'start' | 'stop') => (): Promise<void> => {
      calls.push(`${verb} ${name}`);
      return fails[verb] === true ? Promise.reject(new Error(`${verb} of ${name} failed`)) : Promise.resolve();
    };
    return { name, start: call('start'), stop: call('stop') };
  };
}

describe('inOrder', () => {
  it('starts in order and stops in reverse', async () => {
    const calls: string[] = [];
    const part = recorded(calls);
    const all = inOrder('all', [part('a'), part('b')]);
    await all.start(signal);
    await all.stop();
    expect(calls).toEqual(['start a', 'start b', 'stop b', 'stop a']);
  });

  it('stops nothing twice, and nothing that was never started', async () => {
    const calls: string[] = [];
    const all = inOrder('all', [recorded(calls)('a')]);
    await all.stop();
    await all.start(signal);
    await all.stop();
    await all.stop();
    expect(calls).toEqual(['start a', 'stop a']);
  });

  it('stops what was begun when a part does not start, and throws why it did not', async () => {
    const calls: string[] = [];
    const part = recorded(calls);
    const all = inOrder('all', [part('a', { stop: true }), part('b', { start: true }), part('c')]);
    expect(await rejection(all.start(signal))).toMatchObject({ message: 'start of b failed' });
    expect(calls).toEqual(['start a', 'start b', 'stop b', 'stop a']);
  });

  it('stops every part, and throws the first failure at the end', async () => {
    const calls: string[] = [];
    const part = recorded(calls);
    const all = inOrder('all', [part('a', { stop: true }), part('b'), part('c', { stop: true })]);
    await all.start(signal);
    expect(await rejection(all.stop())).toMatchObject({ message: 'stop of c failed' });
    expect(calls.slice(3)).toEqual(['stop c', 'stop b', 'stop a']);
  });
});

describe('untilAborted', () => {
  it('resolves with the abort, and at once after it', async () => {
    const abort = new AbortController();
    const waiting = untilAborted(abort.signal);
    abort.abort();
    await expect(Promise.all([waiting, untilAborted(abort.signal)])).resolves.toEqual([undefined, undefined]);
  });
});
