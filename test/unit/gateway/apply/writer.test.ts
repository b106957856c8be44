import { describe, expect, it } from '@jest/globals';
import { McsError } from '../../../../src/base/errors.ts';
import type { Exec } from '../../../../src/base/exec.ts';
import { batch, type Step } from '../../../../src/gateway/apply/step.ts';
import { createWriter } from '../../../../src/gateway/apply/writer.ts';

const KEY = `${'S'.repeat(42)}E=`;
const SYNCCONF: Step = { command: 'wg', args: ['syncconf', 'mcs-cable', '/dev/stdin'], input: `PrivateKey = ${KEY}x\n`, isSecret: true, changes: ['wg mcs-cable: key and port 4500'] };

describe('createWriter', () => {
  it('keeps back what a program says of secret input', async () => {
    const exec: Exec = () => Promise.resolve({ stdout: '', stderr: `Key is not the correct length or format: \`${KEY}x'\n`, code: 1 });
    const writer = createWriter(exec, new AbortController().signal);
    expect(await writer.run([SYNCCONF])).toBe(false);
    expect(() => writer.finish()).toThrow(new McsError('MCS_NETWORK_NOT_APPLIED', `Cannot write the node's network: "wg" (wg mcs-cable: key and port 4500) ended with 1`));
  });

  it('counts a program that does not end as one failure, and goes on', async () => {
    const run: string[] = [];
    const exec: Exec = (command) => {
      run.push(command);
      return command === 'wg' ? Promise.reject(new McsError('MCS_NETWORK_TIMEOUT', 'Cannot wait for "wg"')) : Promise.resolve({ stdout: '', stderr: '', code: 0 });
    };
    const writer = createWriter(exec, new AbortController().signal);
    expect(await writer.run([SYNCCONF, ...batch('ip', ['route add 10.2.0.0/16'])])).toBe(false);
    expect(await writer.run(batch('bridge', ['fdb add x']))).toBe(true);
    expect(run).toEqual(['wg', 'ip', 'bridge']);
    expect(() => writer.finish()).toThrow('Cannot wait for "wg"');
  });

  it('ends with the reason of the signal', async () => {
    const abort = new AbortController();
    const exec: Exec = () => {
      abort.abort(new Error('stopped'));
      return Promise.reject(abort.signal.reason as Error);
    };
    await expect(createWriter(exec, abort.signal).run([SYNCCONF])).rejects.toThrow('stopped');
  });
});
