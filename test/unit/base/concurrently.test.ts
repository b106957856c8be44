import { describe, expect, it } from '@jest/globals';
import { mapConcurrently, settleAll } from '../../../src/base/concurrently.ts';
import { rejection } from '../../helpers/thrown.ts';

describe('mapConcurrently()', () => {
  it('has at most so many under way, and gives results in the order of the items', async () => {
    let running = 0;
    let most = 0;
    const work = async (item: number): Promise<number> => {
      running += 1;
      most = Math.max(most, running);
      for (let turn = 0; turn < 10 - item; turn += 1) await Promise.resolve();
      running -= 1;
      return item * 2;
    };
    expect(await mapConcurrently([1, 2, 3, 4, 5, 6, 7], 3, work)).toEqual([2, 4, 6, 8, 10, 12, 14]);
    expect(most).toBe(3);
    expect(await mapConcurrently([], 3, work)).toEqual([]);
  });

  it('begins nothing after a failure, lets the others end, and throws the first error', async () => {
    const began: number[] = [];
    const ended: number[] = [];
    const error = await rejection(
      mapConcurrently([0, 1, 2, 3, 4], 2, async (item) => {
        began.push(item);
        await Promise.resolve();
        if (item === 0) throw new Error('no');
        await Promise.resolve();
        ended.push(item);
      }),
    );
    expect(error).toMatchObject({ message: 'no' });
    expect(began).toEqual([0, 1]);
    expect(ended).toEqual([1]);
  });
});

describe('settleAll', () => {
  it('waits for all though one fails, and tells of that one', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let isDone = false;
    const last = promise.then(() => { isDone = true; });
    const all = settleAll([Promise.reject(new Error('first')), last]);
    resolve();
    await expect(all).rejects.toThrow('first');
    expect(isDone).toBe(true);
  });

  it('waits for all, then throws what the first in the list failed with', async () => {
    const ended: string[] = [];
    const slow = new Promise<void>((resolve) => setImmediate(resolve)).then(() => void ended.push('slow'));
    const late = slow.then(() => Promise.reject(new Error('late')));
    await expect(settleAll([late, Promise.reject(new Error('early')), slow])).rejects.toThrow('late');
    expect(ended).toEqual(['slow']);
    await expect(settleAll([slow])).resolves.toBeUndefined();
  });
});
