import { constants } from 'node:fs';
import { access, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { mapConcurrently } from '../../base/concurrently.ts';
import { McsError, toMcsError } from '../../base/errors.ts';
import { configDir } from '../../base/user-dirs.ts';
import { accessForContext } from '../../kube/access.ts';
import { type LoadedKubeconfig } from '../../kube/kubeconfig.ts';
import { describeApiError } from '../../kube/describe-api-error.ts';
import { proxyFor } from '../../kube/proxy-env.ts';
import { readServerDate } from '../../kube/server-date.ts';
import { type ContextFacts, isServerURL, type PathFacts, type ServerAnswer, type WorkstationFacts } from './facts.ts';
import { readKubeconfig } from './read-kubeconfig.ts';
import type { WorkstationContext } from './workstation-checks.ts';

export interface WorkstationOptions {
  readonly kubeconfig?: string;
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly nodeVersion: string;
  /** As in package.json. */
  readonly neededNode: string;
  readonly userAgent: string;
  readonly terminal: WorkstationFacts['terminal'];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Variables that are looked at; no other one leaves the environment. */
const VARIABLES = ['TERM', 'NODE_TLS_REJECT_UNAUTHORIZED', ...['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'].flatMap((name) => [name, name.toLowerCase()])];

async function readPath(path: string, platform: NodeJS.Platform): Promise<PathFacts> {
  const found = await stat(path).catch(() => undefined);
  const isThere = found !== undefined;
  return { path, isThere, isWritable: await canWrite(path), ...(isThere && platform !== 'win32' && { mode: found.mode & 0o777 }) };
}

/** Whether it, or what it would be made in, can be written. */
async function canWrite(path: string): Promise<boolean> {
  try {
    await access(path, constants.W_OK);
    return (await stat(path)).isDirectory();
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return isAbsent && dirname(path) !== path && canWrite(dirname(path));
  }
}

/** Reads this machine for the checks; what asks API servers waits until a check wants it. Never throws. */
export async function readWorkstation(options: WorkstationOptions): Promise<WorkstationContext> {
  const { env, platform, nodeVersion, neededNode, terminal, now } = options;
  const directory = join(configDir(env), 'mcs');
  const keyDirectory = join(directory, 'join-keys');
  const [kubeconfig, home, keyDir, names] = await Promise.all([readKubeconfig(options.kubeconfig, env, platform), readPath(directory, platform), readPath(keyDirectory, platform), readdir(keyDirectory).catch(() => [])]);
  const joinKeys = await Promise.all(names.map((name) => readPath(join(keyDirectory, name), platform)));
  const { files, contexts, currentContext, error, loaded } = kubeconfig;
  const facts: WorkstationFacts = {
    nodeVersion,
    neededNode,
    platform,
    env: Object.fromEntries(VARIABLES.map((name) => [name, env[name]])),
    files,
    ...(error !== undefined && { kubeconfigError: error }),
    ...(currentContext !== undefined && { currentContext }),
    contexts,
    configDir: home,
    joinKeyDir: keyDir,
    joinKeys,
    terminal,
  };
  let answers: Promise<readonly ServerAnswer[]> | undefined;
  const askServers = (signal: AbortSignal): Promise<readonly ServerAnswer[]> => (answers ??= loaded === undefined ? Promise.resolve([]) : askAll(loaded, contexts, options, signal));
  return { facts, invalidProxies: invalidProxies(env), now, askServers };
}

function invalidProxies(env: NodeJS.ProcessEnv): string[] {
  // loopback has no proxy, so hosts that cannot be any
  return ['https://mcs.invalid', 'http://mcs.invalid'].flatMap((server) => {
    try {
      proxyFor(server, { ...env, NO_PROXY: '', no_proxy: '' });
      return [];
    } catch (error) {
      return [toMcsError(error).message];
    }
  });
}

const LIMIT = 16;
/** A cluster among many that is gone shall not hold up the others, ms. */
const TIMEOUT_MS = 3_000;

/** One context for each way to sign in: the same server and user answer the same. */
function askAll(loaded: LoadedKubeconfig, contexts: readonly ContextFacts[], options: WorkstationOptions, signal: AbortSignal): Promise<readonly ServerAnswer[]> {
  const usable = contexts.filter(({ server, isUserDefined, plugin }) => isServerURL(server) && isUserDefined && plugin?.isFound !== false);
  const ways = Map.groupBy(usable, ({ server, user }) => `${server} ${user}`);
  const chosen = [...ways.values()].flatMap((same) => same.find(({ isCurrent }) => isCurrent) ?? same[0] ?? []);
  return mapConcurrently(chosen, LIMIT, (context) => askOne(loaded, context, options, signal));
}

async function askOne(loaded: LoadedKubeconfig, { name: context, server, isCurrent }: ContextFacts, { env, userAgent, now }: WorkstationOptions, signal: AbortSignal): Promise<ServerAnswer> {
  const known = { context, server, isCurrent };
  try {
    return { ...known, ...(await readServerDate(accessForContext(loaded, context, { env }), { userAgent, timeoutMs: TIMEOUT_MS, signal, now })) };
  } catch (error) {
    signal.throwIfAborted();
    const { code, message, hints } = asMcsError(describeApiError(error, { verb: 'reach', object: 'the API server', server }));
    return { ...known, error: { code, message, hints } };
  }
}

function asMcsError(error: unknown): McsError {
  return error instanceof McsError ? error : toMcsError(error);
}
