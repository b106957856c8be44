import { createHash } from 'node:crypto';
import { MIRROR_NAMESPACE, toDnsLabel } from '../../api/names.ts';
import type { MirrorSettings, SourceAccess, SourceSettings } from '../settings.ts';
import { invalidConfig } from './invalid.ts';
import { flagOf, listOf, type OptionValues, splitValues, textOf } from './option-table.ts';
import { DEFAULT_SWEEP_SECONDS } from './parse-mirror-file.ts';
import { kubeconfigAccess, type SettingsInput } from './settings-input.ts';
import { checkName, checkNamespaces, checkSelector, SAME_NAMES, urlAccess } from './source-settings.ts';

/** ConfigMap of service-reflector's manifest, and its key with the URLs of emitters. */
export const REFLECTOR_CONFIG = { name: 'service-reflector', key: 'source-api' };

/**
 * Name of a source that is known by its URL alone: what can be read of it, and a hash of the whole, so
 * that it is unique and does not depend on the other sources.
 */
export function sourceNameOf(url: string): string {
  const hash = createHash('sha256').update(url).digest('hex').slice(0, 8);
  const readable = toDnsLabel(url.replace(/^https?:\/\//, ''))?.slice(0, 54).replace(/-+$/, '');
  return readable === undefined ? hash : `${readable}-${hash}`;
}

/**
 * The URLs that count. Those that the manifest passes as `$(SOURCE_API)` are what the ConfigMap had when
 * the pod was started: its present value takes their place. Where no flag holds them, a ConfigMap of
 * that name says nothing about this process.
 */
function sourceUrls(values: OptionValues, { env, sourceApi }: SettingsInput): readonly string[] {
  const given = (listOf(values, 'reflector.source-api') ?? []).flatMap((text) => splitValues(text) ?? []);
  const atStart = splitValues(env.SOURCE_API) ?? [];
  const isReferred = env.SOURCE_API !== undefined && atStart.every((url) => given.includes(url));
  const present = sourceApi === undefined || !isReferred ? given : [...given.filter((url) => !atStart.includes(url)), ...(splitValues(sourceApi) ?? [])];
  return [...new Set(present.map((url) => url.replace(/\/+$/, '')))];
}

/** Settings of the reflector preset. Throws MCS_MIRROR_CONFIG_INVALID. */
export function reflectorSettings(values: OptionValues, input: SettingsInput): MirrorSettings {
  const namespace = watchedNamespace(values);
  const shared: Omit<SourceSettings, 'name' | 'access'> = {
    selection: { labelSelector: checkSelector(textOf(values, 'reflector.selector') ?? '', '--reflector.selector'), exportedOnly: false, ...(namespace !== undefined && { namespaces: [namespace] }) },
    namespacePolicy: 'create',
    mapping: SAME_NAMES,
    // a slice can say that an endpoint is not ready, as Endpoints of a reflector's kind could not
    notReady: 'keep',
  };
  return {
    name: checkName(textOf(values, 'name') ?? REFLECTOR_CONFIG.name, '--name'),
    namespace: input.namespace ?? MIRROR_NAMESPACE,
    preset: 'reflector',
    sources: flagOf(values, 'reflector') === false ? [] : accessesOf(values, input).map((source) => ({ ...source, ...shared })),
    endpoints: flagOf(values, 'endpoints') ?? false,
    removeNamespaces: true,
    sweepSeconds: DEFAULT_SWEEP_SECONDS,
  };
}

/** The one namespace of `--namespace`; undefined for all. */
export function watchedNamespace(values: OptionValues): string | undefined {
  const namespace = textOf(values, 'namespace') ?? '';
  return namespace === '' ? undefined : checkNamespaces([namespace], '--namespace')[0];
}

function accessesOf(values: OptionValues, input: SettingsInput): readonly { readonly name: string; readonly access: SourceAccess }[] {
  const urls = sourceUrls(values, input).map((url) => ({ name: sourceNameOf(url), access: urlAccess(url, {}, `--reflector.source-api ${url}`) }));
  const kubeconfigs = (listOf(values, 'reflector.source-kubeconfig') ?? []).map((file) => {
    const { access, server } = kubeconfigAccess(file, undefined, input, `--reflector.source-kubeconfig ${file}`);
    return { name: sourceNameOf(server), access, file };
  });
  for (const [index, { name, file }] of kubeconfigs.entries()) {
    if (urls.some((other) => other.name === name) || kubeconfigs.findIndex((other) => other.name === name) < index) {
      throw invalidConfig(`--reflector.source-kubeconfig ${file}`, 'another source has the same API server');
    }
  }
  return [...urls, ...kubeconfigs.map(({ name, access }) => ({ name, access }))];
}
