import { Flags } from '@oclif/core';
import { readFileSync } from 'node:fs';
import { toDnsLabel } from '../api/names.ts';
import { errorMessage, McsError } from '../base/errors.ts';
import type { GeneralSettings, PreparedSource, SourceChoices } from '../deployers/mirror/index.ts';
import { parseDuration } from './duration.ts';
import { splitList } from './split-list.ts';

export const mirrorSourceFlags = {
  from: Flags.string({ multiple: true, summary: 'Context of the kubeconfig to mirror from, as <context> or <name>=<context>: a read-only account is made there by itself (repeatable, and several with commas)', helpGroup: 'SOURCES' }),
  server: Flags.string({ multiple: true, summary: 'Address of the API server of a --from as pods here see it, as in west=https://10.0.0.1:6443 (default: as in the kubeconfig)', helpGroup: 'SOURCES' }),
  duration: Flags.string({ summary: 'Life of the credentials that --from makes, 10m to 7d (default: 7d); the mirror renews them', helpGroup: 'SOURCES' }),
  source: Flags.string({ multiple: true, summary: 'A source by its own kubeconfig: <name>=<file>[@<context>]', helpGroup: 'SOURCES' }),
  'source-url': Flags.string({ multiple: true, summary: 'A source without a kubeconfig: <name>=<url>, an emitter say', helpGroup: 'SOURCES' }),
  'ca-file': Flags.string({ summary: 'Authorities that sign for --source-url', helpGroup: 'SOURCES', dependsOn: ['source-url'] }),
  'token-file': Flags.string({ summary: 'Bearer token for --source-url', helpGroup: 'SOURCES', dependsOn: ['source-url'] }),
  'cert-file': Flags.string({ summary: 'Client certificate for --source-url', helpGroup: 'SOURCES', dependsOn: ['source-url', 'key-file'] }),
  'key-file': Flags.string({ summary: 'Key of that certificate', helpGroup: 'SOURCES', dependsOn: ['source-url', 'cert-file'] }),
  'replace-sources': Flags.boolean({ summary: 'Sources that are not given now go (default: they stay)', helpGroup: 'SOURCES' }),
};

export const mirrorChoiceFlags = {
  selector: Flags.string({ summary: 'Services with these labels only, as in "app in (a,b),tier=web"', helpGroup: 'SELECTION' }),
  namespaces: Flags.string({ summary: 'Services of these namespaces only, separated by commas; --from gives rights in no other', helpGroup: 'SELECTION' }),
  exported: Flags.boolean({ allowNo: true, summary: 'Only Services that have a ServiceExport', helpGroup: 'SELECTION' }),
  'namespace-policy': Flags.option({ options: ['create', 'skip', 'fail'] as const, summary: 'Where the target lacks the namespace: make it, wait for it (the default), or wait and report it as trouble', helpGroup: 'SELECTION' })(),
  'target-name': Flags.string({ summary: 'Namespace and name in the target, as in "{namespace}/{name}-{source}"', helpGroup: 'SELECTION' }),
  'not-ready': Flags.option({ options: ['keep', 'drop'] as const, summary: 'Endpoints that are not ready: mirror them as such (the default), or leave them out', helpGroup: 'SELECTION' })(),
};

export const mirrorGeneralFlags = {
  endpoints: Flags.boolean({ allowNo: true, summary: 'Write Endpoints objects too, for readers that know no EndpointSlices', helpGroup: 'TARGET' }),
  'target-namespaces': Flags.string({ summary: 'Write into these namespaces only (default: all but those of the system)', helpGroup: 'TARGET' }),
  'deny-namespaces': Flags.string({ summary: 'Never write into these namespaces', helpGroup: 'TARGET' }),
  'remove-namespaces': Flags.boolean({ allowNo: true, summary: 'Remove namespaces that the mirror made once nothing is in them; to know that, it may list every kind of object, Secrets too', helpGroup: 'TARGET' }),
  'sweep-interval': Flags.string({ summary: 'Between two sweeps for orphans, as in 90s or 5m (default: 5m)', helpGroup: 'TARGET' }),
};

type Text = string | undefined;
type Texts = readonly string[] | undefined;

export interface ChoiceFlagValues {
  readonly selector?: Text;
  readonly namespaces?: Text;
  readonly exported?: boolean | undefined;
  readonly 'namespace-policy'?: 'create' | 'skip' | 'fail' | undefined;
  readonly 'target-name'?: Text;
  readonly 'not-ready'?: 'keep' | 'drop' | undefined;
}

/** Without what was not given: that stays as an earlier install had it. */
function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

function targetOf(template: Text): { readonly namespace: string; readonly name: string } | undefined {
  if (template === undefined) return undefined;
  const [namespace = '', name = '', ...rest] = template.split('/');
  if (namespace !== '' && name !== '' && rest.length === 0) return { namespace, name };
  throw new McsError('MCS_USAGE', `Cannot use --target-name "${template}": it is not of the form <namespace>/<name>`, { hints: ['--target-name "{namespace}/{name}-{source}"'] });
}

