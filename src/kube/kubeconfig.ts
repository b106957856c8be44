import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import type { Cluster, Context, KubeConfig, User } from '@kubernetes/client-node';
import { errorMessage, McsError, systemErrorCode } from '../base/errors.ts';
import { nearestName } from '../base/nearest-name.ts';

export interface KubeContext {
  readonly name: string;
  readonly cluster: string;
  /** URL of the API server; empty if the kubeconfig does not define the cluster. */
  readonly server: string;
  readonly user: string | undefined;
  readonly namespace: string | undefined;
}

export interface LoadedKubeconfig {
  /** The files that were read, in order of precedence. */
  readonly files: readonly string[];
  readonly currentContext: string | undefined;
  readonly contexts: readonly KubeContext[];
  /** client-node's form with that context as the current one: for exec, logs and port-forward. */
  configFor(context: string): KubeConfig;
}

export interface KubeconfigOptions {
  /** Value of `--kubeconfig`: one file, in place of KUBECONFIG and ~/.kube/config. */
  readonly kubeconfig?: string;
  readonly env: NodeJS.ProcessEnv;
}

/** The lists of a kubeconfig, or of several that are merged. */
export interface KubeconfigParts {
  readonly clusters: Cluster[];
  readonly users: User[];
  readonly contexts: Context[];
  readonly currentContext: string | undefined;
}

/** Files that count, in order of precedence, whether they exist or not. */
export function candidateFiles({ kubeconfig, env }: KubeconfigOptions): string[] {
  if (kubeconfig !== undefined) return [kubeconfig];
  const listed = (env.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '');
  return listed.length > 0 ? listed : [join(env.HOME ?? env.USERPROFILE ?? homedir(), '.kube', 'config')];
}

/** Text of a file, undefined if there is none: as with kubectl, a list may name files that do not exist. */
async function findText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT' || systemErrorCode(error) === 'ENOTDIR') return undefined;
    throw invalidFile(file, error);
  }
}

function invalidFile(file: string, error: unknown): McsError {
  return new McsError('MCS_KUBECONFIG_INVALID', `Cannot use kubeconfig "${file}": ${errorMessage(error).split('\n')[0] ?? ''}`, {
    hints: [`kubectl config view --kubeconfig ${file}`],
    details: { file },
    cause: error,
  });
}

interface RawUser {
  name?: string;
  user?: { tokenFile?: string };
}

/** client-node does not know `tokenFile`; its authenticator for files takes it under another name. */
async function addTokenFiles(config: KubeConfig, text: string, directory: string): Promise<void> {
  if (!text.includes('tokenFile')) return;
  const { parse } = await import('../base/yaml.ts');
  const { users = [] } = parse(text) as { users?: RawUser[] };
  for (const { name, user } of users) {
    const known = config.users.find((candidate) => candidate.name === name);
    if (known === undefined || !user?.tokenFile || known.token) continue;
    Object.assign(known, { authProvider: { name: 'tokenFile', config: { tokenFile: resolve(directory, user.tokenFile) } } });
  }
}

