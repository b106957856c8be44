import { parseArgs } from 'node:util';
import { errorMessage, McsError } from '../../base/errors.ts';
import { nearestName } from '../../base/nearest-name.ts';
import type { MirrorPreset } from '../settings.ts';
import { COMMON_OPTIONS } from './common-options.ts';
import { CROSS_CLUSTER_OPTIONS } from './cross-cluster-options.ts';
import { type MirrorOption, type MirrorOptionTable, type OptionValues, textOf } from './option-table.ts';
import { OWN_OPTIONS } from './own-options.ts';
import { REFLECTOR_OPTIONS } from './reflector-options.ts';

/** The flags of each preset, and of none, besides the common ones. */
export const OPTION_TABLES: Readonly<Record<MirrorPreset, MirrorOptionTable>> = { none: OWN_OPTIONS, reflector: REFLECTOR_OPTIONS, 'cross-cluster': CROSS_CLUSTER_OPTIONS };

/** Every flag once. One that several presets share may be repeated if it may in any of them. */
export function allOptions(): MirrorOptionTable {
  const all: Record<string, MirrorOption> = { ...COMMON_OPTIONS };
  for (const table of Object.values(OPTION_TABLES)) {
    for (const [name, option] of Object.entries(table)) all[name] = { ...option, ...all[name], ...(option.multiple && { multiple: true }) };
  }
  return all;
}

/** Flags and their preset. */
export interface MirrorArgs {
  readonly preset: MirrorPreset;
  readonly values: OptionValues;
}

const describePreset = (preset: MirrorPreset): string => (preset === 'none' ? 'no preset' : `--preset ${preset}`);

function ownersOf(name: string): readonly MirrorPreset[] {
  return (Object.keys(OPTION_TABLES) as MirrorPreset[]).filter((preset) => Object.hasOwn(OPTION_TABLES[preset], name));
}

/** The preset, and that every flag that was given belongs to it. Throws MCS_USAGE, naming both sides. */
export function requirePreset(values: OptionValues): MirrorArgs {
  const preset = (textOf(values, 'preset') ?? 'none') as MirrorPreset;
  if (!Object.hasOwn(OPTION_TABLES, preset)) throw new McsError('MCS_USAGE', `Cannot use --preset "${preset}": it is none of reflector, cross-cluster`);
  const given = Object.keys(values).filter((name) => values[name] !== undefined && !Object.hasOwn(COMMON_OPTIONS, name));
  const foreign = given.find((name) => !ownersOf(name).includes(preset));
  if (foreign !== undefined) throw otherPreset(foreign, preset, given);
  const repeated = given.find((name) => Array.isArray(values[name]) && values[name].length > 1 && OPTION_TABLES[preset][name]?.multiple !== true);
  if (repeated !== undefined) throw new McsError('MCS_USAGE', `Cannot use --${repeated} twice with ${describePreset(preset)}: it names one`);
  return { preset, values };
}

function otherPreset(name: string, preset: MirrorPreset, given: readonly string[]): McsError {
  const owners = ownersOf(name);
  const other = given.find((flag) => !ownersOf(flag).some((owner) => owners.includes(owner)));
  const beside = other === undefined ? describePreset(preset) : `--${other}, which belongs to ${ownersOf(other).map(describePreset).join(' or ')}`;
  const [owner] = owners;
  return new McsError('MCS_USAGE', `Cannot use --${name} with ${beside}: it belongs to ${owners.map(describePreset).join(' or ')}`, {
    hints: owner !== undefined && owner !== 'none' && preset === 'none' ? [`--preset ${owner}`] : ['mcs mirror run --help'],
  });
}

/**
 * An argv in the manner of Go's flag packages as one that node:util takes: `-devmode=true`,
 * `--emitter=false`. A flag that is none keeps its name, for the message.
 */
function normalize(argv: readonly string[], options: MirrorOptionTable): string[] {
  return argv.map((word) => {
    const [, name = '', value] = /^--?([a-z][-.a-z0-9]*)(?:=(.*))?$/s.exec(word) ?? [];
    const option = Object.hasOwn(options, name) ? options[name] : undefined;
    if (option === undefined) return /^-[a-z]{2}/.test(word) ? `-${word}` : word;
    if (option.type === 'boolean' && value === 'true') return `--${name}`;
    if (option.type === 'boolean' && value === 'false') return `--no-${name}`;
    return value === undefined ? `--${name}` : `--${name}=${value}`;
  });
}

/** The flags of a mirror's agent. Throws MCS_USAGE. */
export function parseMirrorArgs(argv: readonly string[]): MirrorArgs {
  const options = allOptions();
  const config = Object.fromEntries(Object.entries(options).map(([name, { type, multiple = false }]) => [name, { type, multiple }]));
  const { values, positionals } = readArgs(normalize(argv, options), config);
  const [word] = positionals;
  if (word !== undefined) throw new McsError('MCS_USAGE', `Cannot use "${word}": a mirror takes flags only`);
  for (const [name, value] of Object.entries(values)) requireValue(name, options[name], value);
  return requirePreset(values);
}

function readArgs(args: string[], options: Record<string, { type: 'string' | 'boolean'; multiple: boolean }>): { values: OptionValues; positionals: readonly string[] } {
  try {
    return parseArgs({ args, options, strict: true, allowNegative: true, allowPositionals: true });
  } catch (error) {
    const [, unknown] = /option '--?([^' =]+)/.exec(errorMessage(error)) ?? [];
    const nearest = unknown === undefined || Object.hasOwn(options, unknown) ? undefined : nearestName(unknown, Object.keys(options));
    throw new McsError('MCS_USAGE', `Cannot use these flags: ${errorMessage(error).split('. ')[0] ?? ''}`, { hints: nearest === undefined ? ['docs/mirror.md lists all flags'] : [`--${nearest}`], cause: error });
  }
}

function requireValue(name: string, option: MirrorOption | undefined, value: unknown): void {
  if (option?.values === undefined || typeof value !== 'string' || option.values.includes(value)) return;
  throw new McsError('MCS_USAGE', `Cannot use --${name} "${value}": it is none of ${option.values.join(', ')}`);
}
