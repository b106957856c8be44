import { basename, relative, sep } from 'node:path';

export interface SelfLocation {
  /** As it was started: `process.argv[1]`. */
  readonly binPath: string;
  /** Folder with our package.json. */
  readonly packageRoot: string;
  readonly cwd: string;
}

function isInside(folder: string, root: string): boolean {
  const path = relative(root, folder);
  return path === '' || (path !== '..' && !path.startsWith(`..${sep}`) && path[0] !== sep);
}

/**
 * How a person calls this program in their shell, for commands that are printed: `mcs` when it is
 * installed, `npx mcs` inside a clone, `kubectl mcs` as a plugin.
 */
export function selfCommand({ binPath, cwd, packageRoot }: SelfLocation): string {
  if (basename(binPath).startsWith('kubectl-mcs')) return 'kubectl mcs';
  const installed = packageRoot.split(sep).includes('node_modules');
  if (installed) return 'mcs';
  return isInside(cwd, packageRoot) ? 'npx mcs' : `node ${packageRoot}${sep}bin${sep}mcs.js`;
}

/** A command of ours, written as `mcs ...`, as it has to be typed in this shell; any other text stays. */
export function asTyped(command: string, self: string): string {
  return command.replace(/^mcs(?= )/, () => self);
}
