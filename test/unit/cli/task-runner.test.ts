import { describe, expect, it } from '@jest/globals';
import type { Task, TaskState } from '../../../src/base/tasks.ts';
import { createPlainTaskRunner, describeOutcome } from '../../../src/cli/task-runner.ts';
import { rejection } from '../../helpers/thrown.ts';

const task = (title: string, state: TaskState, detail?: string): Task => ({ title, run: () => Promise.resolve({ state, ...(detail !== undefined && { detail }) }) });
const never = new AbortController().signal;

describe('describeOutcome', () => {
  it.each([
    [{ state: 'created' as const, detail: '3 objects' }, 'Roles: created, 3 objects'],
    [{ state: 'unchanged' as const }, 'Roles: unchanged'],
    [{ state: 'done' as const, detail: 'in 2 s' }, 'Roles: in 2 s'],
    [{ state: 'done' as const }, 'Roles'],
    [{ state: 'skipped' as const, detail: '' }, 'Roles: skipped'],
  ])('of %j is "%s"', (outcome, text) => {
    expect(describeOutcome('Roles', outcome)).toBe(text);
  });
});

describe('createPlainTaskRunner', () => {
  it('prints a line per task, in order, and gives the results', async () => {
    const lines: string[] = [];
    const results = await createPlainTaskRunner((line) => lines.push(line))([task('A', 'created', 'x'), task('B', 'unchanged')], never);
    expect(lines).toEqual(['  + A: created, x', '  = B: unchanged']);
    expect(results).toEqual([{ title: 'A', state: 'created', detail: 'x' }, { title: 'B', state: 'unchanged' }]);
  });

  it('prints what is waited for once, however often it is said', async () => {
    const lines: string[] = [];
    const waiting: Task = {
      title: 'A',
      run: ({ update }) => {
        for (const text of ['0 of 2', '0 of 2', '1 of 2']) update(text);
        return Promise.resolve({ state: 'done' });
      },
    };
    await createPlainTaskRunner((line) => lines.push(line))([waiting], never);
    expect(lines).toEqual(['  ... A: 0 of 2', '  ... A: 1 of 2', '  * A']);
  });

  it('stops at the first task that throws, and marks it', async () => {
    const lines: string[] = [];
    const failing: Task = { title: 'B', run: () => Promise.reject(new Error('no')) };
    const error = await rejection(createPlainTaskRunner((line) => lines.push(line))([task('A', 'created'), failing, task('C', 'created')], never));
    expect(error).toMatchObject({ message: 'no' });
    expect(lines).toEqual(['  + A: created', '  x B']);
  });

  it('begins no task after the signal', async () => {
    const lines: string[] = [];
    const stop = new AbortController();
    const stopping: Task = {
      title: 'A',
      run: () => {
        stop.abort(new Error('stopped'));
        return Promise.resolve({ state: 'done' });
      },
    };
    expect(await rejection(createPlainTaskRunner((line) => lines.push(line))([stopping, task('B', 'done')], stop.signal))).toMatchObject({ message: 'stopped' });
    expect(lines).toEqual(['  * A']);
  });
});
