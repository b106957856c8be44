import { isDnsLabel, isDnsSubdomain } from '../../api/names.ts';
import { parseLabelSelector } from '../../api/selectors.ts';
import { errorMessage } from '../../base/errors.ts';
import type { NameMapping, SourceAccess } from '../settings.ts';
import { invalidConfig } from './invalid.ts';

/** Names in the target as in the source. */
export const SAME_NAMES: NameMapping = { namespace: '{namespace}', name: '{name}' };

/** The selector as it was given. Throws MCS_MIRROR_CONFIG_INVALID for one that cannot be read. */
export function checkSelector(selector: string, place: string): string {
  try {
    parseLabelSelector(selector);
    return selector.trim();
  } catch (error) {
    throw invalidConfig(place, errorMessage(error), { hints: ['app in (a,b),tier=web,!internal'], cause: error });
  }
}

/** Throws MCS_MIRROR_CONFIG_INVALID for what is no name of a namespace. */
export function checkNamespaces(names: readonly string[], place: string): readonly string[] {
  for (const name of names) if (!isDnsLabel(name)) throw invalidConfig(place, `"${name}" is no name of a namespace`);
  return names;
}

/** Throws MCS_MIRROR_CONFIG_INVALID for what is no DNS label: it becomes the value of a label. */
export function checkName(name: string, place: string): string {
  if (isDnsLabel(name)) return name;
  throw invalidConfig(place, `"${name}" is no DNS label (a-z, 0-9 and "-", at most 63)`);
}

/** Throws MCS_MIRROR_CONFIG_INVALID for unknown placeholders, and for what can never become a name. */
export function checkTemplate(template: string, place: string): string {
  const unknown = [...template.matchAll(/\{([^}]*)\}/g)].map(([, key]) => key ?? '').find((key) => !['namespace', 'name', 'source'].includes(key));
  if (unknown !== undefined) throw invalidConfig(place, `there is no placeholder {${unknown}}; there are {namespace}, {name} and {source}`);
  if (isDnsSubdomain(template.replaceAll(/\{[^}]*\}/g, 'x'))) return template;
  throw invalidConfig(place, `"${template}" becomes no name of Kubernetes`);
}

/** What an API that has no kubeconfig is reached with; texts, not paths. */
export interface UrlCredentials {
  readonly ca?: string;
  readonly token?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** Throws MCS_MIRROR_CONFIG_INVALID for what is no URL, holds a password, or would send a credential in the clear. */
export function urlAccess(url: string, credentials: UrlCredentials, place: string): SourceAccess {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !['http:', 'https:'].includes(parsed.protocol)) throw invalidConfig(place, 'it is no URL of http or https', { hints: ['https://10.0.0.1:6443'] });
  if (parsed.username !== '' || parsed.password !== '') throw invalidConfig(place, 'it holds a user or password, which would be shown wherever the source is named');
  if (parsed.search !== '' || parsed.hash !== '') throw invalidConfig(place, 'it has a query or a fragment');
  if ((credentials.cert === undefined) !== (credentials.key === undefined)) throw invalidConfig(place, 'a client certificate needs its key, and a key its certificate');
  if (parsed.protocol === 'http:' && Object.keys(credentials).length > 0) throw invalidConfig(place, 'a credential or CA is given, but http is not encrypted', { hints: ['https://'] });
  return { kind: 'url', url: url.replace(/\/+$/, ''), ...credentials };
}