/** kubectl takes an empty file for an empty configuration; client-node takes any scalar for one, too. */
function hasContent(text: string): boolean {
  if (text.replaceAll(/^\s*(#.*|---|null)?$/gm, '').trim() === '') return false;
  if (/^\s*(\{|["']?[\w-]+["']?\s*:)/m.test(text)) return true;
  throw new Error('it is no kubeconfig');
}

async function parseFile(file: string, text: string): Promise<KubeconfigParts> {
  const { KubeConfig: Config } = await import('./client-node.ts');
  const config = new Config();
  try {
    if (hasContent(text)) config.loadFromString(text);
    config.makePathsAbsolute(dirname(file));
    await addTokenFiles(config, text, dirname(file));
  } catch (error) {
    throw invalidFile(file, error);
  }
  return { clusters: config.clusters, users: config.users, contexts: config.contexts, currentContext: config.currentContext || undefined };
}

/** As with kubectl, the first file that defines a name wins. */
function firstOfEachName<T extends { readonly name: string }>(lists: readonly T[][]): T[] {
  const byName = new Map<string, T>();
  for (const item of lists.flat()) if (!byName.has(item.name)) byName.set(item.name, item);
  return [...byName.values()];
}

function merge(parts: readonly KubeconfigParts[]): KubeconfigParts {
  return {
    clusters: firstOfEachName(parts.map(({ clusters }) => clusters)),
    users: firstOfEachName(parts.map(({ users }) => users)),
    contexts: firstOfEachName(parts.map(({ contexts }) => contexts)),
    currentContext: parts.find(({ currentContext }) => currentContext !== undefined)?.currentContext,
  };
}

/**
 * Reads the kubeconfig that `--kubeconfig`, KUBECONFIG (a list) or the home directory names.
 * Throws MCS_NO_KUBECONFIG and MCS_KUBECONFIG_INVALID.
 */
export async function loadKubeconfig(options: KubeconfigOptions): Promise<LoadedKubeconfig> {
  const candidates = candidateFiles(options);
  const texts = await Promise.all(candidates.map(async (file) => ({ file, text: await findText(file) })));
  const found = texts.filter((entry): entry is { file: string; text: string } => entry.text !== undefined);
  if (found.length === 0) {
    throw new McsError('MCS_NO_KUBECONFIG', `Cannot find a kubeconfig: ${candidates.map((file) => `"${file}"`).join(', ')} does not exist`, {
      hints: ['mcs sandbox up', '--kubeconfig <file>', 'export KUBECONFIG=<file>'],
      details: { candidates },
    });
  }
  const merged = merge(await Promise.all(found.map(({ file, text }) => parseFile(file, text))));
  const { KubeConfig: Config } = await import('./client-node.ts');
  return toLoadedKubeconfig(merged, found.map(({ file }) => file), Config);
}

/** What was parsed, with a way to choose one of its contexts. */
export function toLoadedKubeconfig(parts: KubeconfigParts, files: readonly string[], Config: typeof KubeConfig): LoadedKubeconfig {
  const configFor = (context: string): KubeConfig => {
    const config = new Config();
    config.loadFromOptions({ ...parts, currentContext: context });
    return config;
  };
  const contexts = parts.contexts.map((context) => toKubeContext(context, parts.clusters));
  return { files, currentContext: parts.currentContext, contexts, configFor };
}

function toKubeContext({ name, cluster, user, namespace }: Context, clusters: readonly Cluster[]): KubeContext {
  const server = clusters.find((candidate) => candidate.name === cluster)?.server ?? '';
  return { name, cluster, server, user: user || undefined, namespace: namespace ?? undefined };
}

/**
 * The named context, or the current one. Throws MCS_UNKNOWN_CONTEXT with the known ones and the
 * nearest, and MCS_KUBECONFIG_INVALID for a context without a cluster.
 */
export function getContext(loaded: LoadedKubeconfig, name?: string): KubeContext {
  const wanted = name ?? loaded.currentContext;
  const known = loaded.contexts.map((context) => context.name);
  const context = loaded.contexts.find((candidate) => candidate.name === wanted);
  if (context === undefined) {
    const nearest = wanted === undefined ? undefined : nearestName(wanted, known);
    const state = wanted === undefined ? 'the kubeconfig has no current context' : `the kubeconfig has no context "${wanted}"`;
    throw new McsError('MCS_UNKNOWN_CONTEXT', `Cannot choose a cluster: ${state}; it has ${known.length === 0 ? 'none' : known.map((each) => `"${each}"`).join(', ')}`, {
      hints: [nearest !== undefined ? `--context ${nearest}` : 'kubectl config get-contexts'],
      details: { context: wanted, contexts: known, ...(nearest !== undefined && { nearest }) },
    });
  }
  if (context.server === '') {
    throw new McsError('MCS_KUBECONFIG_INVALID', `Cannot use context "${context.name}": the kubeconfig ${loaded.files.map((file) => `"${file}"`).join(', ')} does not define cluster "${context.cluster}"`, {
      hints: ['kubectl config view'],
      details: { files: loaded.files, context: context.name },
    });
  }
  return context;
}
