/** What argv normalising must know of a command's flags: which ones take no value. */
export interface FlagShape {
  readonly type: 'boolean' | 'option';
  readonly allowNo?: boolean;
}

export type FlagShapes = Readonly<Record<string, FlagShape>>;

/** Flags that may stand alone though they take a value, and the value that they mean then. */
const BARE_VALUES: Readonly<Record<string, string>> = { wait: 'ready', 'use-clusterset-ip': 'true' };
/** The values of flags in BARE_VALUES; a word that is none of them is an argument of its own. */
const KNOWN_VALUES = new Set(['configured', 'ready', 'none', 'true', 'false']);

/**
 * Makes of an argv in the manner of kubectl and subctl one that oclif understands: `--natt=false`
 * becomes `--no-natt`, and a bare `--wait` becomes `--wait=ready`. What follows `--` stays.
 */
export function normalizeArgv(argv: readonly string[], flags: FlagShapes): string[] {
  const end = argv.indexOf('--');
  const own = end < 0 ? argv : argv.slice(0, end);
  const rest = end < 0 ? [] : argv.slice(end);
  return [...own.flatMap((word, index) => normalizeWord(word, own[index + 1], flags)), ...rest];
}

function normalizeWord(word: string, next: string | undefined, flags: FlagShapes): string[] {
  const [, name = '', value] = /^--([a-z][-a-z0-9]*)(?:=(.*))?$/s.exec(word) ?? [];
  const flag = Object.hasOwn(flags, name) ? flags[name] : undefined;
  if (flag?.type === 'boolean' && value !== undefined) return normalizeBoolean(word, name, value, flag);
  if (flag?.type === 'option' && value === undefined && Object.hasOwn(BARE_VALUES, name)) {
    return next !== undefined && KNOWN_VALUES.has(next) ? [word] : [`${word}=${BARE_VALUES[name] ?? ''}`];
  }
  return [word];
}

function normalizeBoolean(word: string, name: string, value: string, { allowNo }: FlagShape): string[] {
  if (value === 'true') return [`--${name}`];
  // without a --no- form the flag is off by default, so leaving it out is the same
  if (value === 'false') return allowNo === true ? [`--no-${name}`] : [];
  return [word]; // oclif says what is wrong with it
}
