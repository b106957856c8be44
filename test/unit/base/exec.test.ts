import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createExec } from '../../../src/base/exec.ts';
import { eventually } from '../../helpers/eventually.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';


function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('createExec', () => {
  it('gives output and code, and 127 where there is no such program', async () => {
    const exec = createExec();
    expect(await exec('sh', ['-c', 'cat; echo no >&2; exit 3'], { input: 'yes' })).toEqual({ stdout: 'yes', stderr: 'no\n', code: 3 });
    expect(await exec('no-such-program', [])).toMatchObject({ code: 127 });
  });

  it('kills a program that does not end in 20 s, names it, and leaves no timer behind', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mcs-exec-'));
    const file = join(folder, 'pid');
    const clock = new FakeClock();
    const exec = createExec({ clock });
    expect(await exec('true', [])).toMatchObject({ code: 0 });
    expect(clock.pending).toBe(0);
    let isOver = false;
    const ended = exec('sh', ['-c', `echo $$ > ${file}; exec sleep 100000`]).catch((error: unknown) => error).finally(() => { isOver = true; });
    const pid = await eventually(() => Number(readFileSync(file, 'utf8')) || false);
    await clock.advance(19_999);
    expect([isOver, isAlive(pid)]).toEqual([false, true]);
    await clock.advance(1);
    expect(await ended).toMatchObject({ code: 'MCS_NETWORK_TIMEOUT', message: expect.stringMatching(/^Cannot wait for "sh -c .*": it has not ended in 20 s$/) });
    await eventually(() => !isAlive(pid));
    expect(clock.pending).toBe(0);
    rmSync(folder, { recursive: true });
  });

  it('rejects with the reason of the signal', async () => {
    const abort = new AbortController();
    const ended = createExec()('sleep', ['100000'], { signal: abort.signal });
    abort.abort(new Error('stopped'));
    await expect(ended).rejects.toThrow('stopped');
  });
});
