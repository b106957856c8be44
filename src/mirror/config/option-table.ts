import type { MirrorPreset } from '../settings.ts';

/** One flag, as data: flags and help of the CLI and the parser of the agent are made of it. */
export interface MirrorOption {
  readonly type: 'string' | 'boolean';
  /** May be given several times. */
  readonly multiple?: true;
  readonly char?: 'v';
  /** The values that it takes. */
  readonly values?: readonly string[];
  /** Of a flag without a value: it is there to be switched off, as `--no-x` or `--x=false`. */
  readonly isOnByDefault?: true;
  /** How its value is called in the help. */
  readonly helpValue?: string;
  readonly summary: string;
  /** Taken because the system that the preset stands for has it; not shown in the help, but in docs/mirror.md. */
  readonly hidden?: true;
}

export type MirrorOptionTable = Readonly<Record<string, MirrorOption>>;

/** What was given, by name of the flag; defaults are filled in later, so that what was not given can be told apart. */
export type OptionValues = Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;

/** Names of presets as `--preset` takes them. */
export const PRESETS = ['reflector', 'cross-cluster'] as const satisfies readonly MirrorPreset[];

/** The value of a flag that takes one; parsers give a list where another preset takes several (`requirePreset` refuses more than one). */
export function textOf(values: OptionValues, name: string): string | undefined {
  return listOf(values, name)?.[0];
}

/** The values of a flag that may be given several times; undefined where it was not given. */
export function listOf(values: OptionValues, name: string): readonly string[] | undefined {
  const value = values[name];
  return typeof value === 'string' ? [value] : Array.isArray(value) ? value.filter((item) => typeof item === 'string') : undefined;
}

/** Whether a flag without a value was given, and how. */
export function flagOf(values: OptionValues, name: string): boolean | undefined {
  const value = values[name];
  return typeof value === 'boolean' ? value : undefined;
}

/** Values separated by commas, blanks left out. */
export function splitValues(text: string | undefined): readonly string[] | undefined {
  return text?.split(',').map((item) => item.trim()).filter((item) => item !== '');
}
