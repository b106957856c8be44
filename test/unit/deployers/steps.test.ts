import { describe, expect, it } from '@jest/globals';
import { failureStatus } from '../../../src/api/status.ts';
import { McsError } from '../../../src/base/errors.ts';
import { runTasksSilently } from '../../../src/base/tasks.ts';
import { Steps } from '../../../src/deployers/steps.ts';
import { ApiError } from '../../../src/kube/api-error.ts';
import { stubClient } from '../../helpers/stub-client.ts';
import { rejection } from '../../helpers/thrown.ts';

const newSteps = (signal = new AbortController().signal): Steps => new Steps({ client: stubClient({}), runTasks: runTasksSilently, signal });

describe('Steps', () => {
  it('gives the value of a step and remembers what each did', async () => {
    const steps = newSteps();
    expect(await steps.run('Find a thing', () => Promise.resolve({ state: 'done', detail: 'here', value: 42 }))).toBe(42);
    await steps.do('Look at it', () => Promise.resolve({ state: 'warning', detail: 'odd' }));
    expect(steps.results).toEqual([
      { title: 'Find a thing', state: 'done', detail: 'here' },
      { title: 'Look at it', state: 'warning', detail: 'odd' },
    ]);
    expect(steps.warnings).toEqual(['odd']);
  });

  it.each([
    ['unchanged', true],
    ['done', true],
    ['warning', true],
    ['created', false],
    ['updated', false],
    ['deleted', false],
  ] as const)('after a step that is "%s", isUnchanged is %s', async (state, expected) => {
    const steps = newSteps();
    await steps.do('Do it', () => Promise.resolve({ state }));
    expect(steps.isUnchanged).toBe(expected);
  });

  it('says what was done and where when an API server refuses', async () => {
    const refused = new ApiError(failureStatus('Forbidden', 'nodes is forbidden'));
    expect(await rejection(newSteps().do('Install roles', () => Promise.reject(refused)))).toMatchObject({ code: 'MCS_FORBIDDEN', message: expect.stringMatching(/^Cannot install roles at https:\/\/stub:6443/) });
    expect(await rejection(newSteps().do('Join the broker', () => Promise.reject(refused), { broker: 'https://broker' }))).toMatchObject({ message: expect.stringMatching(/^Cannot join the broker at https:\/\/broker/) });
  });

  it('says that it was the broker which could not be reached', async () => {
    const lost = new McsError('MCS_CLUSTER_UNREACHABLE', 'Cannot reach the API server at https://broker: timed out', { details: { layer: 'tcp' } });
    expect(await rejection(newSteps().do('Join the broker', () => Promise.reject(lost), { broker: 'https://broker' }))).toMatchObject({ code: 'MCS_BROKER_UNREACHABLE' });
    expect(await rejection(newSteps().do('Install roles', () => Promise.reject(lost)))).toBe(lost);
  });

  it('begins no step after the signal', async () => {
    const abort = new AbortController();
    abort.abort(new McsError('MCS_INTERRUPTED', 'Stopped'));
    let ran = false;
    const step = newSteps(abort.signal).do('Do it', () => {
      ran = true;
      return Promise.resolve({ state: 'done' });
    });
    expect(await rejection(step)).toMatchObject({ code: 'MCS_INTERRUPTED' });
    expect(ran).toBe(false);
  });
});
