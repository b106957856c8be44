import chalk from 'chalk';
import type { Marks } from './present-diagnose.ts';

/** Marks for terminals with colour; as wide as the plain ones, so that lines stay aligned. */
export const colorMarks: Omit<Marks, 'command'> = {
  mark: (status) => ({ pass: chalk.green('\u2713   '), warn: chalk.yellow('!   '), fail: chalk.red('\u2717   '), skip: chalk.dim('-   ') })[status],
  dim: (text) => chalk.dim(text),
  bold: (text) => chalk.bold(text),
};
