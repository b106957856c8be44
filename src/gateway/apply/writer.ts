import { errorMessage, McsError } from '../../base/errors.ts';
import type { Exec } from './exec.ts';
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
  run(steps: readonly Step[]): Promise<void>;
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
  const runStep = async ({ command, args, input, changes: lines }: Step): Promise<void> => {
    commands += 1;
    changes.push(...lines);
    const { code, stderr } = await exec(command, args, { signal, ...(input !== undefined && { input }) });
    if (code !== 0) failures.push(...explain(command, lines, stderr));
  };
  return {
    run: async (steps) => {
      for (const step of steps) await runStep(step);
    },
    attempt: async (change) => {
      try {
        const lines = await change();
        commands += lines.length;
        changes.push(...lines);
      } catch (error) {
        if (signal.aborted || !(error instanceof McsError)) throw error;
        failures.push(errorMessage(error));
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
function explain(command: string, lines: readonly string[], stderr: string): string[] {
  const texts = stderr.split('\n').map((text) => text.trim()).filter((text) => text !== '');
  const failed = texts.flatMap((text, index) => {
    const line = /^Command failed -:(\d+)$/.exec(text)?.[1];
    return line === undefined ? [] : [{ change: lines[Number(line) - 1] ?? line, reason: texts[index - 1] ?? 'failed' }];
  });
  const reported = failed.filter(({ change, reason }) => !(DELETION.test(change) && GONE.test(reason))).map(({ change, reason }) => `"${change}": ${reason}`);
  return failed.length > 0 ? reported : [`"${command}" (${lines[0] ?? ''}): ${texts.join(' ')}`];
}
