import type { Exec } from '../../src/base/exec.ts';
import type { HostFiles } from '../../src/gateway/apply/host-files.ts';

/** Programs that stop in the middle, as if their caller had been killed. */
export interface CutExec {
  readonly exec: Exec;
  filesOf(files: HostFiles): HostFiles;
  isCut(): boolean;
}

const READING = new Set(['-j', 'show', 'list', '-S', 'cat', 'dump', 'listen-port']);

/** Lets `budget` changes through, the lines of a batch counted singly; the next one throws. */
export function cutAfter(exec: Exec, budget: number): CutExec {
  let left = budget;
  let cut = false;
  const spend = (wanted: number): number => {
    const granted = Math.min(left, wanted);
    left -= granted;
    cut ||= granted < wanted;
    return granted;
  };
  const stopIfCut = (): void => { if (cut) throw new Error('killed'); };
  return {
    isCut: () => cut,
    exec: async (command, args, options = {}) => {
      if (args.some((arg) => READING.has(arg))) return exec(command, args, options);
      if (args.includes('-batch')) {
        const lines = (options.input ?? '').trimEnd().split('\n');
        const granted = spend(lines.length);
        const result = granted === 0 ? { stdout: '', stderr: '', code: 0 } : await exec(command, args, { ...options, input: `${lines.slice(0, granted).join('\n')}\n` });
        stopIfCut();
        return result;
      }
      spend(1);
      stopIfCut();
      return exec(command, args, options);
    },
    filesOf: (files) => {
      const change = async <T>(write: () => Promise<T>): Promise<T> => {
        spend(1);
        stopIfCut();
        return write();
      };
      return { read: files.read, write: (path, text) => change(() => files.write(path, text)), remove: (path) => change(() => files.remove(path)) };
    },
  };
}
