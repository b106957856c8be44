import { McsError } from '../../base/errors.ts';
import type { MirrorSettings, SourceSettings } from '../settings.ts';
import { invalidConfig } from './invalid.ts';
import type { KubeconfigAccess } from './kubeconfig-source.ts';
import { flagOf, listOf, type OptionValues, textOf } from './option-table.ts';
import { checkNamespace } from './own-settings.ts';
import { DEFAULT_SWEEP_SECONDS } from './parse-mirror-file.ts';
import { sourceNameOf } from './reflector-settings.ts';
import { kubeconfigAccess, ownKubeconfigAccess, type SettingsInput } from './settings-input.ts';
import { checkName, SAME_NAMES } from './source-settings.ts';

/** Secret with the kubeconfig of the other cluster, and its key. */
export const CROSS_CLUSTER_SECRET = { name: 'k8-cross-cluster-controller', key: 'kubeconfig.yaml' };

const LOCAL_CONTEXT = 'prototype-general';
const REMOTE_CONTEXT = 'prototype-secure';

/** Whether local and remote cluster are contexts of one kubeconfig. */
export function isDevMode(values: OptionValues, env: NodeJS.ProcessEnv): boolean {
  return (textOf(values, 'devmode') ?? env.DEV_MODE) === 'true';
}

/** Context of the local cluster in development mode; undefined outside of it. Throws MCS_USAGE for a context that would be ignored. */
export function localContext(values: OptionValues, env: NodeJS.ProcessEnv): string | undefined {
  if (isDevMode(values, env)) return textOf(values, 'local-context') ?? LOCAL_CONTEXT;
  const given = ['local-context', 'remote-context'].find((name) => values[name] !== undefined);
  if (given === undefined) return undefined;
  throw new McsError('MCS_USAGE', `Cannot use --${given} without --devmode=true: only development mode has contexts`, { hints: ['--devmode=true'] });
}

/** Settings of the cross-cluster preset. Throws MCS_USAGE and MCS_MIRROR_CONFIG_INVALID. */
export function crossClusterSettings(values: OptionValues, input: SettingsInput): MirrorSettings {
  localContext(values, input.env);
  const shared: Omit<SourceSettings, 'name' | 'access'> = {
    selection: { labelSelector: 'fair.com/cross-cluster=true', exportedOnly: false },
    namespacePolicy: 'fail',
    mapping: SAME_NAMES,
    notReady: 'keep',
  };
  return {
    name: checkName(textOf(values, 'name') ?? 'cross-cluster-controller', '--name'),
    namespace: checkNamespace(textOf(values, 'namespace') ?? 'fair-system'),
    preset: 'cross-cluster',
    sources: remotesOf(values, input).map(({ access, server }) => ({ name: sourceNameOf(server), access, ...shared })),
    endpoints: flagOf(values, 'endpoints') ?? false,
    removeNamespaces: false,
    sweepSeconds: DEFAULT_SWEEP_SECONDS,
  };
}

/** A variable that is set to nothing counts as not set, as there. */
function remoteFiles(values: OptionValues, env: NodeJS.ProcessEnv): readonly string[] {
  return (listOf(values, 'kubeconfig') ?? [env.KUBECONFIG_PATH ?? '']).filter((file) => file !== '');
}

function remotesOf(values: OptionValues, input: SettingsInput): readonly KubeconfigAccess[] {
  const context = isDevMode(values, input.env) ? (textOf(values, 'remote-context') ?? REMOTE_CONTEXT) : undefined;
  const files = remoteFiles(values, input.env);
  const remotes = files.length === 0 ? [ownKubeconfigAccess(context, input, 'the kubeconfig of the remote cluster')] : files.map((file) => kubeconfigAccess(file, context, input, `--kubeconfig ${file}`));
  const twice = remotes.findIndex(({ server }, index) => remotes.findIndex((other) => other.server === server) < index);
  if (twice >= 0) throw invalidConfig(`--kubeconfig ${files[twice] ?? ''}`, 'another remote has the same API server');
  return remotes;
}

/** Throws MCS_MIRROR_SAME_CLUSTER where the local API server is that of a remote. */
export function requireOtherHosts(local: string, remotes: readonly string[]): void {
  const same = remotes.find((remote) => new URL(remote).host === new URL(local).host);
  if (same === undefined) return;
  throw new McsError('MCS_MIRROR_SAME_CLUSTER', `Cannot mirror ${same}: the local and the remote configuration point to the same host`, {
    hints: ['--kubeconfig <kubeconfig of the other cluster>', '--devmode=true --local-context <context> --remote-context <context>'],
  });
}
