import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { access, constants, mkdir, readFile, rm } from 'node:fs/promises';
import { McsError } from '../../base/errors.ts';
import { unmergeFromUser } from './merged-kubeconfig.ts';
import type { BackgroundMessage } from './messages.ts';
import { findState, isRunning, logPathOf, type SandboxPlace, type SandboxState } from './state.ts';
import { endChild } from './stop.ts';

export interface StartOptions {
  readonly place: SandboxPlace;
  readonly clusters: number;
  /** Script of the background process. */
  readonly agentScript: string;
  /** Folder below which `dist/agents` lies. */
  readonly packageRoot: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** It ends with this process: its stdin is a pipe from here. */
  readonly attached: boolean;
  readonly onProgress: (text: string) => void;
}

export interface StartResult {
  readonly outcome: 'created' | 'unchanged';
  readonly state: SandboxState;
  /** The process, where it is attached. */
  readonly child?: ChildProcess;
}

const TAIL_LINES = 15;

/**
 * Starts a sandbox in a process of its own and waits until its API servers answer. One that runs
 * already and has as many clusters is left as it is.
 */
export async function startBackground(options: StartOptions): Promise<StartResult> {
  const { attached, clusters, place } = options;
  const standing = await findState(place);
  if (standing !== undefined && (await isRunning(standing))) return reuse(standing, clusters);
  if (standing !== undefined) await clearAway(place, standing);
  await makeFolder(place);
  const child = spawnAgent(options);
  try {
    const state = await waitUntilReady(child, options);
    if (child.connected) child.disconnect();
    if (attached) return { outcome: 'created', state, child };
    child.unref();
    return { outcome: 'created', state };
  } catch (error) {
    await endChild(child);
    throw error;
  }
}

/** What a sandbox left that was killed. */
async function clearAway({ directory }: SandboxPlace, state: SandboxState): Promise<void> {
  await unmergeFromUser(state);
  await rm(directory, { recursive: true, force: true });
}

async function makeFolder({ directory, name }: SandboxPlace): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await access(directory, constants.W_OK);
  } catch (cause) {
    throw new McsError('MCS_SANDBOX_START', `Cannot start sandbox "${name}": its folder "${directory}" cannot be written`, { cause, hints: ['export XDG_STATE_HOME=<folder that can be written>'] });
  }
}

function reuse(state: SandboxState, clusters: number): StartResult {
  const { name, phase } = state;
  if (phase === 'running' && state.clusters.length === clusters) return { outcome: 'unchanged', state };
  const has = phase === 'starting' ? 'it is being started' : `it runs with ${state.clusters.length} clusters`;
  throw new McsError('MCS_SANDBOX_RUNNING', `Cannot start sandbox "${name}" with ${clusters} clusters: ${has}`, {
    hints: [`mcs sandbox down --name ${name}`, 'mcs sandbox up --name <another name>'],
  });
}

function spawnAgent({ agentScript, attached, clusters, packageRoot, place }: StartOptions): ChildProcess {
  const log = openSync(logPathOf(place), 'a', 0o600);
  const args = ['--name', place.name, '--directory', place.directory, '--clusters', String(clusters), '--package-root', packageRoot];
  try {
    return spawn(process.execPath, [agentScript, ...args, ...(attached ? ['--attached'] : [])], {
      cwd: place.directory,
      detached: !attached,
      stdio: [attached ? 'pipe' : 'ignore', log, log, 'ipc'],
    });
  } finally {
    closeSync(log);
  }
}

function waitUntilReady(child: ChildProcess, { onProgress, place, signal, timeoutMs }: StartOptions): Promise<SandboxState> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const either = AbortSignal.any([signal, timeout]);
  return new Promise<SandboxState>((resolve, reject) => {
    let last = 'its process';
    const fail = (why: string): void => {
      void describeFailure(place, why).then(reject);
    };
    const onAbort = (): void => {
      if (signal.aborted) reject(new McsError('MCS_INTERRUPTED', `Stopped before sandbox "${place.name}" was ready`));
      else fail(`after ${timeoutMs / 1000} s it still waited for ${last}`);
    };
    child.on('message', (message: BackgroundMessage) => {
      if (message.type === 'ready') resolve(message.state);
      else if (message.type === 'failed') reject(new McsError(message.code, message.message, { hints: message.hints }));
      else onProgress((last = message.text));
    });
    child.once('error', (error) => {
      fail(error.message);
    });
    child.once('exit', (code, killedBy) => {
      fail(`its process ended (${killedBy ?? `exit code ${code ?? ''}`})`);
    });
    if (either.aborted) onAbort();
    else either.addEventListener('abort', onAbort, { once: true });
  });
}

async function describeFailure(place: SandboxPlace, why: string): Promise<McsError> {
  const text = await readFile(logPathOf(place), 'utf8').catch(() => '');
  const tail = text.trim().split('\n').slice(-TAIL_LINES);
  const details = { log: logPathOf(place), tail };
  const shown = text.trim() === '' ? '' : `\n${tail.map((line) => `  ${line}`).join('\n')}`;
  return new McsError('MCS_SANDBOX_START', `Cannot start sandbox "${place.name}": ${why}${shown}`, { hints: [`less ${logPathOf(place)}`], details });
}
