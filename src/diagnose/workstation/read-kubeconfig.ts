import { X509Certificate } from 'node:crypto';
import { accessSync, constants, readFileSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join, sep } from 'node:path';
import { errorMessage, systemErrorCode } from '../../base/errors.ts';
import { parse } from '../../base/yaml.ts';
import { candidateFiles, type KubeContext, type LoadedKubeconfig, loadKubeconfig } from '../../kube/kubeconfig.ts';
import { proxyFor } from '../../kube/proxy-env.ts';
import { type ContextFacts, type Expiring, isServerURL, type KubeconfigFile } from './facts.ts';

type Env = NodeJS.ProcessEnv;

export interface KubeconfigFacts {
  readonly files: readonly KubeconfigFile[];
  readonly error?: string;
  readonly currentContext?: string;
  readonly contexts: readonly ContextFacts[];
  /** For asking the API servers; undefined where it cannot be used. */
  readonly loaded?: LoadedKubeconfig;
}

/** Everything that the kubeconfig says, file by file and context by context. Never throws. */
export async function readKubeconfig(kubeconfig: string | undefined, env: Env, platform: NodeJS.Platform): Promise<KubeconfigFacts> {
  const options = { ...(kubeconfig !== undefined && { kubeconfig }), env };
  const files = await Promise.all(candidateFiles(options).map((path) => readOne(path, env, platform)));
  try {
    const loaded = await loadKubeconfig(options);
    const { currentContext } = loaded;
    const contexts = loaded.contexts.map((context) => describeContext(loaded, context, env));
    return { files, contexts, loaded, ...(currentContext !== undefined && { currentContext }) };
  } catch (error) {
    return { files, contexts: [], error: errorMessage(error) };
  }
}

const EMPTY = { clusters: [], users: [], contexts: [] } as const;

function namesOf(list: unknown): string[] {
  return Array.isArray(list) ? list.flatMap((item: unknown) => (typeof item === 'object' && item !== null && 'name' in item && typeof item.name === 'string' ? [item.name] : [])) : [];
}

async function readOne(path: string, env: Env, platform: NodeJS.Platform): Promise<KubeconfigFile> {
  try {
    const { mode } = await stat(path);
    const bits = platform === 'win32' ? {} : { mode: mode & 0o777 };
    try {
      await loadKubeconfig({ kubeconfig: path, env });
    } catch (error) {
      return { path, state: 'invalid', error: errorMessage(error), ...bits, ...EMPTY };
    }
    const { clusters, users, contexts } = (parse(await readFile(path, 'utf8')) ?? {}) as Partial<Record<string, unknown>>;
    return { path, state: 'present', ...bits, clusters: namesOf(clusters), users: namesOf(users), contexts: namesOf(contexts) };
  } catch (error) {
    const isAbsent = ['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error) ?? '');
    return isAbsent ? { path, state: 'absent', ...EMPTY } : { path, state: 'invalid', error: errorMessage(error), ...EMPTY };
  }
}

function readPem(data: string | undefined, file: string | undefined): string | undefined {
  if (file) return readFileSync(file, 'utf8');
  return data ? Buffer.from(data, 'base64').toString('utf8') : undefined;
}

/** The first certificate counts: of a bundle of authorities one is enough, and the client's own stands first. */
function certificate(what: Expiring['what'], data: string | undefined, file: string | undefined): Expiring[] {
  try {
    const pem = readPem(data, file);
    if (pem === undefined || pem.trim() === '') return [];
    const { validFrom, validTo } = new X509Certificate(pem);
    return [{ what, notBefore: Date.parse(validFrom), notAfter: Date.parse(validTo) }];
  } catch (error) {
    return [{ what, error: errorMessage(error) }];
  }
}

/** End of a JWT; undefined for a token of any other form. */
function tokenEnd(token: string | undefined): number | undefined {
  const [, payload = ''] = token?.split('.') ?? [];
  try {
    const { exp } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { exp?: unknown };
    return typeof exp === 'number' ? exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a program would be found, as execvp looks for it. */
export function isProgram(command: string, env: Env, platform: NodeJS.Platform = process.platform): boolean {
  const hasPath = command.includes('/') || (platform === 'win32' && command.includes('\\'));
  const places = hasPath || isAbsolute(command) ? [command] : (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '').map((folder) => join(folder, command));
  const endings = platform === 'win32' ? ['', ...(env.PATHEXT ?? '.EXE;.CMD;.BAT').split(';')] : [''];
  return places.some((place) => endings.some((ending) => canRun(`${place}${ending}`)));
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return !path.endsWith(sep);
  } catch {
    return false;
  }
}

interface ExecConfig {
  readonly command?: string;
  readonly installHint?: string;
}

function describeContext(loaded: LoadedKubeconfig, { name, cluster, server, user = '' }: KubeContext, env: Env): ContextFacts {
  const config = loaded.configFor(name);
  const [clusterEntry, userEntry] = [config.getCurrentCluster(), config.getCurrentUser()];
  const exec = userEntry?.exec as ExecConfig | undefined;
  // token files are read by an authenticator of client-node's, under a name of ours
  const provider = (userEntry?.authProvider as { name?: string } | undefined)?.name;
  const notAfter = tokenEnd(userEntry?.token ?? undefined);
  const proxy = clusterEntry?.proxyUrl ?? proxyOf(server, env);
  return {
    name,
    isCurrent: name === loaded.currentContext,
    cluster,
    user,
    server,
    isUserDefined: userEntry !== null,
    skipsTls: clusterEntry?.skipTLSVerify === true,
    ...(exec?.command !== undefined && { plugin: { command: exec.command, isFound: isProgram(exec.command, env), ...(exec.installHint !== undefined && { installHint: exec.installHint }) } }),
    ...(provider !== undefined && provider !== 'tokenFile' && { authProvider: provider }),
    expiring: [
      ...certificate('certificate authority', clusterEntry?.caData, clusterEntry?.caFile),
      ...certificate('client certificate', userEntry?.certData, userEntry?.certFile),
      ...(notAfter === undefined ? [] : [{ what: 'token' as const, notAfter }]),
    ],
    ...(proxy !== undefined && { proxy }),
  };
}

function proxyOf(server: string, env: Env): string | undefined {
  try {
    return isServerURL(server) ? proxyFor(server, env) : undefined;
  } catch {
    return undefined; // reported of the variable itself, once
  }
}
