import type { ClusterAccess } from '../../kube/client.ts';
import { sourceAccess } from '../connect-source.ts';
import type { MirrorSettings, SourceSettings } from '../settings.ts';
import { requireOtherHosts } from './cross-cluster-settings.ts';
import { foreignAccess, type KubeconfigRules } from './kubeconfig-source.ts';
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
  if (settings.preset === 'cross-cluster') requireOtherHosts(targetServer, settings.sources.map((source) => accessOf(source, input).server));
  return settings;
}

/** How a source is reached, within what its kubeconfig may do. Throws MCS_MIRROR_CONFIG_INVALID and MCS_KUBECONFIG_INVALID. */
export function accessOf({ name, access }: SourceSettings, { env, kubeconfigRules }: { readonly env: NodeJS.ProcessEnv; readonly kubeconfigRules?: KubeconfigRules }): ClusterAccess {
  const label = `source "${name}"`;
  if (kubeconfigRules?.isForeign === true && access.kind === 'kubeconfig') return foreignAccess(access, label, env);
  return sourceAccess(access, label, env);
}
