import { Flags, type Interfaces } from '@oclif/core';
import { COMMON_OPTIONS } from '../mirror/config/common-options.ts';
import { CROSS_CLUSTER_OPTIONS } from '../mirror/config/cross-cluster-options.ts';
import type { MirrorOption, MirrorOptionTable } from '../mirror/config/option-table.ts';
import { OWN_OPTIONS } from '../mirror/config/own-options.ts';
import { allOptions } from '../mirror/config/parse-args.ts';
import { REFLECTOR_OPTIONS } from '../mirror/config/reflector-options.ts';

/** Where a flag stands in the help: with the first table that has it. */
const GROUPS: readonly (readonly [MirrorOptionTable, string])[] = [
  [COMMON_OPTIONS, 'MIRROR'],
  [OWN_OPTIONS, 'MIRROR'],
  [REFLECTOR_OPTIONS, 'PRESET REFLECTOR'],
  [CROSS_CLUSTER_OPTIONS, 'PRESET CROSS-CLUSTER'],
];

/** A flag that presets share says in the help what it means in each of them. */
function summaryOf(name: string, { summary }: MirrorOption): string {
  const others: readonly (readonly [string, MirrorOptionTable])[] = [['reflector', REFLECTOR_OPTIONS], ['cross-cluster', CROSS_CLUSTER_OPTIONS]];
  const meanings = others.flatMap(([preset, table]) => (table[name] === undefined || table[name].summary === summary ? [] : [`With --preset ${preset}: ${table[name].summary}`]));
  return [summary, ...meanings].join('. ');
}

function toFlag(name: string, option: MirrorOption): Interfaces.FlagInput[string] {
  const helpGroup = GROUPS.find(([table]) => Object.hasOwn(table, name))?.[1] ?? 'MIRROR';
  const { type, char, values, helpValue, hidden, isOnByDefault, multiple } = option;
  const shared = { summary: summaryOf(name, option), helpGroup, ...(hidden && { hidden }), ...(char && { char }) };
  if (type === 'boolean') return Flags.boolean({ ...shared, ...(isOnByDefault && { allowNo: true }) });
  const valued = { ...shared, ...(values && { options: [...values] }), ...(helpValue !== undefined && { helpValue }) };
  return multiple ? Flags.string({ ...valued, multiple: true }) : Flags.string(valued);
}

/** The flags of a mirror, of all presets, for oclif: no defaults, so that those that were given can be told. */
export function mirrorFlags(): Interfaces.FlagInput {
  return Object.fromEntries(Object.entries(allOptions()).map(([name, option]) => [name, toFlag(name, option)]));
}
