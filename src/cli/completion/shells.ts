import { posix } from 'node:path';
import { McsError } from '../../base/errors.ts';
import { renderBashCompletion } from './bash.ts';
import { renderFishCompletion } from './fish.ts';
import type { CompletionNode } from './model.ts';
import { renderZshCompletion } from './zsh.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** The shell of a path like /usr/bin/zsh, the value of SHELL. Throws MCS_USAGE where there is no script for it. */
export function shellOf(path: string | undefined): Shell {
  const name = posix.basename(path ?? '');
  const shell = SHELLS.find((each) => each === name);
  if (shell !== undefined) return shell;
  const state = name === '' ? 'SHELL is not set' : `there is no completion for "${name}"`;
  throw new McsError('MCS_USAGE', `Cannot choose a shell: ${state}`, { hints: SHELLS.map((each) => `mcs completion ${each}`) });
}

const RENDERERS: Readonly<Record<Shell, (nodes: readonly CompletionNode[]) => string>> = {
  bash: renderBashCompletion,
  zsh: renderZshCompletion,
  fish: renderFishCompletion,
};

/** The text of a completion script. */
export function renderCompletion(shell: Shell, nodes: readonly CompletionNode[]): string {
  return RENDERERS[shell](nodes);
}