/** What is said of all sources that are given. Throws MCS_USAGE. */
export function sourceChoices(flags: ChoiceFlagValues): SourceChoices {
  return given({
    selector: flags.selector,
    namespaces: splitList(flags.namespaces),
    exported: flags.exported,
    namespacePolicy: flags['namespace-policy'],
    target: targetOf(flags['target-name']),
    notReady: flags['not-ready'],
  });
}

export interface GeneralFlagValues {
  readonly endpoints?: boolean | undefined;
  readonly 'target-namespaces'?: Text;
  readonly 'deny-namespaces'?: Text;
  readonly 'remove-namespaces'?: boolean | undefined;
  readonly 'sweep-interval'?: Text;
}

/** What is said of the whole mirror. Throws MCS_USAGE. */
export function generalSettings(flags: GeneralFlagValues): GeneralSettings {
  const sweep = flags['sweep-interval'];
  return given({
    endpoints: flags.endpoints,
    removeNamespaces: flags['remove-namespaces'],
    sweepSeconds: sweep === undefined ? undefined : Math.round(parseDuration(sweep) / 1000),
    targetNamespaces: splitList(flags['target-namespaces']),
    denyNamespaces: splitList(flags['deny-namespaces']),
  });
}

/** `<name>=<value>`. Throws MCS_USAGE. */
function splitNamed(flag: string, text: string, example: string): { readonly name: string; readonly value: string } {
  const at = text.indexOf('=');
  const value = text.slice(at + 1);
  if (at > 0 && value !== '') return { name: text.slice(0, at), value };
  throw new McsError('MCS_USAGE', `Cannot use --${flag} "${text}": it is not of the form <name>=<value>`, { hints: [`--${flag} ${example}`] });
}

export interface FromContext {
  readonly name: string;
  readonly context: string;
  readonly server?: string;
}

/** Contexts to mirror from, with the names of the sources: made of the contexts' where none is given. Throws MCS_USAGE. */
export function fromContexts(from: Texts, servers: Texts): FromContext[] {
  const addresses = new Map((servers ?? []).map((text) => splitNamed('server', text, 'west=https://10.0.0.1:6443')).map(({ name, value }) => [name, value]));
  const contexts = (from ?? []).flatMap((text) => splitList(text) ?? []).map((text): FromContext => {
    const { name, value: context } = text.includes('=') ? splitNamed('from', text, 'west=admin@west') : { name: toDnsLabel(text) ?? text, value: text };
    const server = addresses.get(name);
    addresses.delete(name);
    return { name, context, ...(server !== undefined && { server }) };
  });
  const [unknown] = addresses.keys();
  if (unknown === undefined) return contexts;
  throw new McsError('MCS_USAGE', `Cannot use --server for source "${unknown}": no --from has that name`, { hints: [`--from ${unknown}=<context>`] });
}

export interface SourceFlagValues extends ChoiceFlagValues {
  readonly source?: Texts;
  readonly 'source-url'?: Texts;
  readonly 'ca-file'?: Text;
  readonly 'token-file'?: Text;
  readonly 'cert-file'?: Text;
  readonly 'key-file'?: Text;
}

function readText(flag: string, file: Text): Text {
  try {
    return file === undefined ? undefined : readFileSync(file, 'utf8');
  } catch (error) {
    throw new McsError('MCS_USAGE', `Cannot read --${flag} "${file ?? ''}": ${errorMessage(error)}`);
  }
}

/** Sources by kubeconfig and by URL, with the files that they need. Throws MCS_USAGE and MCS_MIRROR_CONFIG_INVALID. */
export async function preparedSources(flags: SourceFlagValues): Promise<PreparedSource[]> {
  const { prepareKubeconfigSource, prepareUrlSource } = await import('../deployers/mirror/index.ts');
  const choices = sourceChoices(flags);
  const kubeconfigs = (flags.source ?? []).map((text) => {
    const { name, value } = splitNamed('source', text, 'west=west.kubeconfig');
    const [file = '', ...context] = value.split('@');
    if (file === '') throw new McsError('MCS_USAGE', `Cannot use --source "${text}": your own credential is none for a pod`, { hints: [`--from ${name}=${context.join('@')}   # makes a read-only account there`] });
    return prepareKubeconfigSource(name, [file], context.length === 0 ? undefined : context.join('@'), choices);
  });
  const credentials = given({ ca: readText('ca-file', flags['ca-file']), token: readText('token-file', flags['token-file'])?.trim(), cert: readText('cert-file', flags['cert-file']), key: readText('key-file', flags['key-file']) });
  const urls = (flags['source-url'] ?? []).map((text) => {
    const { name, value } = splitNamed('source-url', text, 'north=https://10.0.0.1:6443');
    return prepareUrlSource(name, value, credentials, choices);
  });
  return [...kubeconfigs, ...urls];
}
