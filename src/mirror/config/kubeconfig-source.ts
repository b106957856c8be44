import { errorMessage } from '../../base/errors.ts';
import { nearestName } from '../../base/nearest-name.ts';
import { parse, stringify } from '../../base/yaml.ts';
import type { SourceAccess } from '../settings.ts';
import { invalidConfig } from './invalid.ts';
import { plainFields, requireNoProgram, requireOwnFolder } from './plain-kubeconfig.ts';

/** Text of a file; throws where there is none. */
export type ReadFile = (path: string) => string;

/** A kubeconfig that was read, and how what it names by path is read. */
export interface KubeconfigText {
  readonly text: string;
  /** Paths are relative to this kubeconfig. */
  readonly readFile: ReadFile;
}

export interface KubeconfigAccess {
  readonly access: SourceAccess;
  /** URL of the API server. */
  readonly server: string;
}

/** What a kubeconfig may do. */
export interface KubeconfigRules {
  /**
   * It is somebody else's text, as in a pod, where the owner of a source has made it: it runs no program,
   * and names no file but those in its own folder.
   */
  readonly isForeign?: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

interface Named {
  readonly name?: string;
  readonly cluster?: Fields;
  readonly context?: Fields;
  readonly user?: Fields;
}

interface Document {
  readonly clusters?: readonly Named[] | null;
  readonly users?: readonly Named[] | null;
  readonly contexts?: readonly Named[] | null;
  readonly 'current-context'?: string;
}

type ListName = 'clusters' | 'users' | 'contexts';

/** File fields of a kubeconfig, with the field that holds the same in place, in base64 but for the token. */
const FILE_FIELDS: readonly (readonly [string, string])[] = [
  ['certificate-authority', 'certificate-authority-data'],
  ['client-certificate', 'client-certificate-data'],
  ['client-key', 'client-key-data'],
  ['tokenFile', 'token'],
];

function parseKubeconfig(text: string, place: string): Document {
  const document = ((): unknown => {
    try {
      return parse(text);
    } catch {
      return undefined; // the parser's message shows lines of the text, which may be a key
    }
  })();
  if (typeof document !== 'object' || document === null || Array.isArray(document)) throw invalidConfig(place, 'it is no kubeconfig', { hints: ['kubectl config view --kubeconfig <file>'] });
  return document;
}

function listOf(document: Document, list: ListName): readonly Named[] {
  const items = document[list] as unknown;
  return Array.isArray(items) ? (items as Named[]) : [];
}

/** A field that names a file becomes one that holds its content: settings hold texts, so that a changed file is a changed setting. */
function withContents(fields: Fields, readFile: ReadFile, place: string): Fields {
  const result: Record<string, unknown> = { ...fields };
  for (const [fileField, dataField] of FILE_FIELDS) {
    const path = result[fileField];
    if (typeof path !== 'string' || path === '') continue;
    Reflect.deleteProperty(result, fileField);
    if (typeof result[dataField] === 'string' && result[dataField] !== '') continue; // the data counts, as with kubectl
    const content = readNamed(readFile, path, `${place}: ${fileField}`);
    result[dataField] = dataField === 'token' ? content.trim() : Buffer.from(content).toString('base64');
  }
  return result;
}

/** Text of a file that a setting names. Throws MCS_MIRROR_CONFIG_INVALID. */
export function readNamed(readFile: ReadFile, path: string, place: string): string {
  try {
    return readFile(path);
  } catch (error) {
    throw invalidConfig(place, `cannot read "${path}": ${errorMessage(error)}`, { cause: error });
  }
}

function hasFiles(fields: Fields | undefined): boolean {
  return FILE_FIELDS.some(([fileField]) => typeof fields?.[fileField] === 'string' && fields[fileField] !== '');
}

/** As with kubectl, the first file that defines a name wins. */
function findNamed(documents: readonly Document[], list: ListName, name: string): { readonly entry: Named; readonly index: number } | undefined {
  for (const [index, document] of documents.entries()) {
    const entry = listOf(document, list).find((candidate) => candidate.name === name);
    if (entry !== undefined) return { entry, index };
  }
  return undefined;
}

function contextNames(documents: readonly Document[]): readonly string[] {
  return documents.flatMap((document) => listOf(document, 'contexts').flatMap(({ name }) => name ?? []));
}

function requireContext(documents: readonly Document[], asked: string | undefined, place: string): { readonly name: string; readonly context: Fields } {
  const name = asked ?? documents.map((document) => document['current-context']).find((current) => typeof current === 'string' && current !== '');
  const known = contextNames(documents);
  const context = name === undefined ? undefined : findNamed(documents, 'contexts', name)?.entry.context;
  if (name !== undefined && context !== undefined) return { name, context };
  const nearest = name === undefined ? undefined : nearestName(name, known);
  const state = name === undefined ? 'it has no current context, and none is named' : `it has no context "${name}"`;
  throw invalidConfig(place, `${state}; it has ${known.length === 0 ? 'none' : known.map((each) => `"${each}"`).join(', ')}`, { hints: nearest === undefined ? ['kubectl config get-contexts --kubeconfig <file>'] : [`context ${nearest}`] });
}

function serverOf(cluster: Fields | undefined, place: string, context: string): string {
  const server = cluster?.server;
  const url = typeof server === 'string' && URL.canParse(server) ? new URL(server) : undefined;
  if (url !== undefined && (url.username !== '' || url.password !== '')) throw invalidConfig(place, 'the URL of its API server holds a user or password, which would be shown wherever the source is named');
  if (url !== undefined) return String(server).replace(/\/+$/, '');
  throw invalidConfig(place, `its context "${context}" leads to no API server`, { hints: ['kubectl config view --kubeconfig <file>'] });
}

/** One context of the files, with its entries and where they stand. */
function choose(files: readonly KubeconfigText[], context: string | undefined, place: string) {
  const documents = files.map(({ text }) => parseKubeconfig(text, place));
  const chosen = requireContext(documents, context, place);
  const cluster = findNamed(documents, 'clusters', String(chosen.context.cluster));
  const user = findNamed(documents, 'users', String(chosen.context.user));
  return { chosen, cluster, user, server: serverOf(cluster?.entry.cluster, place, chosen.name) };
}

function stringifyContext({ chosen: { name, context } }: Pick<ReturnType<typeof choose>, 'chosen'>, cluster: Fields, user: Fields | undefined): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: context.cluster, cluster }],
    users: user === undefined ? [] : [{ name: context.user, user }],
    contexts: [{ name, context }],
    'current-context': name,
  });
}

