import chalk from 'chalk';
import { type Marks, plainMarks } from './present-diagnose.ts';
import type { Terminal } from './terminal.ts';

/** Marks for terminals with colour; as wide as the plain ones, so that lines stay aligned. */
const colorMarks: Omit<Marks, 'command'> = {
  mark: (status) => ({ pass: chalk.green('\u2713   '), warn: chalk.yellow('!   '), fail: chalk.red('\u2717   '), skip: chalk.dim('-   ') })[status],
  dim: (text) => chalk.dim(text),
  bold: (text) => chalk.bold(text),
};

/** The marks of a terminal; `command` shows a command as it is typed in this shell. */
export function marksFor({ hasColor }: Pick<Terminal, 'hasColor'>, command: Marks['command']): Marks {
  return { ...(hasColor ? colorMarks : plainMarks), command };
}
