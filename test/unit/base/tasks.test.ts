import { describe, expect, it } from '@jest/globals';
import { runTasksSilently, type Task } from '../../../src/base/tasks.ts';
import { rejection } from '../../helpers/thrown.ts';

const done: Task = { title: 'A', run: () => Promise.resolve({ state: 'done', detail: 'x' }) };

describe('runTasksSilently', () => {
  it('gives the outcome of each task with its title', async () => {
    expect(await runTasksSilently([done, done], new AbortController().signal)).toEqual([{ title: 'A', state: 'done', detail: 'x' }, { title: 'A', state: 'done', detail: 'x' }]);
  });

  it('begins nothing after the signal', async () => {
    expect(await rejection(runTasksSilently([done], AbortSignal.abort(new Error('stopped'))))).toMatchObject({ message: 'stopped' });
  });
});
