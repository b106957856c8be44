import type { MirrorPreset, MirrorSettings } from '../settings.ts';
import { crossClusterSettings, localContext } from './cross-cluster-settings.ts';
import { type OptionValues, textOf } from './option-table.ts';
import { ownSettings } from './own-settings.ts';
import type { MirrorArgs } from './parse-args.ts';
import { reflectorSettings } from './reflector-settings.ts';
import type { SettingsInput } from './settings-input.ts';

const MAKERS: Readonly<Record<MirrorPreset, (values: OptionValues, input: SettingsInput) => MirrorSettings>> = {
  none: ownSettings,
  reflector: reflectorSettings,
  'cross-cluster': crossClusterSettings,
};

/** Settings from flags and the files that they name. Throws MCS_USAGE and MCS_MIRROR_CONFIG_INVALID. */
export function mirrorSettingsFrom({ preset, values }: MirrorArgs, input: SettingsInput): MirrorSettings {
  return MAKERS[preset](values, input);
}

/** The target as flags name it; both undefined: the current context, or the cluster of the pod. */
export interface TargetChoice {
  readonly kubeconfig?: string;
  readonly context?: string;
}

/** Which cluster is written to. Throws MCS_USAGE. */
export function targetChoice({ preset, values }: MirrorArgs, env: NodeJS.ProcessEnv): TargetChoice {
  const file = preset === 'cross-cluster' ? undefined : textOf(values, 'kubeconfig') || undefined;
  const context = preset === 'cross-cluster' ? localContext(values, env) : textOf(values, 'context');
  return { ...(file !== undefined && { kubeconfig: file }), ...(context !== undefined && { context }) };
}
