/** Something that a node's system lacks. */
export interface HostProblem {
  /** CamelCase, for conditions. */
  readonly reason: string;
  readonly message: string;
  /** What a person does about it. */
  readonly fix: string;
}

const FIX = ' Fix: ';

const onOneLine = (text: string): string => text.trim().replaceAll(/\s*\n\s*/g, ' ');

/** The message of the condition HostReady: a line for each problem, with its cure. */
export function formatHostProblems(problems: readonly HostProblem[]): string {
  return problems.map(({ reason, message, fix }) => `${reason}: ${onOneLine(message)}.${FIX}${onOneLine(fix)}`).join('\n');
}

/** Reads what `formatHostProblems` wrote; other lines are left out. */
export function readHostProblems(text: string): readonly HostProblem[] {
  return text.split('\n').flatMap((line) => {
    const at = line.lastIndexOf(`.${FIX}`);
    const [, reason, message] = /^(\w+): (.*)$/.exec(line.slice(0, Math.max(at, 0))) ?? [];
    return reason === undefined || message === undefined ? [] : [{ reason, message, fix: line.slice(at + FIX.length + 1) }];
  });
}