/**
 * Access to one context of a kubeconfig, or of several that are merged as kubectl does. The text stays
 * as it is where it stands for itself; else it is one of that context alone, with the files in it.
 * Throws MCS_MIRROR_CONFIG_INVALID, naming `place`.
 */
export function readKubeconfigSource(files: readonly KubeconfigText[], context: string | undefined, place: string, { isForeign = false }: KubeconfigRules = {}): KubeconfigAccess {
  const choice = choose(files, context, place);
  const { chosen, cluster, user, server } = choice;
  if (isForeign) requireNoProgram(user?.entry.user ?? {}, place);
  const [only] = files;
  if (files.length === 1 && only !== undefined && !hasFiles(cluster?.entry.cluster) && !hasFiles(user?.entry.user)) {
    return { access: { kind: 'kubeconfig', text: only.text, context: chosen.name }, server };
  }
  const embed = (found: typeof cluster, fields: Fields | undefined): Fields => {
    if (found === undefined) return {};
    const readFile = files[found.index]?.readFile ?? unreadable;
    return withContents(fields ?? {}, isForeign ? requireOwnFolder(readFile) : readFile, place);
  };
  const text = stringifyContext(choice, embed(cluster, cluster?.entry.cluster), user && embed(user, user.entry.user));
  return { access: { kind: 'kubeconfig', text, context: chosen.name }, server };
}

/**
 * The same access with what its kubeconfig says itself and nothing else: for whoever connects with a
 * foreign one. Readers of kubeconfigs follow fields that were not asked about here (those of other
 * users, merge keys), so they are given a text without them. Throws MCS_MIRROR_CONFIG_INVALID.
 */
export function plainAccess(access: SourceAccess, place: string): SourceAccess {
  if (access.kind !== 'kubeconfig') return access;
  const choice = choose([{ text: access.text, readFile: unreadable }], access.context, place);
  const { cluster, user } = choice;
  requireNoProgram(user?.entry.user ?? {}, place);
  return { ...access, text: stringifyContext(choice, plainFields(cluster?.entry.cluster ?? {}), user && plainFields(user.entry.user ?? {})) };
}

function unreadable(path: string): never {
  throw new Error(`"${path}" belongs to no kubeconfig`);
}
