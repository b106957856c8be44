import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** The user's configuration directory: XDG_CONFIG_HOME, else `~/.config`. */
export function configDir(env: NodeJS.ProcessEnv): string {
  return xdg(env.XDG_CONFIG_HOME, '.config', env);
}

// the XDG Base Directory Specification says to ignore paths that are not absolute
function xdg(value: string | undefined, fallback: string, env: NodeJS.ProcessEnv): string {
  if (value !== undefined && isAbsolute(value)) return value;
  return join(env.HOME ?? homedir(), fallback);
}

/** The user's state directory: XDG_STATE_HOME, else `~/.local/state`. */
export function stateDir(env: NodeJS.ProcessEnv): string {
  return xdg(env.XDG_STATE_HOME, '.local/state', env);
}
