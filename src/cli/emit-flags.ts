import { Flags, type Interfaces } from '@oclif/core';
import type { MirrorOption } from '../mirror/config/option-table.ts';
import { EMIT_OPTIONS } from '../mirror/emit/options.ts';

const GROUPS: Readonly<Record<string, readonly string[]>> = {
  CLUSTER: ['kubeconfig', 'context'],
  SELECTION: ['selector', 'namespaces', 'exported', 'full'],
  READERS: ['token-file', 'client-ca-file', 'anonymous', 'max-watches'],
};

function toFlag(name: string, { helpValue, multiple, summary, type }: MirrorOption): Interfaces.FlagInput[string] {
  const helpGroup = Object.keys(GROUPS).find((group) => GROUPS[group]?.includes(name)) ?? 'PORTS';
  if (type === 'boolean') return Flags.boolean({ summary, helpGroup });
  const valued = { summary, helpGroup, ...(helpValue !== undefined && { helpValue }) };
  return multiple ? Flags.string({ ...valued, multiple: true }) : Flags.string(valued);
}

/** The flags of an emitter for oclif; defaults are filled in where they are read. */
export function emitFlags(): Interfaces.FlagInput {
  return Object.fromEntries(Object.entries<MirrorOption>(EMIT_OPTIONS).map(([name, option]) => [name, toFlag(name, option)]));
}

/** A line of the log as a person reads it: `Serves (url https://...)`. */
export function describeLogLine(json: string): string {
  const { level: _level, message, part: _part, time: _time, version: _version, ...fields } = JSON.parse(json) as Record<string, unknown>;
  const details = Object.entries(fields).map(([key, value]) => `${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return details.length === 0 ? String(message) : `${String(message)} (${details.join(', ')})`;
}
