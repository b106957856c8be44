import { errorMessage, McsError } from '../../base/errors.ts';
import type { Exec } from '../../base/exec.ts';
import type { Step } from './step.ts';

/** What a pass has written. */
export interface AppliedChanges {
  /** Programs run and files written that change something; 0 where all stood already. */
  readonly commands: number;
  /** One line for each change, without secrets. */
  readonly changes: readonly string[];
}

/** Runs what changes something, and keeps count. */
export interface Writer {
  /** Whether all of it is done. What fails does not hold up the rest. */
  run(steps: readonly Step[]): Promise<boolean>;
  /** For changes that are no step. A failure is kept until the end. */
  attempt(change: () => Promise<readonly string[]>): Promise<void>;
  /** Throws MCS_NETWORK_NOT_APPLIED where something failed. */
  finish(): AppliedChanges;
}

const SHOWN_FAILURES = 5;
/** What was to be deleted may have gone by itself meanwhile, as with its device. */
const DELETION = /^\S+( -[46])? \S+ del /;
const GONE = /Cannot find device|No such (file|process|device)/;

export function createWriter(exec: Exec, signal: AbortSignal): Writer {
  const changes: string[] = [];
  const failures: string[] = [];
  let commands = 0;
  /** A program that cannot be run to its end is one more failure. */
  const keepFailure = (error: unknown): void => {
    if (signal.aborted || !(error instanceof McsError)) throw error;
    failures.push(errorMessage(error));
  };
  const runStep = async (step: Step): Promise<void> => {
    commands += 1;
    changes.push(...step.changes);
    const { code, stderr } = await exec(step.command, step.args, { signal, ...(step.input !== undefined && { input: step.input }) });
    if (code !== 0) failures.push(...explain(step, code, stderr));
  };
  return {
    run: async (steps) => {
      const before = failures.length;
      for (const step of steps) await runStep(step).catch(keepFailure);
      return failures.length === before;
    },
    attempt: async (change) => {
      try {
        const lines = await change();
        commands += lines.length;
        changes.push(...lines);
      } catch (error) {
        keepFailure(error);
      }
    },
    finish: () => {
      if (failures.length === 0) return { commands, changes };
      const more = failures.length > SHOWN_FAILURES ? `, and ${failures.length - SHOWN_FAILURES} more` : '';
      throw new McsError('MCS_NETWORK_NOT_APPLIED', `Cannot write the node's network: ${failures.slice(0, SHOWN_FAILURES).join('; ')}${more}`, { details: { failures: failures.length } });
    },
  };
}

/** Names the lines of a batch that failed: `Command failed -:3` follows the reason of line 3. */
function explain({ command, changes: lines, isSecret = false }: Step, code: number, stderr: string): string[] {
  if (isSecret) return [`"${command}" (${lines[0] ?? ''}) ended with ${code}`];
  const texts = stderr.split('\n').map((text) => text.trim()).filter((text) => text !== '');
  const failed = texts.flatMap((text, index) => {
    const line = /^Command failed -:(\d+)$/.exec(text)?.[1];
    return line === undefined ? [] : [{ change: lines[Number(line) - 1] ?? line, reason: texts[index - 1] ?? 'failed' }];
  });
  const reported = failed.filter(({ change, reason }) => !(DELETION.test(change) && GONE.test(reason))).map(({ change, reason }) => `"${change}": ${reason}`);
  return failed.length > 0 ? reported : [`"${command}" (${lines[0] ?? ''}): ${texts.join(' ')}`];
}
