import { sourceAccess } from '../connect-source.ts';
import type { MirrorSettings } from '../settings.ts';
import { requireOtherHosts } from './cross-cluster-settings.ts';
import { mirrorSettingsFrom } from './mirror-settings.ts';
import type { MirrorArgs } from './parse-args.ts';
import type { SettingsInput } from './settings-input.ts';

/**
 * Settings from flags and files, as a mirror may begin with them. With the cross-cluster preset local and
 * remote hosts must differ, as there; without it the mirror finds out by itself, whatever the address.
 * Throws what `mirrorSettingsFrom` throws, and MCS_MIRROR_SAME_CLUSTER.
 */
export function checkedSettings(args: MirrorArgs, input: SettingsInput, targetServer: string): MirrorSettings {
  const settings = mirrorSettingsFrom(args, input);
  if (settings.preset === 'cross-cluster') requireOtherHosts(targetServer, settings.sources.map(({ name, access }) => sourceAccess(access, `source "${name}"`, input.env).server));
  return settings;
}
