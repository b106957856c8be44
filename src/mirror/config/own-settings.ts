import { MIRROR_NAMESPACE } from '../../api/names.ts';
import { McsError } from '../../base/errors.ts';
import type { MirrorSettings, NameMapping, NamespacePolicy, SourceAccess, SourceSettings } from '../settings.ts';
import { invalidConfig } from './invalid.ts';
import { readNamed } from './kubeconfig-source.ts';
import { flagOf, listOf, type OptionValues, splitValues, textOf } from './option-table.ts';
import { PLACE_OPTIONS } from './own-options.ts';
import { DEFAULT_MIRROR_NAME, DEFAULT_SWEEP_SECONDS, parseMirrorFile } from './parse-mirror-file.ts';
import { kubeconfigAccess, ownKubeconfigAccess, readerBeside, type SettingsInput } from './settings-input.ts';
import { checkName, checkNamespaces, checkSelector, checkTemplate, SAME_NAMES, urlAccess, type UrlCredentials } from './source-settings.ts';

/** Whether flags say what the sources are; otherwise the objects of the installation do. */
export function namesSources(values: OptionValues): boolean {
  return ['source', 'source-url', 'config'].some((name) => values[name] !== undefined);
}

/** Settings of a mirror without a preset, from its flags or its file. Throws MCS_USAGE and MCS_MIRROR_CONFIG_INVALID. */
export function ownSettings(values: OptionValues, input: SettingsInput): MirrorSettings {
  const namespace = checkNamespace(textOf(values, 'namespace') ?? input.namespace ?? MIRROR_NAMESPACE);
  const file = textOf(values, 'config');
  if (file !== undefined) return settingsOfFile(file, values, input, namespace);
  const sources = sourcesOf(values, input);
  if (sources.length === 0) throw new McsError('MCS_USAGE', 'Cannot mirror: no source is given', { hints: ['--source west=west.kubeconfig', '--source-url north=https://10.0.0.1:6443 --ca-file ca.pem --token-file token', '--config mirror.yaml'] });
  const targetNamespaces = namespaceList(values, 'target-namespaces');
  const denyNamespaces = namespaceList(values, 'deny-namespaces');
  return {
    name: checkName(textOf(values, 'name') ?? DEFAULT_MIRROR_NAME, '--name'),
    namespace,
    preset: 'none',
    sources,
    endpoints: flagOf(values, 'endpoints') ?? false,
    removeNamespaces: flagOf(values, 'remove-namespaces') ?? false,
    sweepSeconds: sweepSeconds(textOf(values, 'sweep-interval')),
    ...(targetNamespaces && { targetNamespaces }),
    ...(denyNamespaces && { denyNamespaces }),
  };
}

/** Throws MCS_MIRROR_CONFIG_INVALID for what is no name of a namespace. */
export function checkNamespace(namespace: string): string {
  return checkNamespaces([namespace], '--namespace')[0] ?? namespace;
}

