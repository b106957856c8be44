import { type Document, isMap, isSeq, parseDocument, stringify, type YAMLMap, type YAMLSeq } from 'yaml';
import { McsError } from '../base/errors.ts';

/** How to reach one cluster of a sandbox as its administrator. */
export interface ClusterEntry {
  /** Name of the context, the cluster and the user. */
  readonly name: string;
  readonly server: string;
  /** PEM. */
  readonly ca: string;
  readonly token: string;
}

const EXTENSION = 'mcs-sandbox';

function sections(sandbox: string, { ca, name, server, token }: ClusterEntry): Record<'clusters' | 'contexts' | 'users', object> {
  // the mark by which `sandbox down` knows its own entries in the user's file
  const extensions = [{ name: EXTENSION, extension: { sandbox } }];
  return {
    clusters: { name, cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64'), extensions } },
    contexts: { name, context: { cluster: name, user: name, extensions } },
    users: { name, user: { token } },
  };
}

/** A kubeconfig of its own for a sandbox; the first cluster is the current context. */
export function renderKubeconfig(sandbox: string, entries: readonly ClusterEntry[]): string {
  const all = entries.map((entry) => sections(sandbox, entry));
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: all.map(({ clusters }) => clusters),
    contexts: all.map(({ contexts }) => contexts),
    users: all.map(({ users }) => users),
    'current-context': entries[0]?.name ?? '',
  });
}

const SECTIONS = ['clusters', 'contexts', 'users'] as const;

function parseConfig(text: string): Document {
  const document = parseDocument(text.trim() === '' ? 'apiVersion: v1\nkind: Config\n' : text);
  if (document.errors.length > 0 || !isMap(document.contents)) {
    throw new McsError('MCS_KUBECONFIG_INVALID', 'Cannot merge into the kubeconfig: it is no valid YAML map', { cause: document.errors[0] });
  }
  for (const section of SECTIONS) if (!isSeq(document.get(section))) document.set(section, document.createNode([]));
  return document;
}

const listOf = (document: Document, section: string): YAMLSeq<YAMLMap> => document.get(section) as YAMLSeq<YAMLMap>;
const nameOf = (item: YAMLMap): string => String(item.get('name'));

/** Names of the contexts that a sandbox has put into a kubeconfig. */
function ownNames(document: Document, sandbox: string): Set<unknown> {
  const isOwn = (item: YAMLMap): boolean => {
    const { context } = item.toJSON() as { context?: { extensions?: { name: string; extension?: { sandbox?: string } }[] } };
    const mark = context?.extensions?.find(({ name }) => name === EXTENSION);
    return mark?.extension?.sandbox === sandbox;
  };
  return new Set(listOf(document, 'contexts').items.filter(isOwn).map(nameOf));
}

function dropEntries(document: Document, names: ReadonlySet<unknown>): void {
  for (const section of SECTIONS) {
    const list = listOf(document, section);
    list.items = list.items.filter((item) => !names.has(nameOf(item)));
  }
  if (names.has(document.get('current-context'))) document.set('current-context', '');
}

/**
 * The user's kubeconfig with the sandbox's entries in it; comments stay. Entries of the same name
 * that no sandbox made are never replaced: MCS_FOREIGN_OBJECT.
 */
export function mergeKubeconfig(text: string, sandbox: string, entries: readonly ClusterEntry[]): string {
  const document = parseConfig(text);
  const current = document.get('current-context');
  dropEntries(document, ownNames(document, sandbox));
  for (const section of SECTIONS) {
    const taken = listOf(document, section).items.map(nameOf).find((name) => entries.some((entry) => entry.name === name));
    if (taken !== undefined) {
      throw new McsError('MCS_FOREIGN_OBJECT', `Cannot merge into the kubeconfig: "${taken}" in "${section}" is another entry`, { hints: ['mcs sandbox up (without --merge-kubeconfig)'] });
    }
  }
  for (const entry of entries) {
    const added = sections(sandbox, entry);
    for (const section of SECTIONS) listOf(document, section).add(document.createNode(added[section]));
  }
  document.set('current-context', current === undefined || current === '' ? (entries[0]?.name ?? '') : current);
  return document.toString();
}

/** The user's kubeconfig without the sandbox's entries; the same text where it has none. */
export function unmergeKubeconfig(text: string, sandbox: string): string {
  const document = parseConfig(text);
  const names = ownNames(document, sandbox);
  if (names.size === 0) return text;
  dropEntries(document, names);
  return document.toString();
}
