import { nearestName } from '../base/nearest-name.ts';
import { parse, stringify } from '../base/yaml.ts';

/** A kubeconfig's text, and which of its contexts is meant: its current one where none is named. */
export interface KubeconfigText {
  readonly text: string;
  readonly context?: string;
}

export type KubeconfigFields = Readonly<Record<string, unknown>>;

/** An entry of a kubeconfig, with the index of the text that it stands in. */
export interface FoundEntry {
  readonly fields: KubeconfigFields;
  readonly index: number;
}

/** One context, with what it leads to. */
export interface ChosenContext {
  readonly name: string;
  readonly context: KubeconfigFields;
  readonly cluster: FoundEntry | undefined;
  readonly user: FoundEntry | undefined;
  /** URL of the API server. */
  readonly server: string;
}

/** What is wrong with a kubeconfig, in words that stand behind the place where it was read. Never holds a part of it that may be secret. */
export class KubeconfigFault extends Error {
  readonly hints: readonly string[];
  /** Its user signs in by a program. */
  readonly isProgram: boolean;

  constructor(message: string, { hints = [], isProgram = false }: { readonly hints?: readonly string[]; readonly isProgram?: boolean } = {}) {
    super(message);
    this.name = 'KubeconfigFault';
    this.hints = hints;
    this.isProgram = isProgram;
  }
}

type ListName = 'clusters' | 'users' | 'contexts';
type Named = Readonly<Record<string, unknown>>;
type Document = Readonly<Record<string, unknown>>;

const FIELD_OF: Readonly<Record<ListName, string>> = { clusters: 'cluster', users: 'user', contexts: 'context' };

const isObject = (value: unknown): value is KubeconfigFields => typeof value === 'object' && value !== null && !Array.isArray(value);

function parseDocument(text: string): Document {
  const document = ((): unknown => {
    try {
      return parse(text);
    } catch {
      return undefined; // the parser's message shows lines of the text, which may be a key
    }
  })();
  if (!isObject(document)) throw new KubeconfigFault('it is no kubeconfig', { hints: ['kubectl config view --kubeconfig <file>'] });
  return document;
}

function listOf(document: Document, list: ListName): readonly Named[] {
  const items = document[list];
  return Array.isArray(items) ? items.filter(isObject) : [];
}

/** As with kubectl, the first text that defines a name wins. */
function findEntry(documents: readonly Document[], list: ListName, name: string): FoundEntry | undefined {
  for (const [index, document] of documents.entries()) {
    const entry = listOf(document, list).find((candidate) => candidate.name === name);
    if (entry === undefined) continue;
    const fields = entry[FIELD_OF[list]];
    return { fields: isObject(fields) ? fields : {}, index };
  }
  return undefined;
}

function contextNames(documents: readonly Document[]): readonly string[] {
  return documents.flatMap((document) => listOf(document, 'contexts').flatMap(({ name }) => (typeof name === 'string' ? name : [])));
}

function requireContext(documents: readonly Document[], asked: string | undefined): { readonly name: string; readonly context: KubeconfigFields } {
  const name = asked ?? documents.map((document) => document['current-context']).find((current): current is string => typeof current === 'string' && current !== '');
  const context = name === undefined ? undefined : findEntry(documents, 'contexts', name)?.fields;
  if (name !== undefined && context !== undefined) return { name, context };
  const known = contextNames(documents);
  const nearest = name === undefined ? undefined : nearestName(name, known);
  const state = name === undefined ? 'it has no current context, and none is named' : `it has no context "${name}"`;
  throw new KubeconfigFault(`${state}; it has ${known.length === 0 ? 'none' : known.map((each) => `"${each}"`).join(', ')}`, {
    hints: nearest === undefined ? ['kubectl config get-contexts --kubeconfig <file>'] : [`context ${nearest}`],
  });
}

function serverOf(cluster: KubeconfigFields | undefined, context: string): string {
  const server = cluster?.server;
  const url = typeof server === 'string' && URL.canParse(server) ? new URL(server) : undefined;
  if (url === undefined) throw new KubeconfigFault(`its context "${context}" leads to no API server`, { hints: ['kubectl config view --kubeconfig <file>'] });
  if (url.username !== '' || url.password !== '') throw new KubeconfigFault('the URL of its API server holds a user or password, which would be shown wherever the cluster is named');
  return String(server).replace(/\/+$/, '');
}

/** One context of a kubeconfig, or of several that are merged as kubectl does. Throws KubeconfigFault. */
export function chooseContext(texts: readonly string[], context?: string): ChosenContext {
  const documents = texts.map(parseDocument);
  const chosen = requireContext(documents, context);
  const cluster = findEntry(documents, 'clusters', String(chosen.context.cluster));
  const user = findEntry(documents, 'users', String(chosen.context.user));
  return { ...chosen, cluster, user, server: serverOf(cluster?.fields, chosen.name) };
}

/** A kubeconfig of that context alone, with these entries. */
export function stringifyContext({ name, context }: Pick<ChosenContext, 'name' | 'context'>, cluster: KubeconfigFields, user: KubeconfigFields | undefined): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: context.cluster, cluster }],
    users: user === undefined ? [] : [{ name: context.user, user }],
    contexts: [{ name, context }],
    'current-context': name,
  });
}