function settingsOfFile(file: string, values: OptionValues, { readFile, kubeconfigRules }: SettingsInput, namespace: string): MirrorSettings {
  const beside = Object.keys(values).find((name) => values[name] !== undefined && !PLACE_OPTIONS.includes(name));
  if (beside !== undefined) throw new McsError('MCS_USAGE', `Cannot use --${beside} with --config: the file says all of it`, { hints: ['docs/mirror.md lists the settings of the file'] });
  const name = textOf(values, 'name');
  return parseMirrorFile(readNamed(readFile, file, '--config'), readerBeside(file, readFile), { namespace, ...(name !== undefined && { name }), ...(kubeconfigRules && { kubeconfigRules }) });
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

function sweepSeconds(text: string | undefined): number {
  if (text === undefined) return DEFAULT_SWEEP_SECONDS;
  const [, count, unit] = /^(\d{1,6})([smh])$/.exec(text) ?? [];
  const seconds = Number(count) * (UNITS[unit ?? ''] ?? NaN);
  if (seconds >= 10 && seconds <= 86_400) return seconds;
  throw invalidConfig('--sweep-interval', `"${text}" is no time of 10s to 24h`);
}

function namespaceList(values: OptionValues, flag: string): readonly string[] | undefined {
  const names = splitValues(textOf(values, flag));
  if (names === undefined) return undefined;
  if (names.length === 0) throw invalidConfig(`--${flag}`, 'it names no namespace');
  return checkNamespaces(names, `--${flag}`);
}

/** `<name>=<value>`: the name is a DNS label, so the first "=" ends it. */
function splitSource(text: string, flag: string): { readonly name: string; readonly value: string } {
  const at = text.indexOf('=');
  const value = text.slice(at + 1);
  if (at > 0 && value !== '') return { name: checkName(text.slice(0, at), `--${flag} ${text}`), value };
  throw invalidConfig(`--${flag} ${text}`, 'it is not of the form <name>=<value>', { hints: ['--source west=west.kubeconfig', '--source west=@west-admin', '--source-url north=https://10.0.0.1:6443'] });
}

interface NamedAccess {
  readonly name: string;
  readonly access: SourceAccess;
}

function sourcesOf(values: OptionValues, input: SettingsInput): readonly SourceSettings[] {
  const credentials = credentialsOf(values, input);
  const fromKubeconfigs = (listOf(values, 'source') ?? []).map((text) => kubeconfigSource(text, input));
  const fromUrls = (listOf(values, 'source-url') ?? []).map((text): NamedAccess => {
    const { name, value } = splitSource(text, 'source-url');
    return { name, access: urlAccess(value, credentials, `--source-url ${name}`) };
  });
  if (fromUrls.length === 0 && Object.keys(credentials).length > 0) throw new McsError('MCS_USAGE', 'Cannot use --ca-file, --token-file, --cert-file and --key-file without --source-url: a kubeconfig has its own');
  const all = [...fromKubeconfigs, ...fromUrls];
  const twice = all.find(({ name }, index) => all.findIndex((other) => other.name === name) < index);
  if (twice !== undefined) throw invalidConfig(`--source ${twice.name}`, 'two sources have this name');
  const settings = sharedSettings(values);
  return all.map((source) => ({ ...source, ...settings }));
}

function kubeconfigSource(text: string, input: SettingsInput): NamedAccess {
  const { name, value } = splitSource(text, 'source');
  const at = value.indexOf('@');
  const file = at < 0 ? value : value.slice(0, at);
  const context = at < 0 ? undefined : value.slice(at + 1);
  const place = `--source ${name}`;
  if (context === '') throw invalidConfig(place, 'no context stands behind the "@"');
  return { name, access: (file === '' ? ownKubeconfigAccess(context, input, place) : kubeconfigAccess(file, context, input, place)).access };
}

function credentialsOf(values: OptionValues, { readFile }: SettingsInput): UrlCredentials {
  const read = (flag: string): string | undefined => {
    const file = textOf(values, flag);
    return file === undefined ? undefined : readNamed(readFile, file, `--${flag}`);
  };
  const [ca, token, cert, key] = [read('ca-file'), read('token-file')?.trim(), read('cert-file'), read('key-file')];
  return { ...(ca !== undefined && { ca }), ...(token !== undefined && { token }), ...(cert !== undefined && { cert }), ...(key !== undefined && { key }) };
}

/** What the flags say of all sources alike. */
function sharedSettings(values: OptionValues): Omit<SourceSettings, 'name' | 'access'> {
  const namespaces = namespaceList(values, 'namespaces');
  return {
    selection: {
      labelSelector: checkSelector(textOf(values, 'selector') ?? '', '--selector'),
      exportedOnly: flagOf(values, 'exported') ?? false,
      ...(namespaces && { namespaces }),
    },
    namespacePolicy: (textOf(values, 'namespace-policy') ?? 'skip') as NamespacePolicy,
    mapping: mappingOf(textOf(values, 'target-name')),
    notReady: (textOf(values, 'not-ready') ?? 'keep') as 'keep' | 'drop',
  };
}

function mappingOf(template: string | undefined): NameMapping {
  if (template === undefined) return SAME_NAMES;
  const [namespace = '', name = '', ...rest] = template.split('/');
  if (namespace === '' || name === '' || rest.length > 0) throw invalidConfig('--target-name', `"${template}" is not of the form <namespace>/<name>`, { hints: ['--target-name "{namespace}/{name}-{source}"'] });
  return { namespace: checkTemplate(namespace, '--target-name'), name: checkTemplate(name, '--target-name') };
}
